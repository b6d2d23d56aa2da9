/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks for what, what patd-bus may claim, and who follows what. */
#include "patd/tokens/tokens_private.h"
#include "tests/unit/patd/requests/requests_world.h"

static void each_kind_gets_an_answer_over_both_sockets(void **state)
{
	static const char *const sockets[] = { ROOT_SOCK, FRONT_SOCK };
	struct requests_world *w = *state;

	for (size_t s = 0; s < COUNT(sockets); s++)
		for (unsigned int kind = 0; kind < REQUEST_KINDS; kind++) {
			int fd = connect_to(w, sockets[s]);
			struct request request = request_of(w, (enum request_kind)kind, &alice);

			if (kind == REQUEST_VERIFY)
				request.verify = (struct pat_request) { .magic = PAT_REQUEST_MAGIC,
					.uid = 1000,
					.id = "0123456789",
					.user = "alice",
					.service = "test" };
			send_request(fd, &request);
			do
				turn(w);
			while (kind == REQUEST_BACKUP && is_waiting(fd));
			while (next_answer(w, fd, kind))
				assert_that(w->answer.head.serial == w->serial, "%s",
					request_word(kind));
			assert_that(w->len > 0, "%s", request_word(kind));
			close(fd);
			turn(w);
		}
}

/* --- what patd-bus may claim --- */

static void front_has_nothing_that_only_root_may(void **state)
{
	struct requests_world *w = *state;
	struct caller everything = root;
	const struct made other = world_generate(&w->world, &bob, "other");
	struct request backup, check;
	int fd = connect_to(w, FRONT_SOCK);

	everything.granted = UINT32_MAX;
	backup = request_of(w, REQUEST_BACKUP, &everything);
	check = request_of(w, REQUEST_CHECK, &everything);
	assert_true(pat_field_set(check.check.id, sizeof(check.check.id), other.token.id.text));
	pat_token_digest(other.secret, PAT_TOKEN_LEN, &check.check.digest);
	assert_int_equal(ask(w, fd, &backup)->head.error, PAT_ERR_DENIED);
	assert_int_equal(w->answer.head.lacks, ACTION_NONE);
	assert_int_equal(ask(w, fd, &check)->head.kind, ANSWER_REFUSED);
	check.head.caller = (struct request_caller) { bob.uid, 0, "bob" };
	assert_int_equal(ask(w, fd, &check)->head.kind, ANSWER_DONE);
	close(fd);
}

static void front_does_not_log_in_for_root(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	struct request verify = request_of(w, REQUEST_VERIFY, &root);
	int fd = connect_to(w, FRONT_SOCK);

	verify.verify = request_with(made.secret, &alice);
	assert_int_equal(ask(w, fd, &verify)->head.error, PAT_ERR_DENIED);
	assert_int_equal(world_ask(&w->world, "SELECT uses FROM token"), 0);
	close(fd);
}

static void front_cannot_name_who_there_is_not(void **state)
{
	struct requests_world *w = *state;
	static const struct caller claims[] = {
		{ .uid = 1000, .user = "root" },
		{ .uid = 1000, .user = "" },
		{ .uid = 1000, .user = "a\nb" },
		{ .uid = UINT32_MAX, .user = "alice" },
	};
	int fd = connect_to(w, FRONT_SOCK);

	for (size_t i = 0; i < COUNT(claims); i++) {
		const struct request list = request_of(w, REQUEST_LIST, &claims[i]);

		assert_int_equal(ask(w, fd, &list)->head.error, PAT_ERR_UNKNOWN_USER);
	}
	close(fd);
}

static void refusal_says_which_right_is_lacking(void **state)
{
	struct requests_world *w = *state;
	const struct made other = world_generate(&w->world, &bob, "other");
	struct request revoke = about(w, REQUEST_REVOKE, &alice, &other.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	assert_int_equal(ask(w, fd, &revoke)->head.error, PAT_ERR_DENIED);
	assert_int_equal(w->answer.head.lacks, ACTION_MANAGE_OTHERS);
	assert_int_equal(w->answer.head.operation, OP_REVOKE);
	/* The same request, with what polkit granted. */
	revoke.head.caller.granted = 1U << w->answer.head.lacks;
	assert_int_equal(ask(w, fd, &revoke)->head.kind, ANSWER_DONE);
	close(fd);
}

static void history_tells_root_from_what_patd_bus_says(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &bob, "other");
	const struct request revoke = about(w, REQUEST_REVOKE, &root, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	assert_int_equal(world_last_entry(&w->world).how, ENTRY_ROOT);
	assert_int_equal(ask(w, fd, &revoke)->head.kind, ANSWER_DONE);
	assert_int_equal(world_last_entry(&w->world).how, ENTRY_BUS);
	close(fd);
}

static void root_is_root_whatever_it_says(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &bob, "other");
	const struct request revoke = about(w, REQUEST_REVOKE, &alice, &made.token.id);
	int fd;

	if (!unit_is_root())
		return;
	fd = connect_to(w, ROOT_SOCK);
	assert_int_equal(ask(w, fd, &revoke)->head.kind, ANSWER_DONE);
	assert_int_equal(world_last_entry(&w->world).by_uid, 0);
	close(fd);
}

