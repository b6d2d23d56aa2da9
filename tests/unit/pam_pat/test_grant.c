/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the module keeps of an accepted token, and that it changes no password by one. */
#include "tests/unit/pam_pat/login_world.h"

static int change_password(int flags)
{
	did = (struct did) { 0 };
	return pam_sm_chauthtok(HANDLE, flags, 0, NULL);
}

static void no_token_creates_a_token__its_handle_does_not_change_the_password(void **state)
{
	(void)state;
	assert_int_equal(change_password(PAM_PRELIM_CHECK), PAM_IGNORE);
	assert_int_equal(change_password(PAM_UPDATE_AUTHTOK), PAM_IGNORE);
	assert_int_equal(did.told + did.lines, 0);

	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(change_password(PAM_PRELIM_CHECK), PAM_PERM_DENIED);
	assert_int_equal(did.told, 1);
	assert_int_equal(did.lines, 1);
	assert_memory_equal(strstr(did.line, "token=") + 6, token + 4, PAT_ID_LEN);
	assert_int_equal(change_password(PAM_PRELIM_CHECK | PAM_SILENT), PAM_PERM_DENIED);
	assert_int_equal(did.told, 0);
	did = (struct did) { 0 };
	assert_int_equal(
		pam_sm_chauthtok(HANDLE, PAM_PRELIM_CHECK, 1, (const char *[]) { "quiet" }),
		PAM_PERM_DENIED);
	assert_int_equal(did.told, 0);
	assert_int_equal(did.lines, 1);
	/* Said once: nothing in the second phase. */
	assert_int_equal(change_password(PAM_UPDATE_AUTHTOK), PAM_PERM_DENIED);
	assert_int_equal(did.told + did.lines, 0);

	/* Neither a password nor a refused token after it makes the handle another one. */
	world.authtok = "a password";
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	assert_int_equal(change_password(PAM_PRELIM_CHECK), PAM_PERM_DENIED);
}

static void refused_token_leaves_the_password_to_be_changed(void **state)
{
	(void)state;
	world.reply.verdict = PAT_WRONG;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(change_password(PAM_PRELIM_CHECK), PAM_IGNORE);
}

static void no_token_creates_a_token__one_that_cannot_be_kept_is_not_accepted(void **state)
{
	(void)state;
	world.data_r = PAM_BUF_ERR;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.variables, 0);
}

/* sshd authenticates in another process, and hands on the environment alone. */
static void no_token_creates_a_token__the_environment_tells_the_other_process(void **state)
{
	(void)state;
	world.session = "Example123 root";
	assert_int_equal(change_password(PAM_PRELIM_CHECK), PAM_PERM_DENIED);
	assert_non_null(strstr(did.line, "token="));
	assert_null(strstr(did.line, " root"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_token_creates_a_token__its_handle_does_not_change_the_password),
		TEST(refused_token_leaves_the_password_to_be_changed),
		TEST(no_token_creates_a_token__one_that_cannot_be_kept_is_not_accepted),
		TEST(no_token_creates_a_token__the_environment_tells_the_other_process),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
