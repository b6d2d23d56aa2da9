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
 * All that it keeps between calls is the public id of the token that opened this handle, with which
 * it refuses to change the password (grant.h), and the host's conversation.
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
#include <security/pam_modutil.h>
#include <sodium.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/account_bits.h"
#include "common/token_format.h"
#include "common/wire.h"
#include "pam_pat/account.h"
#include "pam_pat/ask.h"
#include "pam_pat/grant.h"
#include "pam_pat/guard.h"
#include "pam_pat/module_options.h"
#include "pam_pat/notice.h"
#include "pam_pat/pam_log.h"

#define exported __attribute__((visibility("default")))

/* As pam_unix asks for. */
#define FAIL_DELAY_USEC 2000000U

static void request_wipe(struct pat_request *request)
{
	sodium_memzero(request, sizeof(*request));
}

static const char *text_item(pam_handle_t *pamh, int item)
{
	const void *text = NULL;

	return pam_get_item(pamh, item, &text) == PAM_SUCCESS && text != NULL ? text : "";
}

/* The service is never cut short, since patd must match all of it; see common/wire.h. */
static int request_place(pam_handle_t *pamh, struct pat_request *request)
{
	const char *service = text_item(pamh, PAM_SERVICE);

	pat_field_cut(request->rhost, sizeof(request->rhost), text_item(pamh, PAM_RHOST));
	pat_field_cut(request->tty, sizeof(request->tty), text_item(pamh, PAM_TTY));
	if (!pat_field_set(request->service, sizeof(request->service), service) ||
		service[0] == '\0')
		return PAM_AUTHINFO_UNAVAIL;
	return PAM_SUCCESS;
}

/* The user database did not answer. */
static int no_lookup(pam_handle_t *pamh, const char *why, const struct pat_request *request)
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
		return no_lookup(pamh, "the account cannot be looked up", request);
	return PAM_SUCCESS;
}

/*
 * A token is bound to the name that NSS returns, not to the one typed: where lookups ignore case or
 * know aliases, all spellings are one user.
 */
static int request_user(pam_handle_t *pamh, const char *user, struct pat_request *request)
{
	const struct passwd *pw;

	errno = 0;
	pw = pam_modutil_getpwnam(pamh, user);
	if (pw == NULL && (errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == EIO))
		return no_lookup(pamh, "the user cannot be looked up", request);
	if (pw == NULL || pw->pw_name[0] == '\0' ||
		!pat_field_set(request->user, sizeof(request->user), pw->pw_name)) {
		/* Without the name: people type passwords and tokens at a login prompt. */
		log_request(pamh, LOG_NOTICE, "refused", "unknown user", request);
		return PAM_AUTH_ERR;
	}
	request->uid = pw->pw_uid;
	return request_account(pamh, pw, request);
}

static bool is_silent(int flags, const struct pat_options *options)
{
	return options->quiet || ((unsigned int)flags & PAM_SILENT) != 0;
}

static int verify(pam_handle_t *pamh, int flags, const struct pat_options *options,
	const struct pat_request *request)
{
	const char *path = options->socket;
	const char *result = "refused";
	const struct verdict *verdict;
	struct pat_reply reply;
	int ret = PAM_AUTH_ERR;
	int r;

	if (path == NULL)
		path = geteuid() == 0 ? PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET
				      : PAT_RUNTIME_DIR "/" PAT_USER_SOCKET;

	r = ask(pamh, path, options->timeout, request, &reply);
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
	if (reply.verdict == PAT_ACCEPTED && grant_set(pamh, request->id) == 0 &&
		pam_set_item(pamh, PAM_AUTHTOK, NULL) == PAM_SUCCESS)
		ret = PAM_SUCCESS;

	log_request(pamh, verdict->priority, ret == PAM_SUCCESS ? "accepted" : result,
		ret == PAM_SUCCESS ? NULL : verdict->word, request);
	if (ret == PAM_SUCCESS)
		grant_announce(pamh, request->id);
	if (!is_silent(flags, options))
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

	if (guard_set(pamh) < 0 || options == NULL || sodium_init() < 0)
		return PAM_AUTHINFO_UNAVAIL;
	pat_field_cut(request.id, sizeof(request.id), found->id.text);
	pat_token_digest(found->token, found->len, &request.digest);

	ret = request_place(pamh, &request);
	if (ret == PAM_SUCCESS)
		ret = request_user(pamh, user, &request);
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

	/*
	 * Where there is a password, nobody is asked here, and a guard of a line before stays.
	 *
	 * No prompt of our own: sudo, desktops, sshpass and expect know the one of libpam.
	 *
	 * PAM_AUTHTOK_ERR: it was asked, and not answered, as by Ctrl-D, or by a job whose only
	 * answer was a token that sudo tries three times.  The next module would ask the same, and
	 * pam_faillock behind count a password that nobody typed.
	 */
	lifted = *text_item(pamh, PAM_AUTHTOK) == '\0' && guard_lift(pamh);
	ret = pam_get_authtok(pamh, PAM_AUTHTOK, &text, options.prompt);
	/* What was answered may be no token: the one that was given before stays withheld. */
	if (lifted && guard_set(pamh) < 0)
		return replace_token(pamh) == PAM_SUCCESS ? PAM_AUTHINFO_UNAVAIL : PAM_ABORT;
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
	if (found.blanks && !is_silent(flags, &options))
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
	if (!is_silent(flags, &options))
		notice_no_password(pamh);
	return PAM_PERM_DENIED;
}
