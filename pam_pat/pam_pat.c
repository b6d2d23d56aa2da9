/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pam_pat: the PAM module that accepts a personal access token instead of a password.
 *
 * The module keeps no copy of the text that was typed: the token is in PAM_AUTHTOK alone, which
 * libpam wipes, and from which it is gone when the call ends; the module wipes the digest.  Nor
 * does another module get a token by asking for it (guard.h).  Text that does not have the format
 * of a token, perhaps with blanks around it as pasting adds, ends the call at once: the module
 * resolves, opens, sends and logs nothing for a password, and discloses nothing about it, not even
 * by timing.
 *
 * All that it keeps between calls is the public id of the token that opened this handle and its
 * user, with which it refuses to change the password (grant.h), what it told patd of the session
 * (pam_session.h), and the host's conversation.
 *
 * patd decides.  The request carries the state of the account, which patd cannot read itself.  The
 * verdict is shown to the person (notice.h), and an accepted token's id is put into the environment
 * of the session.
 *
 * The return codes are in pam_pat(8).
 */
#include <errno.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <sodium.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/account_bits.h"
#include "common/cleanup.h"
#include "common/token_format.h"
#include "common/wire.h"
#include "pam_pat/account.h"
#include "pam_pat/ask.h"
#include "pam_pat/grant.h"
#include "pam_pat/guard.h"
#include "pam_pat/module_options.h"
#include "pam_pat/notice.h"
#include "pam_pat/own_process.h"
#include "pam_pat/pam_log.h"
#include "pam_pat/pam_session.h"
#include "pam_pat/request.h"

#define exported __attribute__((visibility("default")))

/* As pam_unix asks for. */
#define FAIL_DELAY_USEC 2000000U

/* patd ends a wait by itself, and says so. */
#define APPROVAL_GRACE_S 5U

static const char out_of_memory[] = "out of memory";

static void request_wipe(struct pat_request *request)
{
	sodium_memzero(request, sizeof(*request));
}

static int unavailable(pam_handle_t *pamh, const char *why, const struct pat_request *request)
{
	log_request(pamh, LOG_ERR, "unavailable", why, request);
	return PAM_AUTHINFO_UNAVAIL;
}

/* The state of the user's account, which root can read and patd cannot. */
static int request_account(pam_handle_t *pamh, const struct passwd *pw, struct pat_request *request)
{
	long today = (long)(time(NULL) / PAT_SECONDS_PER_DAY);

	if (geteuid() != 0)
		return PAM_SUCCESS;
	if (account_read(pamh, pw, today, &request->account) < 0)
		return unavailable(pamh, "the account cannot be looked up", request);
	return PAM_SUCCESS;
}

static int request_owner(pam_handle_t *pamh, const char *user, struct pat_request *request)
{
	const struct passwd *pw;
	int r = request_user(pamh, user, request, &pw);

	if (r == -ENOENT) {
		/* Without the name: people type passwords and tokens at a login prompt. */
		log_request(pamh, LOG_NOTICE, "refused", "unknown user", request);
		return PAM_AUTH_ERR;
	}
	if (r < 0)
		return unavailable(pamh, "the user cannot be looked up", request);
	return request_account(pamh, pw, request);
}

/* A person is asked, for as long as the reply says, and shown what this process is. */
static int wait_for_approval(pam_handle_t *pamh, int fd, bool silent, struct pat_reply *reply)
{
	const unsigned int seconds = (unsigned int)reply->expires_at;
	struct pat_process process;
	int r = process_read_own(&process);

	if (r < 0)
		return r;
	if (!silent)
		notice_asked(pamh, seconds);
	return ask_approval(fd, &process, (seconds + APPROVAL_GRACE_S) * 1000, reply);
}

static int verify(pam_handle_t *pamh, int flags, const struct pat_options *options,
	const struct pat_request *request)
{
	const char *path = options->socket;
	const char *result = "refused";
	cleanup_close int fd = -1;
	const struct verdict *verdict;
	struct pat_reply reply;
	int ret = PAM_AUTH_ERR;
	int r;

	if (path == NULL)
		path = geteuid() == 0 ? PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET
				      : PAT_RUNTIME_DIR "/" PAT_USER_SOCKET;

	r = ask(pamh, path, options->timeout, request, &reply, &fd);
	if (r == 0 && reply.verdict == PAT_ASKED)
		r = wait_for_approval(pamh, fd, options_are_silent(options, flags), &reply);
	if (r < 0) {
		log_request(pamh, LOG_ERR, "unavailable", ask_problem(r), request);
		return PAM_AUTHINFO_UNAVAIL;
	}

	verdict = verdict_row(reply.verdict);
	if (verdict->undecided) {
		ret = PAM_AUTHINFO_UNAVAIL;
		result = "unavailable";
	}
	/* Cleared, or a later module would try to unlock a keyring with the token. */
	if (reply.verdict == PAT_ACCEPTED && grant_set(pamh, request) == 0 &&
		pam_set_item(pamh, PAM_AUTHTOK, NULL) == PAM_SUCCESS)
		ret = PAM_SUCCESS;

	log_request(pamh, verdict->priority, ret == PAM_SUCCESS ? "accepted" : result,
		ret == PAM_SUCCESS ? NULL : verdict->word, request);
	if (ret == PAM_SUCCESS)
		grant_announce(pamh, request->id);
	if (!options_are_silent(options, flags))
		notice_show(pamh, &reply, (uint64_t)time(NULL), options->notice);
	return ret;
}