/* Only a password that polkit asked for is one in the history. */
static void grants_that_are_no_action_are_dropped(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	const struct caller said = {
		.uid = alice.uid,
		.user = "alice",
		.granted = UINT32_MAX << ACTIONS | 1U << ACTION_NONE,
	};
	const struct request revoke = about(w, REQUEST_REVOKE, &said, &made.token.id);
	int fd = connect_to(w, FRONT_SOCK);

	assert_int_equal(ask(w, fd, &revoke)->head.kind, ANSWER_DONE);
	assert_int_equal(world_last_entry(&w->world).how, ENTRY_OWNER);
	close(fd);
}

/* --- followers --- */

static void scope__request_that_names_nobody_or_too_much_disables_nobody(void **state)
{
	static const struct {
		uint32_t given;
		const char *user;
		enum answer_kind answer;
	} table[] = {
		{ 0, "", ANSWER_REFUSED },
		{ 0, "alice", ANSWER_REFUSED },
		{ GIVEN_USER, "", ANSWER_REFUSED },
		{ GIVEN_ALL, "alice", ANSWER_REFUSED },
		{ GIVEN_ALL | GIVEN_USER, "", ANSWER_REFUSED },
		{ GIVEN_ALL | GIVEN_USER, "alice", ANSWER_REFUSED },
		{ GIVEN_USER, "alice", ANSWER_DONE },
		{ GIVEN_ALL, "", ANSWER_DONE },
	};
	struct requests_world *w = *state;
	int fd = connect_to(w, FRONT_SOCK);

	for (size_t i = 0; i < COUNT(table); i++)
		for (unsigned int enable = 0; enable < 2; enable++) {
			struct request request =
				request_of(w, enable ? REQUEST_ENABLE : REQUEST_DISABLE, &root);
			const struct answer *answer;

			request.disable.given = table[i].given;
			(void)strcpy(request.disable.user, table[i].user);
			answer = ask(w, fd, &request);
			assert_int_equal(answer->head.kind, table[i].answer);
			if (table[i].answer == ANSWER_REFUSED)
				assert_int_equal(answer->head.error, PAT_ERR_INVALID_ARGS);
		}
	close(fd);
}

static int follow(struct requests_world *w, const struct caller *caller, uint32_t given)
{
	struct request request = request_of(w, REQUEST_FOLLOW, caller);
	int fd = connect_to(w, FRONT_SOCK);

	request.follow.given = given;
	assert_int_equal(ask(w, fd, &request)->head.kind, ANSWER_DONE);
	return fd;
}

static void event_comes_before_the_answer_and_does_not_wait_for_the_disk(void **state)
{
	struct requests_world *w = *state;
	const struct made made = world_generate(&w->world, &alice, "laptop");
	const struct request revoke = about(w, REQUEST_REVOKE, &alice, &made.token.id);
	int fd = follow(w, &root, GIVEN_ALL);
	struct token_row row;

	disk.state = SYNC_WAITING;
	send_request(fd, &revoke);
	turn(w);
	assert_true(next_answer(w, fd, REQUEST_REVOKE));
	assert_int_equal(w->answer.head.kind, ANSWER_TOKEN);
	assert_int_equal(w->answer.head.rows, TOKEN_CHANGED);
	assert_int_equal(row_unpack(token_row_table(), w->answer.body,
				 w->len - sizeof(w->answer.head), &row),
		w->len - sizeof(w->answer.head));
	assert_string_equal(row.state, "revoked");
	disk_becomes(w, SYNC_DONE);
	assert_int_equal(last_answer(w, fd, REQUEST_REVOKE)->head.kind, ANSWER_DONE);
	close(fd);
}

static void user_follows_its_own_only(void **state)
{
	struct requests_world *w = *state;
	int fd = follow(w, &alice, 0);
	struct request all = request_of(w, REQUEST_FOLLOW, &alice);

	(void)world_generate(&w->world, &bob, "other");
	turn(w);
	assert_true(is_waiting(fd));
	(void)world_generate(&w->world, &alice, "own");
	assert_true(next_answer(w, fd, REQUEST_KINDS));
	assert_int_equal(w->answer.head.kind, ANSWER_TOKEN);
	all.follow.given = GIVEN_ALL;
	assert_int_equal(ask(w, fd, &all)->head.error, PAT_ERR_DENIED);
	close(fd);
}

static void follower_that_does_not_read_loses_its_connection(void **state)
{
	struct requests_world *w = *state;
	int fd = follow(w, &root, GIVEN_ALL);
	struct made made = world_generate(&w->world, &alice, "laptop");

	for (unsigned int i = 0; i < 100000 && !strstr(logged, "does not read"); i++)
		tokens_notify(w->world.tokens, TOKEN_CHANGED, &made.token);
	assert_logged("patd-bus does not read its answers; its connection is closed");
	turn(w);
	assert_true(is_closed(fd));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REQUESTS_TEST(each_kind_gets_an_answer_over_both_sockets),
		REQUESTS_TEST(front_has_nothing_that_only_root_may),
		REQUESTS_TEST(front_does_not_log_in_for_root),
		REQUESTS_TEST(front_cannot_name_who_there_is_not),
		REQUESTS_TEST(refusal_says_which_right_is_lacking),
		REQUESTS_TEST(history_tells_root_from_what_patd_bus_says),
		REQUESTS_TEST(root_is_root_whatever_it_says),
		REQUESTS_TEST(grants_that_are_no_action_are_dropped),
		REQUESTS_TEST(scope__request_that_names_nobody_or_too_much_disables_nobody),
		REQUESTS_TEST(event_comes_before_the_answer_and_does_not_wait_for_the_disk),
		REQUESTS_TEST(user_follows_its_own_only),
		REQUESTS_TEST(follower_that_does_not_read_loses_its_connection),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
