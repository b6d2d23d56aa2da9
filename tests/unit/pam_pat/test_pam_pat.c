/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the module returns for each verdict, and for each failure, libpam's and its own. */
#include "tests/unit/pam_pat/login_world.h"

static void no_lockout__only_accepted_succeeds_and_only_the_undecided_is_unavailable(void **state)
{
	(void)state;
	for (uint32_t verdict = 0; verdict <= PAT_VERDICTS; verdict++) {
		if (verdict == PAT_ASKED) /* no verdict yet: see below */
			continue;
		const bool undecided = verdict == PAT_BUSY || verdict == PAT_FAILED ||
				       verdict == PAT_UNCLAIMED || verdict == PAT_VERDICTS;
		const int r = verdict == PAT_ACCEPTED ? PAM_SUCCESS
			      : undecided             ? PAM_AUTHINFO_UNAVAIL
						      : PAM_AUTH_ERR;

		world.reply.verdict = verdict;
		assert_int_equal(verdict_row(verdict)->undecided, undecided);
		assert_int_equal(authenticate(0, NULL), r);
		assert_int_equal(did.asked, 1);
		assert_int_equal(did.noticed, 1);
		assert_int_equal(did.variables, verdict == PAT_ACCEPTED ? 1 : 0);
		assert_int_equal(did.lines, 1);
		assert_null(strstr(did.line, token + PAT_TOKEN_LEN - 20));
		assert_int_equal(authenticate(PAM_SILENT, NULL), r);
		assert_int_equal(did.noticed, 0);
	}
}

static void secrecy__a_token_that_stays_for_the_next_module_ends_all(void **state)
{
	(void)state;
	/* It cannot be removed: accepted is no success then, and random text takes its place. */
	world.set_item_r = PAM_PERM_DENIED;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.cleared, 1);
	assert_int_equal(did.variables, 0);
	assert_int_equal(strlen(did.random), 64);
	world.random_r = PAM_BUF_ERR;
	assert_int_equal(authenticate(0, NULL), PAM_ABORT);
	world.reply.verdict = PAT_WRONG;
	assert_int_equal(authenticate(0, NULL), PAM_ABORT);
	world.set_item_r = PAM_SUCCESS;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.cleared, 1);
}

static void secrecy__each_refused_token_is_replaced_by_other_text(void **state)
{
	char before[sizeof(did.random)];

	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_string_equal(did.random, "");
	for (uint32_t verdict = 0; verdict <= PAT_VERDICTS; verdict++) {
		if (verdict == PAT_ACCEPTED)
			continue;
		world.reply.verdict = verdict;
		memcpy(before, did.random, sizeof(before));
		assert_int_not_equal(authenticate(0, NULL), PAM_SUCCESS);
		assert_string_not_equal(did.random, before);
		assert_int_equal(strlen(did.random), 64);
	}
}

static void secrecy__from_the_first_token_on_no_other_module_is_answered_by_one(void **state)
{
	(void)state;
	for (uint32_t verdict = 0; verdict <= PAT_VERDICTS; verdict++) {
		world.reply.verdict = verdict;
		(void)authenticate(0, NULL);
		assert_int_equal(did.lifted, 1);
		assert_int_equal(did.guarded, 1);
	}
	/* Of a line before, also where the answer is no token. */
	world.has_guard = true;
	world.authtok = "a password";
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.lifted, 1);
	assert_int_equal(did.guarded, 1);
	world.has_guard = false;
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.guarded, 0);
}

static void secrecy__without_a_guard_no_token_is_accepted_and_the_log_says_so(void **state)
{
	(void)state;
	world.guard_r = -ENOMEM;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(did.asked, 0);
	assert_int_equal(strlen(did.random), 64);
	assert_int_equal(did.lines, 1);
	assert_memory_equal(did.line, "unavailable (out of memory): token=", 35);
	assert_memory_equal(did.line + 35, token + 4, PAT_ID_LEN);
	/* That of a line before; nothing about the password. */
	world.has_guard = true;
	world.authtok = "a password";
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(did.asked, 0);
	assert_string_equal(did.line, "unavailable (out of memory)");
}