/*
 * A conversation function may have made up what libpam returns, so that it is not passed on:
 * it could be PAM_IGNORE, which a stack takes for agreement (CVE-2025-23013).
 */
static int no_answer(int error, int otherwise)
{
	return error == PAM_BUF_ERR || error == PAM_SYSTEM_ERR ? error : otherwise;
}

/*
 * Random text takes the place of a token that was not accepted.  Whatever the line of the stack
 * says, no module behind gets the token; and it does not ask for another answer, which many a
 * program would answer with the token.  Not "": to LDAP that is a login without a name.
 */
static int replace_token(pam_handle_t *pamh)
{
	unsigned char noise[32];
	char text[2 * sizeof(noise) + 1];

	randombytes_buf(noise, sizeof(noise));
	(void)sodium_bin2hex(text, sizeof(text), noise, sizeof(noise));
	if (pam_set_item(pamh, PAM_AUTHTOK, text) == PAM_SUCCESS ||
		pam_set_item(pamh, PAM_AUTHTOK, NULL) == PAM_SUCCESS)
		return PAM_SUCCESS;
	return PAM_ABORT; /* cannot happen: there is an item to free */
}

/* options: NULL if they are invalid. */
static int authenticate_token(pam_handle_t *pamh, int flags, const struct pat_options *options,
	const char *user, const struct pat_found *found)
{
	__attribute__((cleanup(request_wipe))) struct pat_request request = {
		.magic = PAT_REQUEST_MAGIC,
	};
	int ret;

	pat_field_cut(request.id, sizeof(request.id), found->id.text);
	if (guard_set(pamh) < 0)
		return unavailable(pamh, out_of_memory, &request);
	if (options == NULL || sodium_init() < 0)
		return PAM_AUTHINFO_UNAVAIL;
	pat_token_digest(found->token, found->len, &request.digest);

	if (!request_place(pamh, &request))
		return PAM_AUTHINFO_UNAVAIL;
	ret = request_owner(pamh, user, &request);
	if (ret != PAM_SUCCESS)
		return ret;
	return verify(pamh, flags, options, &request);
}

exported int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *user = NULL, *text = NULL;
	struct pat_options options = { 0 };
	struct pat_found found;
	bool valid, lifted;
	int ret;

	/* First, so that a refused authentication leaves no id of an earlier one. */
	valid = grant_conceal(pamh) == 0 && options_parse(pamh, argc, argv, &options) == 0;

	ret = pam_get_user(pamh, &user, NULL);
	if (ret != PAM_SUCCESS || user == NULL)
		return no_answer(ret, PAM_CONV_ERR);

	lifted = guard_lift(pamh);
	/*
	 * No prompt of our own: sudo, desktops, sshpass and expect know the one of libpam.
	 *
	 * PAM_AUTHTOK_ERR: it was asked, and not answered, as by Ctrl-D, or by a job whose only
	 * answer was a token that sudo tries three times.  The next module would ask the same, and
	 * pam_faillock behind count a password that nobody typed.
	 */
	ret = pam_get_authtok(pamh, PAM_AUTHTOK, &text, options.prompt);
	/* What was answered may be no token: the one that was given before stays withheld. */
	if (lifted && guard_set(pamh) < 0) {
		log_message(pamh, LOG_ERR, "unavailable (%s)", out_of_memory);
		return replace_token(pamh) == PAM_SUCCESS ? PAM_AUTHINFO_UNAVAIL : PAM_ABORT;
	}
	if (ret != PAM_SUCCESS || text == NULL)
		return no_answer(
			ret, ret == PAM_AUTHTOK_ERR ? PAM_AUTH_ERR : PAM_CRED_INSUFFICIENT);

	if (!pat_token_find(text, &found)) {
		if (options.debug)
			log_message(pamh, LOG_DEBUG, "no token was given");
		return PAM_CRED_INSUFFICIENT;
	}

	/*
	 * The stack may end here, before the pam_unix that delays its refusals: a refusal that came
	 * at once would say that the user exists, where a host passes no token of one who does not.
	 */
	if (!options.nodelay)
		(void)pam_fail_delay(pamh, FAIL_DELAY_USEC);
	ret = authenticate_token(pamh, flags, valid ? &options : NULL, user, &found);
	if (found.blanks && !options_are_silent(&options, flags))
		notice_blanks(pamh);
	if (ret == PAM_SUCCESS)
		return ret;
	return replace_token(pamh) == PAM_SUCCESS ? ret : PAM_ABORT;
}

/*
 * There are no credentials to set, and PAM_SUCCESS says so: a stack whose authentication
 * jumped from here comes by the same way again, and counts this result.
 */
exported int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

/*
 * A token does not set the password that would generate the next token.  The refusal is in the
 * preliminary check, before any module of the stack changes anything; and again in the update, in
 * case the stack ignored it.
 */
exported int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *id = grant_get(pamh);
	struct pat_options options = { 0 };
	char word[GRANT_WORD_SIZE];

	if (id == NULL)
		return PAM_IGNORE;
	if (((unsigned int)flags & PAM_PRELIM_CHECK) == 0)
		return PAM_PERM_DENIED;
	log_escape(word, sizeof(word), id);
	log_message(pamh, LOG_NOTICE, "refused (logged in with a token): password change: token=%s",
		word);
	/* An option that is wrong is logged, and changes nothing here. */
	(void)options_parse(pamh, argc, argv, &options);
	if (!options_are_silent(&options, flags))
		notice_no_password(pamh);
	return PAM_PERM_DENIED;
}

exported int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return session_open(pamh, flags, argc, argv);
}

exported int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return session_close(pamh, argc, argv);
}
