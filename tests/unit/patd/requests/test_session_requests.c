/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions over the sockets of requests: who lists them, and who is told to end one. */
#include <sys/un.h>

#include "tests/unit/patd/requests/requests_world.h"
#include "tests/unit/patd/tokens/sleeper.h"

static pid_t sleeper;

static int set_up(void **state)
{
	sleeper = sleeper_start();
	return requests_set_up(state);
}

static int tear_down(void **state)
{
	sleeper_end(sleeper);
	return requests_tear_down(state);
}

static void open_session(struct requests_world *w, const struct made *made)
{
	struct pat_session session = {
		.magic = PAT_SESSION_MAGIC,
		.event = PAT_SESSION_OPENS,
		.uid = made->token.uid,
		.pid = (uint32_t)sleeper,
		.start_time = sleeper_start_time(sleeper),
	};

	pat_field_cut(session.id, sizeof(session.id), made->token.id.text);
	pat_field_cut(session.user, sizeof(session.user), made->token.user);
	pat_field_cut(session.service, sizeof(session.service), "sshd");
	assert_int_equal(tokens_open_session(w->world.tokens, &session), PAT_ACCEPTED);
}

static struct request to_list(struct requests_world *w, const struct caller *caller, uint32_t given)
{
	struct request request = request_of(w, REQUEST_LIST_SESSIONS, caller);

	request.sessions.given = given;
	return request;
}

/* How many rows the answer has before its end. */
static unsigned int rows_of(struct requests_world *w, int fd, const struct request *request)
{
	unsigned int n = 0;

	send_request(fd, request);
	turn(w);
	do {
		assert_true(next_answer(w, fd, REQUEST_LIST_SESSIONS));
		if (w->answer.head.kind == ANSWER_ROWS)
			n += w->answer.head.rows;
	} while (!is_last(&w->answer));
	return n;
}

static int follow(struct requests_world *w, const char *name, const struct caller *caller)
{
	struct request request = request_of(w, REQUEST_FOLLOW, caller);
	int fd = connect_to(w, name);

	request.follow.given = caller->uid == 0 ? GIVEN_ALL : 0;
	send_request(fd, &request);
	turn(w);
	return fd;
}

/* Whether what has come over fd tells to end the session of the sleeper. */
static bool is_told(struct requests_world *w, int fd, uint32_t kind)
{
	struct session_row row;
	bool told = false;

	while (next_answer(w, fd, kind)) {
		if (w->answer.head.kind != ANSWER_SESSION)
			continue;
		assert_true(row_unpack(&session_row_table, w->answer.body,
				    w->len - sizeof(w->answer.head), &row) > 0);
		assert_int_equal(row.pid, sleeper);
		assert_true(row.ending);
		told = true;
	}
	return told;
}

static void revoke_and_end(struct requests_world *w, const struct made *made)
{
	struct request request = about(w, REQUEST_REVOKE, &alice, &made->token.id);
	int fd = connect_to(w, FRONT_SOCK);

	request.revoke.given = GIVEN_END_SESSIONS;
	assert_int_equal(ask(w, fd, &request)->head.kind, ANSWER_DONE);
	close(fd);
}

static void sessions_are_listed_over_both_sockets(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	int front = connect_to(w, FRONT_SOCK), root_fd = connect_to(w, ROOT_SOCK);
	struct request request = to_list(w, &alice, 0);

	open_session(w, &made);
	assert_int_equal(rows_of(w, front, &request), 1);
	request = to_list(w, &bob, 0);
	assert_int_equal(rows_of(w, front, &request), 0);
	request = to_list(w, &bob, GIVEN_ALL);
	assert_int_equal(rows_of(w, front, &request), 0);
	assert_int_equal(w->answer.head.error, PAT_ERR_DENIED);
	request = to_list(w, &root, GIVEN_ALL);
	assert_int_equal(rows_of(w, root_fd, &request), 1);
	close(front);
	close(root_fd);
}

static void patd_bus_that_follows_all_is_told_to_end_a_session(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	int all = follow(w, FRONT_SOCK, &root), own = follow(w, FRONT_SOCK, &alice);
	int roots = follow(w, ROOT_SOCK, &root);

	open_session(w, &made);
	revoke_and_end(w, &made);
	assert_true(is_told(w, all, REQUEST_FOLLOW));
	assert_false(is_told(w, own, REQUEST_FOLLOW));
	assert_false(is_told(w, roots, REQUEST_FOLLOW));
	close(all);
	close(own);
	close(roots);
}

static void patd_bus_is_started_where_none_follows_and_told_then(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int connected, fd;

	pat_field_cut(address.sun_path, sizeof(address.sun_path), w->user_socket);
	assert_int_equal(bind(listening, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listening, 4), 0);
	open_session(w, &made);
	assert_true(accept(listening, NULL, NULL) < 0);
	revoke_and_end(w, &made);
	connected = accept(listening, NULL, NULL);
	assert_true(connected >= 0);
	fd = follow(w, FRONT_SOCK, &root);
	assert_true(is_told(w, fd, REQUEST_FOLLOW));
	close(fd);
	close(connected);
	close(listening);
}

static void failure_to_start_patd_bus_is_logged_and_the_revocation_holds(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");

	open_session(w, &made);
	revoke_and_end(w, &made);
	assert_logged("sessions that are to be ended stay open");
	assert_int_equal(world_state(&w->world, &made), TOKEN_REVOKED);
}

static void disable_ends_sessions_if_asked(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	int all = follow(w, FRONT_SOCK, &root), fd = connect_to(w, FRONT_SOCK);

	open_session(w, &made);
	for (unsigned int end = 0; end <= 1; end++) {
		struct request request = request_of(w, REQUEST_DISABLE, &root);

		request.disable.given = GIVEN_USER | (end ? GIVEN_END_SESSIONS : 0);
		(void)strcpy(request.disable.user, "alice");
		assert_int_equal(ask(w, fd, &request)->head.kind, ANSWER_DONE);
		assert_int_equal(is_told(w, all, REQUEST_FOLLOW), end);
	}
	close(fd);
	close(all);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions_are_listed_over_both_sockets),
		TEST(patd_bus_that_follows_all_is_told_to_end_a_session),
		TEST(patd_bus_is_started_where_none_follows_and_told_then),
		TEST(failure_to_start_patd_bus_is_logged_and_the_revocation_holds),
		TEST(disable_ends_sessions_if_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
