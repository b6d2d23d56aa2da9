/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sessions that the module lets patd record, and those that it refuses. */
#include "tests/unit/pam_pat/login_world.h"

static int open_session(int flags, const char *option)
{
	const char *options[] = { option };

	did = (struct did) { 0 };
	return pam_sm_open_session(HANDLE, flags, option ? 1 : 0, options);
}

static int close_session(const char *option)
{
	const char *options[] = { option };

	did = (struct did) { 0 };
	return pam_sm_close_session(HANDLE, 0, option ? 1 : 0, options);
}

static void session_without_a_token_is_no_concern_of_the_module(void **state)
{
	(void)state;
	world.session_r = -ECONNREFUSED;
	assert_int_equal(open_session(0, "timeout=never"), PAM_SUCCESS);
	assert_int_equal(did.recorded + did.resolved + did.lines + did.noticed, 0);
	assert_int_equal(close_session("timeout=never"), PAM_SUCCESS);
	assert_int_equal(did.recorded + did.lines, 0);
}

static void ended_sessions__session_is_recorded_with_its_process_and_source(void **state)
{
	struct pat_session session;

	(void)state;
	world.rhost = "192.0.2.1";
	world.logind = "c2";
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	assert_int_equal(did.recorded, 1);
	assert_int_equal(did.lines + did.noticed, 0);
	assert_int_equal(did.patience, 3000);
	assert_string_equal(did.path, PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET);
	session = did.recorded_session;
	assert_true(pat_session_check(&session, sizeof(session)));
	assert_int_equal(session.event, PAT_SESSION_OPENS);
	assert_int_equal(session.uid, 1000);
	assert_int_equal(session.pid, getpid());
	assert_int_equal(session.start_time, 4711);
	assert_memory_equal(session.id, token + 4, PAT_ID_LEN);
	assert_string_equal(session.user, "alice");
	assert_string_equal(session.service, "sudo");
	assert_string_equal(session.rhost, "192.0.2.1");
	assert_string_equal(session.tty, "");
	assert_string_equal(session.logind, "c2");
	assert_int_equal(open_session(0, "debug"), PAM_SUCCESS);
	assert_memory_equal(did.line, "session recorded: token=", 24);
	assert_int_equal(open_session(0, "socket=/elsewhere"), PAM_SUCCESS);
	assert_string_equal(did.path, "/elsewhere");
}

/* sudo and doas name the user whom the command runs as. */
static void ended_sessions__the_user_is_the_one_who_was_authenticated(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	world.user = "root";
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	assert_string_equal(did.recorded_session.user, "alice");
	assert_int_equal(did.recorded_session.uid, 1000);
	assert_int_equal(did.resolved, 0);
}

/* sshd authenticates in another process, and hands on the environment alone. */
static void ended_sessions__the_environment_tells_the_other_process(void **state)
{
	(void)state;
	world.session = "Example123";
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	assert_string_equal(did.recorded_session.id, "Example123");
	/* The name that NSS returns. */
	assert_string_equal(did.recorded_session.user, "alice");
	assert_int_equal(did.recorded_session.uid, 1000);
	assert_int_equal(did.resolved, 1);
}

static void ended_sessions__an_id_that_is_none_is_refused_and_not_logged(void **state)
{
	static const char *const ids[] = { "", "Example12", "Example1234", "Example12 ",
		"Example123 root", "Example123\nforged" };

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		world.session = ids[i];
		assert_int_equal(open_session(0, NULL), PAM_PERM_DENIED);
		assert_int_equal(did.recorded + did.resolved, 0);
		assert_int_equal(did.lines, 1);
		assert_non_null(
			strstr(did.line, "(PAT_TOKEN_ID is not the id of a token): token= "));
		assert_int_equal(close_session(NULL), PAM_SUCCESS);
		assert_int_equal(did.recorded, 0);
	}
}

static void ended_sessions__only_a_recorded_session_is_opened(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	for (uint32_t verdict = 0; verdict <= PAT_VERDICTS; verdict++) {
		const bool accepted = verdict == PAT_ACCEPTED;

		world.session_reply.verdict = verdict;
		assert_int_equal(open_session(0, NULL), accepted ? PAM_SUCCESS : PAM_PERM_DENIED);
		assert_int_equal(did.noticed, !accepted);
		assert_int_equal(did.lines, !accepted);
		if (accepted)
			continue;
		assert_memory_equal(did.line, "session refused (", 17);
		assert_non_null(strstr(did.line, verdict_word(verdict)));
		assert_int_equal(open_session(PAM_SILENT, NULL), PAM_PERM_DENIED);
		assert_int_equal(did.noticed, 0);
		assert_int_equal(open_session(0, "quiet"), PAM_PERM_DENIED);
		assert_int_equal(did.noticed, 0);
		assert_int_equal(did.lines, 1);
	}
}