/* Ctrl-D, or sudo that asks a job again: nobody asks the same, and pam_faillock counts nothing. */
static void no_lockout__what_is_not_answered_is_not_asked_again(void **state)
{
	(void)state;
	world.authtok_r = PAM_AUTHTOK_ERR;
	world.authtok = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.asked + did.resolved + did.lines, 0);
	assert_int_equal(did.delay, 0);
	/* Nobody was asked: by use_first_pass, where the module before has no password. */
	world.authtok_r = PAM_AUTH_ERR;
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	/* Enter alone is an answer, that of an account without a password. */
	world.authtok_r = PAM_SUCCESS;
	world.authtok = "";
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
}

/* Before patd is asked: libpam waits only after a failure, which may also be that of a crash. */
static void refused_token_is_delayed_as_a_password_is(void **state)
{
	(void)state;
	world.reply.verdict = PAT_WRONG;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.delay, 2000000);
	assert_int_equal(authenticate(0, "nodelay"), PAM_AUTH_ERR);
	assert_int_equal(did.delay, 0);
	world.pw = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.delay, 2000000);
	/* That of a password is the concern of its module. */
	world.authtok = "a password";
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.delay, 0);
}

static void session_has_the_id_of_the_token_or_a_line_says_why_not(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_memory_equal(did.variable, "PAT_TOKEN_ID=", 13);
	assert_memory_equal(did.variable + 13, token + 4, PAT_ID_LEN);
	world.putenv_r = PAM_BUF_ERR;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_non_null(strstr(did.line, "cannot be set"));
}

static void id_of_an_earlier_token_is_removed_first(void **state)
{
	(void)state;
	world.session = "0123456789";
	world.reply.verdict = PAT_WRONG;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_string_equal(did.variable, "PAT_TOKEN_ID");
	world.putenv_r = PAM_BUF_ERR;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(did.asked, 0);
	/* A password is no concern of that. */
	world.authtok = "a password";
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
}

/* A conversation may return anything: what a stack would take for agreement is not passed on. */
static void answer_of_a_conversation_is_never_passed_on(void **state)
{
	static const struct {
		int given, user, authtok;
	} codes[] = {
		{ PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR },
		{ PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
		{ PAM_IGNORE, PAM_CONV_ERR, PAM_CRED_INSUFFICIENT },
		{ PAM_AUTHTOK_ERR, PAM_CONV_ERR, PAM_AUTH_ERR },
		{ PAM_CONV_AGAIN, PAM_CONV_ERR, PAM_CRED_INSUFFICIENT },
		{ 4711, PAM_CONV_ERR, PAM_CRED_INSUFFICIENT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		(void)set_up(NULL);
		world.user_r = codes[i].given;
		assert_int_equal(authenticate(0, NULL), codes[i].user);
		world.user_r = PAM_SUCCESS;
		world.authtok_r = codes[i].given;
		assert_int_equal(authenticate(0, NULL), codes[i].authtok);
	}
	(void)set_up(NULL);
	world.authtok = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	world.user = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_CONV_ERR);
	assert_int_equal(did.asked, 0);
}

/* As pasted, or as in a file that was written on Windows. */
static void blanks_around_a_token_are_left_out_and_told(void **state)
{
	char text[PAT_TOKEN_LEN + 4];

	(void)state;
	(void)snprintf(text, sizeof(text), " %s\r", token);
	world.authtok = text;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_memory_equal(did.request.id, token + 4, PAT_ID_LEN);
	assert_int_equal(did.blanks, 1);
	assert_int_equal(did.cleared, 1);
	assert_int_equal(authenticate(PAM_SILENT, NULL), PAM_SUCCESS);
	assert_int_equal(did.blanks, 0);
	world.reply.verdict = PAT_REVOKED;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(strlen(did.random), 64);
	assert_int_equal(did.blanks, 1);
	world.authtok = token;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.blanks, 0);
}

/* patd gets the digest of the token alone. */
static void blanks_around_a_token_do_not_change_its_digest(void **state)
{
	char text[PAT_TOKEN_LEN + 4];
	struct pat_digest digest;

	(void)state;
	pat_token_digest(token, PAT_TOKEN_LEN, &digest);
	(void)snprintf(text, sizeof(text), "\t%s\r\n", token);
	world.authtok = text;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_memory_equal(&did.request.digest, &digest, sizeof(digest));
}