static void ended_sessions__what_keeps_a_session_from_being_recorded_refuses_it(void **state)
{
	static const struct {
		struct world world; /* what differs */
		const char *why;
	} failures[] = {
		{ { .session_r = -ETIMEDOUT }, "patd did not answer in time" },
		{ { .session_r = -EPROTO }, "another problem" },
		{ { .start_r = -ENOENT }, "proc(5) does not say when this process started" },
		{ { .session_data_r = PAM_BUF_ERR }, "out of memory" },
		{ { .item_r = PAM_BAD_ITEM }, "it has no service" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
		world.session_r = failures[i].world.session_r;
		world.start_r = failures[i].world.start_r;
		world.session_data_r = failures[i].world.session_data_r;
		world.item_r = failures[i].world.item_r;
		assert_int_equal(open_session(0, NULL), PAM_PERM_DENIED);
		assert_int_equal(did.lines, 1);
		assert_memory_equal(did.line, "session refused (", 17);
		assert_non_null(strstr(did.line, failures[i].why));
		assert_int_equal(did.noticed, 0);
		world.item_r = PAM_SUCCESS;
	}
	assert_int_equal(open_session(0, "timeout=never"), PAM_PERM_DENIED);
	assert_int_equal(did.recorded, 0);
}

static void ended_sessions__without_its_user_a_session_is_refused(void **state)
{
	(void)state;
	world.session = "Example123";
	world.pw = NULL;
	assert_int_equal(open_session(0, NULL), PAM_PERM_DENIED);
	assert_non_null(strstr(did.line, "(unknown user)"));
	world.pw_errno = EIO;
	assert_int_equal(open_session(0, NULL), PAM_PERM_DENIED);
	assert_non_null(strstr(did.line, "(the user cannot be looked up)"));
	world.user = NULL;
	assert_int_equal(open_session(0, NULL), PAM_PERM_DENIED);
	assert_non_null(strstr(did.line, "(it has no user)"));
	assert_int_equal(did.recorded, 0);
}

static void only_what_root_opens_is_recorded(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	world.euid = 1000;
	world.session_r = -ECONNREFUSED;
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	assert_int_equal(close_session(NULL), PAM_SUCCESS);
	assert_int_equal(did.recorded + did.lines, 0);
}

/* Cut short, it could be the id of another session. */
static void id_of_logind_that_does_not_fit_is_left_out(void **state)
{
	char longer[sizeof(((struct pat_session *)0)->logind) + 1];

	(void)state;
	memset(longer, '1', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	world.logind = longer;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	assert_string_equal(did.recorded_session.logind, "");
}

static void end_of_the_session_is_that_of_what_was_recorded(void **state)
{
	struct pat_session opened;

	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	opened = did.recorded_session;
	assert_int_equal(close_session(NULL), PAM_SUCCESS);
	assert_int_equal(did.recorded, 1);
	assert_int_equal(did.resolved + did.lines, 0);
	assert_int_equal(did.recorded_session.event, PAT_SESSION_CLOSES);
	opened.event = PAT_SESSION_CLOSES;
	assert_memory_equal(&did.recorded_session, &opened, sizeof(opened));
}

static void no_lockout__patd_does_not_keep_a_session_from_closing(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(open_session(0, NULL), PAM_SUCCESS);
	world.session_r = -ETIMEDOUT;
	assert_int_equal(close_session("timeout=30"), PAM_SUCCESS);
	assert_int_equal(did.patience, 1000);
	assert_memory_equal(
		did.line, "end of session not recorded (patd did not answer in time): token=", 65);
	assert_int_equal(close_session("timeout=200ms"), PAM_SUCCESS);
	assert_int_equal(did.patience, 200);
	world.session_r = 0;
	world.session_reply.verdict = PAT_FAILED;
	assert_int_equal(close_session(NULL), PAM_SUCCESS);
	assert_int_equal(close_session("timeout=never"), PAM_SUCCESS);
	assert_int_equal(did.recorded, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(session_without_a_token_is_no_concern_of_the_module),
		TEST(ended_sessions__session_is_recorded_with_its_process_and_source),
		TEST(ended_sessions__the_user_is_the_one_who_was_authenticated),
		TEST(ended_sessions__the_environment_tells_the_other_process),
		TEST(ended_sessions__an_id_that_is_none_is_refused_and_not_logged),
		TEST(ended_sessions__only_a_recorded_session_is_opened),
		TEST(ended_sessions__what_keeps_a_session_from_being_recorded_refuses_it),
		TEST(ended_sessions__without_its_user_a_session_is_refused),
		TEST(only_what_root_opens_is_recorded),
		TEST(id_of_logind_that_does_not_fit_is_left_out),
		TEST(end_of_the_session_is_that_of_what_was_recorded),
		TEST(no_lockout__patd_does_not_keep_a_session_from_closing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