/* Of 64 characters, alone and between blanks. */
static void tokens_of_the_first_versions_are_accepted(void **state)
{
	static const char first[] =
		"pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml";
	struct pat_digest digest;
	char text[sizeof(first) + 3];

	(void)state;
	pat_token_digest(first, strlen(first), &digest);
	(void)snprintf(text, sizeof(text), " %s\r\n", first);
	for (int blanks = 0; blanks <= 1; blanks++) {
		world.authtok = blanks ? text : first;
		assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
		assert_string_equal(did.request.id, "AbCdEfGhIj");
		assert_memory_equal(&did.request.digest, &digest, sizeof(digest));
		assert_int_equal(did.blanks, blanks);
		assert_int_equal(did.cleared, 1);
	}
}

static void passwords__blanks_do_not_make_a_password_a_token(void **state)
{
	static const char *const passwords[] = { " ", "  a password\r", "\r\n",
		"                                                                        ",
		" pat_0123456789_000000000000000000000000000000000000000000000 ",
		" pat_0123456789_0000000000000000000000000000000000000000000000000 " };

	(void)state;
	for (size_t i = 0; i < COUNT(passwords); i++) {
		world.authtok = passwords[i];
		assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
		assert_int_equal(
			did.resolved + did.asked + did.lines + did.noticed + did.blanks, 0);
		assert_string_equal(did.random, "");
	}
}

static void passwords__what_is_no_token_is_not_resolved_sent_or_logged(void **state)
{
	(void)state;
	world.authtok = "a password";
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.resolved + did.asked + did.lines + did.noticed, 0);
	/* With the option, that there was none, and nothing of it. */
	assert_int_equal(authenticate(0, "debug"), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.resolved + did.asked, 0);
	assert_string_equal(did.line, "no token was given");
}

static void no_lockout__bad_option_refuses_tokens_alone(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, "timeout=never"), PAM_AUTHINFO_UNAVAIL);
	world.authtok = "a password";
	assert_int_equal(authenticate(0, "timeout=never"), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.asked, 0);
}

static void service_that_is_missing_or_too_long_is_unavailable(void **state)
{
	char longer[PAT_SERVICE_MAX + 2];

	(void)state;
	memset(longer, 's', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	world.service = longer;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	world.service = "";
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	world.service = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	world.service = "sudo";
	world.item_r = PAM_BAD_ITEM;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(did.asked, 0);
}

static void no_lockout__unknown_user_is_told_from_a_directory_that_does_not_answer(void **state)
{
	static const struct {
		int error, r;
	} lookups[] = {
		{ 0, PAM_AUTH_ERR },
		{ ENOENT, PAM_AUTH_ERR },
		{ ENOMEM, PAM_AUTHINFO_UNAVAIL },
		{ EMFILE, PAM_AUTHINFO_UNAVAIL },
		{ ENFILE, PAM_AUTHINFO_UNAVAIL },
		{ EIO, PAM_AUTHINFO_UNAVAIL },
	};

	(void)state;
	world.pw = NULL;
	for (size_t i = 0; i < COUNT(lookups); i++) {
		world.pw_errno = lookups[i].error;
		assert_int_equal(authenticate(0, NULL), lookups[i].r);
		assert_int_equal(did.asked, 0);
		/* People type tokens where a name is asked for. */
		assert_null(strstr(did.line, world.user));
	}
	world.pw = &pw;
	world.pw_errno = 0;
	pw_name[0] = '\0';
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	memset(pw_name, 'u', sizeof(pw_name) - 1);
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.asked, 0);
}

static void scope__the_name_that_nss_returns_is_sent_and_the_account_of_root_s_programs(
	void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_string_equal(did.request.user, "alice");
	assert_int_equal(did.request.uid, 1000);
	assert_int_equal(did.request.account, PAT_ACCOUNT_SEEN);
	assert_string_equal(did.path, PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET);
	world.euid = 1000;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(did.request.account, 0);
	assert_string_equal(did.path, PAT_RUNTIME_DIR "/" PAT_USER_SOCKET);
	assert_int_equal(authenticate(0, "socket=/elsewhere"), PAM_SUCCESS);
	assert_string_equal(did.path, "/elsewhere");
}

static void account_that_cannot_be_read_is_unavailable(void **state)
{
	(void)state;
	world.account_r = -EIO;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	world.account_r = -ENOMEM;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(did.asked, 0);
}

static void no_lockout__patd_that_does_not_answer_is_unavailable(void **state)
{
	(void)state;
	world.ask_r = -ETIMEDOUT;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_non_null(strstr(did.line, "unavailable (patd did not answer in time)"));
	assert_int_equal(did.noticed, 0);
	assert_int_equal(did.cleared, 0);
}

static void confirmed_uses__the_verdict_after_the_wait_counts(void **state)
{
	(void)state;
	world.reply = (struct pat_reply) { .verdict = PAT_ASKED, .expires_at = 60 };
	for (uint32_t verdict = 0; verdict < PAT_ASKED; verdict++) {
		world.approval = (struct pat_reply) { .verdict = verdict };
		assert_int_equal(authenticate(0, NULL) == PAM_SUCCESS, verdict == PAT_ACCEPTED);
		assert_int_equal(did.waited, 65000);
		assert_int_equal(did.waits_told, 60);
		assert_int_equal(did.noticed, 1);
	}
	(void)authenticate(PAM_SILENT, NULL);
	assert_int_equal(did.waits_told, 0);
	assert_int_equal(did.waited, 65000);
}

static void confirmed_uses__a_process_that_cannot_be_shown_is_refused(void **state)
{
	(void)state;
	world.reply = (struct pat_reply) { .verdict = PAT_ASKED, .expires_at = 60 };
	world.approval.verdict = PAT_ACCEPTED;
	world.process_r = -ENOENT;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(did.waited, 0);
}

static void confirmed_uses__a_wait_that_fails_is_no_approval(void **state)
{
	(void)state;
	world.reply = (struct pat_reply) { .verdict = PAT_ASKED, .expires_at = 60 };
	world.approval.verdict = PAT_ACCEPTED;
	world.approval_r = -ECONNRESET;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(did.cleared, 0);
}

static void options_choose_when_expiry_is_announced_and_whether_anything_is(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(did.ahead, 7 * 86400);
	assert_int_equal(authenticate(0, "notice=2 weeks"), PAM_SUCCESS);
	assert_int_equal(did.ahead, 14 * 86400);
	assert_int_equal(authenticate(0, "quiet"), PAM_SUCCESS);
	assert_int_equal(did.noticed, 0);
	assert_int_equal(did.lines, 1);
	world.reply.verdict = PAT_REVOKED;
	assert_int_equal(authenticate(0, "quiet"), PAM_AUTH_ERR);
	assert_int_equal(did.noticed, 0);
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.noticed, 1);
}

static void credentials_are_always_set(void **state)
{
	(void)state;
	assert_int_equal(pam_sm_setcred(HANDLE, PAM_ESTABLISH_CRED, 0, NULL), PAM_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_lockout__only_accepted_succeeds_and_only_the_undecided_is_unavailable),
		TEST(secrecy__a_token_that_stays_for_the_next_module_ends_all),
		TEST(secrecy__each_refused_token_is_replaced_by_other_text),
		TEST(secrecy__from_the_first_token_on_no_other_module_is_answered_by_one),
		TEST(secrecy__without_a_guard_no_token_is_accepted_and_the_log_says_so),
		TEST(no_lockout__what_is_not_answered_is_not_asked_again),
		TEST(refused_token_is_delayed_as_a_password_is),
		TEST(session_has_the_id_of_the_token_or_a_line_says_why_not),
		TEST(id_of_an_earlier_token_is_removed_first),
		TEST(answer_of_a_conversation_is_never_passed_on),
		TEST(blanks_around_a_token_are_left_out_and_told),
		TEST(blanks_around_a_token_do_not_change_its_digest),
		TEST(tokens_of_the_first_versions_are_accepted),
		TEST(passwords__blanks_do_not_make_a_password_a_token),
		TEST(passwords__what_is_no_token_is_not_resolved_sent_or_logged),
		TEST(no_lockout__bad_option_refuses_tokens_alone),
		TEST(service_that_is_missing_or_too_long_is_unavailable),
		TEST(no_lockout__unknown_user_is_told_from_a_directory_that_does_not_answer),
		TEST(scope__the_name_that_nss_returns_is_sent_and_the_account_of_root_s_programs),
		TEST(account_that_cannot_be_read_is_unavailable),
		TEST(no_lockout__patd_that_does_not_answer_is_unavailable),
		TEST(confirmed_uses__the_verdict_after_the_wait_counts),
		TEST(confirmed_uses__a_process_that_cannot_be_shown_is_refused),
		TEST(confirmed_uses__a_wait_that_fails_is_no_approval),
		TEST(options_choose_when_expiry_is_announced_and_whether_anything_is),
		TEST(credentials_are_always_set),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
