/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that tokens open, in real processes: recorded, listed, and ended. */
#include "patd/tokens/sessions.h"

#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/sleeper.h"
#include "tests/unit/patd/world.h"

#define SLEEPERS 4

/* What ends is noted by its pid. */
static struct {
	pid_t sleepers[SLEEPERS];
	uint32_t ended[8];
	unsigned int ended_n;
	struct entry entry; /* the last */
} s;

static void on_session(const struct session *session, void *userdata)
{
	(void)userdata;
	assert_true(session->ending);
	assert_between(s.ended_n, 0, COUNT(s.ended) - 1);
	s.ended[s.ended_n++] = session->pid;
}

static void on_entry(const struct entry *entry, void *userdata)
{
	(void)userdata;
	if (entry->event == ENTRY_SESSION_ENDED)
		s.entry = *entry;
}

static const struct token_listener listener = { .entry = on_entry, .session = on_session };

static int set_up(void **state)
{
	memset(&s, 0, sizeof(s));
	for (size_t i = 0; i < SLEEPERS; i++)
		s.sleepers[i] = sleeper_start();
	assert_int_equal(world_set_up(state), 0);
	tokens_listen(((struct world *)*state)->tokens, &listener);
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = 0; i < SLEEPERS; i++)
		if (s.sleepers[i] > 0)
			sleeper_end(s.sleepers[i]);
	return world_tear_down(state);
}

/* patd ends and starts again. */
static void restart(struct world *world)
{
	world_restart(world);
	tokens_listen(world->tokens, &listener);
}

static struct pat_session session_of(const struct made *made, size_t sleeper, const char *service)
{
	struct pat_session session = {
		.magic = PAT_SESSION_MAGIC,
		.event = PAT_SESSION_OPENS,
		.uid = made->token.uid,
		.pid = (uint32_t)s.sleepers[sleeper],
		.start_time = sleeper_start_time(s.sleepers[sleeper]),
	};

	pat_field_cut(session.id, sizeof(session.id), made->token.id.text);
	pat_field_cut(session.user, sizeof(session.user), made->token.user);
	pat_field_cut(session.service, sizeof(session.service), service);
	pat_field_cut(session.rhost, sizeof(session.rhost), "192.0.2.7");
	pat_field_cut(session.tty, sizeof(session.tty), "ssh");
	pat_field_cut(session.logind, sizeof(session.logind), "c7");
	assert_true(pat_session_check(&session, sizeof(session)));
	return session;
}

static enum pat_verdict open_one(struct world *world, const struct made *made, size_t sleeper)
{
	struct pat_session session = session_of(made, sleeper, "sshd");

	return tokens_open_session(world->tokens, &session);
}

struct found {
	struct session sessions[SLEEPERS];
	unsigned int n;
};

static void take(const struct session *session, void *userdata)
{
	struct found *found = userdata;

	assert_between(found->n, 0, SLEEPERS - 1);
	found->sessions[found->n++] = *session;
}

static struct found list(struct world *world)
{
	const struct session_query query = { .all = true, .cursor = "" };
	char cursor[TOKENS_CURSOR_MAX];
	struct found found = { .n = 0 };

	assert_int_equal(tokens_list_sessions(world->tokens, &root, &query, take, &found, cursor,
				 &world->refusal),
		PAT_OK);
	assert_string_equal(cursor, "");
	return found;
}

static void end_sleeper(size_t sleeper)
{
	sleeper_end(s.sleepers[sleeper]);
	s.sleepers[sleeper] = 0;
}

static enum pat_error revoke_with(struct world *world, const struct made *made, bool end_sessions)
{
	const struct revocation revocation = { .end_sessions = end_sessions };

	return tokens_revoke(
		world->tokens, &root, made->token.id.text, &revocation, &world->refusal);
}

static void open_session_is_listed_with_all_of_it(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct found found;

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	found = list(world);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.sessions[0].token.text, made.token.id.text);
	assert_string_equal(found.sessions[0].name, "laptop");
	assert_string_equal(found.sessions[0].user, "alice");
	assert_int_equal(found.sessions[0].uid, alice.uid);
	assert_string_equal(found.sessions[0].service, "sshd");
	assert_string_equal(found.sessions[0].rhost, "192.0.2.7");
	assert_string_equal(found.sessions[0].logind, "c7");
	assert_int_equal(found.sessions[0].pid, s.sleepers[0]);
	assert_int_equal(found.sessions[0].opened_at, NOON);
	assert_false(found.sessions[0].ending);
	assert_int_equal(tokens_count_sessions(world->tokens, &made.token.id), 1);
}

static void session_that_closes_is_open_no_more(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_session session = session_of(&made, 0, "sshd");
	struct pat_session other = session_of(&made, 0, "sudo");

	assert_int_equal(tokens_open_session(world->tokens, &session), PAT_ACCEPTED);
	tokens_close_session(world->tokens, &other);
	assert_int_equal(list(world).n, 1);
	tokens_close_session(world->tokens, &session);
	assert_int_equal(list(world).n, 0);
	tokens_close_session(world->tokens, &session);
	restart(world);
	assert_int_equal(list(world).n, 0);
}

static void session_of_a_process_that_ended_is_dropped(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &made, 1), PAT_ACCEPTED);
	end_sleeper(0);
	assert_int_equal(tokens_count_sessions(world->tokens, &made.token.id), 1);
	assert_int_equal(list(world).n, 1);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM session"), 1);
	end_sleeper(1);
	tokens_keep_sessions(world->tokens);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM session"), 0);
}

static void sessions_are_known_after_a_restart(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &made, 1), PAT_ACCEPTED);
	end_sleeper(1);
	restart(world);
	assert_int_equal(list(world).n, 1);
	assert_int_equal(list(world).sessions[0].pid, s.sleepers[0]);
}

static void sessions_of_an_earlier_boot_are_dropped(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	world_edit(world, "UPDATE session SET boot = '00000000000000000000000000000000'");
	restart(world);
	assert_int_equal(list(world).n, 0);
	assert_int_equal(world_ask(world, "SELECT count(*) FROM session"), 0);
}

static void session_on_a_full_disk_opens_and_is_written_down_later(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_disk(false);
	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(list(world).n, 1);
	world_disk(true);
	tokens_keep_sessions(world->tokens);
	restart(world);
	assert_int_equal(list(world).n, 1);
}

/* Each state of a token, and the verdict on a session that it is to open. */
static void token_that_ended_meanwhile_opens_no_session(void **state)
{
	static const struct {
		const char *what;
		enum pat_verdict verdict;
	} cases[] = {
		{ "active", PAT_ACCEPTED },
		{ "exhausted", PAT_ACCEPTED },
		{ "revoked", PAT_REVOKED },
		{ "disabled", PAT_DISABLED },
		{ "exhausted and disabled", PAT_DISABLED },
		{ "expired", PAT_EXPIRED },
		{ "altered", PAT_WRONG },
		{ "deleted", PAT_WRONG },
		{ "of another", PAT_OTHER_USER },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct token_request request = request_for(&alice, what);
		struct pat_session session;
		struct made made;

		request.has_lifetime = true;
		request.lifetime = DAY;
		request.restrictions[PAT_MAX_USES].number = 1;
		world_generate_request(world, &request, &made);
		session = session_of(&made, 0, what);
		if (strncmp(what, "exhausted", 9) == 0)
			assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
		if (strcmp(what, "revoked") == 0 || strcmp(what, "deleted") == 0)
			assert_int_equal(world_revoke(world, &made), PAT_OK);
		if (strstr(what, "disabled"))
			assert_int_equal(tokens_disable(world->tokens, &root, "alice", NULL,
						 &world->refusal),
				PAT_OK);
		if (strcmp(what, "expired") == 0)
			world->time += DAY;
		if (strcmp(what, "altered") == 0)
			world_edit(world, "UPDATE token SET expires_at = 0 WHERE name = 'altered'");
		if (strcmp(what, "deleted") == 0)
			assert_int_equal(tokens_delete(world->tokens, &root, made.token.id.text,
						 &world->refusal),
				PAT_OK);
		if (strcmp(what, "of another") == 0)
			pat_field_cut(session.user, sizeof(session.user), "bob");
		assert_that(tokens_open_session(world->tokens, &session) == cases[i].verdict, "%s",
			what);
		(void)tokens_enable(world->tokens, &root, "alice", &world->refusal);
	}
	assert_int_equal(list(world).n, 2);
}

static void process_that_does_not_run_opens_no_session(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_session session = session_of(&made, 0, "sshd");

	session.start_time++;
	assert_int_equal(tokens_open_session(world->tokens, &session), PAT_FAILED);
	assert_int_equal(list(world).n, 0);
}

static void process_may_open_two_sessions_for_a_service(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_session session = session_of(&made, 0, "jupyterhub");

	assert_int_equal(tokens_open_session(world->tokens, &session), PAT_ACCEPTED);
	assert_int_equal(tokens_open_session(world->tokens, &session), PAT_ACCEPTED);
	tokens_close_session(world->tokens, &session);
	assert_int_equal(list(world).n, 1);
	tokens_close_session(world->tokens, &session);
	assert_int_equal(list(world).n, 0);
}

static void id_that_logind_gives_to_no_session_is_left_out(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct pat_session session = session_of(&made, 0, "sshd");

	pat_field_cut(session.logind, sizeof(session.logind), "2;reboot");
	assert_int_equal(tokens_open_session(world->tokens, &session), PAT_ACCEPTED);
	assert_string_equal(list(world).sessions[0].logind, "");
}

static void restore_and_enable_spare_what_was_to_be_ended(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(revoke_with(world, &made, true), PAT_OK);
	assert_true(list(world).sessions[0].ending);
	assert_int_equal(
		tokens_restore(world->tokens, &root, made.token.id.text, &world->refusal), PAT_OK);
	assert_false(list(world).sessions[0].ending);
	assert_int_equal(
		tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal), PAT_OK);
	tokens_end_sessions(world->tokens, &root, "alice");
	assert_int_equal(tokens_enable(world->tokens, &root, "alice", &world->refusal), PAT_OK);
	restart(world);
	assert_false(list(world).sessions[0].ending);
}

static void revoke_ends_sessions_of_that_token_if_asked(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made other = world_generate(world, &alice, "phone");

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &made, 1), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &other, 2), PAT_ACCEPTED);
	assert_int_equal(revoke_with(world, &made, false), PAT_OK);
	assert_int_equal(s.ended_n, 0);
	/* Also where the token was revoked before. */
	assert_int_equal(revoke_with(world, &made, true), PAT_OK);
	assert_int_equal(s.ended_n, 2);
	assert_true(s.ended[0] + s.ended[1] == (uint32_t)(s.sleepers[0] + s.sleepers[1]));
	assert_int_equal(list(world).n, 3);
	assert_int_equal(list(world).sessions[0].ending + list(world).sessions[1].ending, 2);
	assert_false(list(world).sessions[2].ending);
}

static void end_of_a_session_is_in_the_history_once(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	char detail[64];

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(revoke_with(world, &made, true), PAT_OK);
	(void)snprintf(detail, sizeof(detail), "session c7, pid %d", (int)s.sleepers[0]);
	assert_string_equal(s.entry.detail, detail);
	assert_string_equal(s.entry.service, "sshd");
	assert_string_equal(s.entry.rhost, "192.0.2.7");
	assert_int_equal(s.entry.how, ENTRY_ROOT);
	assert_int_equal(s.entry.seq, world_check_history(world));
	s.entry.seq = 0;
	/* It is tried again, which is no other end. */
	assert_int_equal(revoke_with(world, &made, true), PAT_OK);
	assert_int_equal(s.ended_n, 2);
	assert_int_equal(s.entry.seq, 0);
}

static void sessions_to_be_ended_are_so_after_a_restart(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct found found = { .n = 0 };

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &made, 1), PAT_ACCEPTED);
	assert_int_equal(revoke_with(world, &made, true), PAT_OK);
	restart(world);
	end_sleeper(0);
	tokens_list_ending_sessions(world->tokens, take, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.sessions[0].pid, s.sleepers[1]);
}

static void policy_ends_sessions_of_what_is_revoked_or_disabled(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made bobs = world_generate(world, &bob, "bob's");

	world->policy.revoke_ends_sessions = true;
	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &bobs, 1), PAT_ACCEPTED);
	assert_int_equal(world_suspend(world, &made, 60), PAT_OK);
	assert_int_equal(s.ended_n, 1);
	assert_int_equal(s.ended[0], s.sleepers[0]);
	assert_int_equal(
		tokens_disable(world->tokens, &root, "bob", NULL, &world->refusal), PAT_OK);
	assert_int_equal(s.ended_n, 2);
	assert_int_equal(s.ended[1], s.sleepers[1]);
}

static enum pat_error rotate_and_end(
	struct world *world, const struct made *made, uint64_t grace, bool end)
{
	const struct rotation rotation = { .grace = grace, .end_sessions = end };
	char secret[PAT_TOKEN_LEN + 1];

	return tokens_rotate(
		world->tokens, &root, made->token.id.text, &rotation, secret, &world->refusal);
}

static void rotation_ends_sessions_only_without_grace(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(rotate_and_end(world, &made, DAY, true), PAT_ERR_INVALID_ARGS);
	assert_int_equal(rotate_and_end(world, &made, 0, false), PAT_OK);
	assert_int_equal(s.ended_n, 0);
	assert_int_equal(rotate_and_end(world, &made, 0, true), PAT_OK);
	assert_int_equal(s.ended_n, 1);
	world->policy.revoke_ends_sessions = true;
	assert_int_equal(rotate_and_end(world, &made, DAY, false), PAT_OK);
	assert_int_equal(s.ended_n, 1);
	assert_int_equal(rotate_and_end(world, &made, 0, false), PAT_OK);
	assert_int_equal(s.ended_n, 2);
}

static void revoking_all_ends_sessions_of_deleted_tokens_too(void **state)
{
	const struct revocation revocation = { .end_sessions = true };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made gone = world_generate(world, &alice, "gone");
	struct made bobs = world_generate(world, &bob, "bob's");
	char place[TOKENS_CURSOR_MAX] = "";
	uint32_t count = 0;

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &gone, 1), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &bobs, 2), PAT_ACCEPTED);
	assert_int_equal(world_revoke(world, &gone), PAT_OK);
	assert_int_equal(
		tokens_delete(world->tokens, &root, gone.token.id.text, &world->refusal), PAT_OK);
	assert_int_equal(tokens_revoke_some(world->tokens, &alice, "alice", alice.uid, &revocation,
				 place, &count, &world->refusal),
		PAT_OK);
	assert_string_equal(place, "");
	/* Each once. */
	assert_int_equal(s.ended_n, 2);
	assert_true(s.ended[0] + s.ended[1] == (uint32_t)(s.sleepers[0] + s.sleepers[1]));
	assert_int_equal(list(world).sessions[0].ending + list(world).sessions[1].ending, 2);
	assert_false(list(world).sessions[2].ending);
}

static void expire(struct world *world)
{
	struct deadline_place place = tokens_deadlines_from(world->tokens, DEADLINE_END);
	uint64_t next = 0;

	world->time += 40 * DAY;
	assert_true(tokens_notify_deadlines(world->tokens, DEADLINE_END, &place, &next) >= 0);
}

static void expiry_ends_sessions_if_the_policy_wants_it(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	expire(world);
	assert_int_equal(s.ended_n, 0);
	world->policy.expiry_ends_sessions = true;
	expire(world);
	assert_int_equal(s.ended_n, 1);
	assert_int_equal(s.entry.how, ENTRY_PATD);
}

static void others_sessions_are_listed_by_who_may(void **state)
{
	static const struct caller admin = {
		.uid = 1002,
		.user = "carol",
		.granted = 1U << ACTION_MANAGE_OTHERS,
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made bobs = world_generate(world, &bob, "bob's");
	char cursor[TOKENS_CURSOR_MAX];
	const struct {
		const struct caller *caller;
		struct session_query query;
		enum pat_error error;
		unsigned int n;
	} cases[] = {
		{ &alice, { .cursor = "" }, PAT_OK, 1 },
		{ &alice, { .user = "alice", .cursor = "" }, PAT_OK, 1 },
		{ &alice, { .user = "bob", .cursor = "" }, PAT_ERR_DENIED, 0 },
		{ &alice, { .all = true, .cursor = "" }, PAT_ERR_DENIED, 0 },
		{ &alice, { .id = bobs.token.id.text, .cursor = "" }, PAT_OK, 0 },
		{ &admin, { .all = true, .cursor = "" }, PAT_OK, 2 },
		{ &admin, { .user = "bob", .cursor = "" }, PAT_OK, 1 },
		{ &root, { .all = true, .id = made.token.id.text, .cursor = "" }, PAT_OK, 1 },
		{ &root, { .all = true, .id = "-", .cursor = "" }, PAT_ERR_INVALID_ARGS, 0 },
		{ &root, { .all = true, .cursor = "x" }, PAT_ERR_INVALID_ARGS, 0 },
	};

	assert_int_equal(open_one(world, &made, 0), PAT_ACCEPTED);
	assert_int_equal(open_one(world, &bobs, 1), PAT_ACCEPTED);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct found found = { .n = 0 };

		assert_that(tokens_list_sessions(world->tokens, cases[i].caller, &cases[i].query,
				    take, &found, cursor, &world->refusal) == cases[i].error,
			"case %zu", i);
		assert_that(found.n == cases[i].n, "case %zu: %u", i, found.n);
	}
}

static void pages_have_each_session_once(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	char cursor[TOKENS_CURSOR_MAX] = "";
	struct found found = { .n = 0 };

	for (size_t i = 0; i < SLEEPERS; i++)
		assert_int_equal(open_one(world, &made, i), PAT_ACCEPTED);
	for (unsigned int page = 1; page <= 2; page++) {
		char from[TOKENS_CURSOR_MAX];
		const struct session_query query = { .all = true, .cursor = from, .limit = 2 };

		memcpy(from, cursor, sizeof(from));
		assert_int_equal(tokens_list_sessions(world->tokens, &root, &query, take, &found,
					 cursor, &world->refusal),
			PAT_OK);
		assert_int_equal(found.n, page * 2);
		assert_int_equal(cursor[0] != '\0', page == 1);
	}
	for (size_t i = 0; i < SLEEPERS; i++)
		assert_int_equal(found.sessions[i].pid, s.sleepers[i]);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(open_session_is_listed_with_all_of_it),
		TEST(session_that_closes_is_open_no_more),
		TEST(session_of_a_process_that_ended_is_dropped),
		TEST(sessions_are_known_after_a_restart),
		TEST(sessions_of_an_earlier_boot_are_dropped),
		TEST(session_on_a_full_disk_opens_and_is_written_down_later),
		TEST(token_that_ended_meanwhile_opens_no_session),
		TEST(process_that_does_not_run_opens_no_session),
		TEST(process_may_open_two_sessions_for_a_service),
		TEST(id_that_logind_gives_to_no_session_is_left_out),
		TEST(restore_and_enable_spare_what_was_to_be_ended),
		TEST(revoke_ends_sessions_of_that_token_if_asked),
		TEST(end_of_a_session_is_in_the_history_once),
		TEST(sessions_to_be_ended_are_so_after_a_restart),
		TEST(policy_ends_sessions_of_what_is_revoked_or_disabled),
		TEST(rotation_ends_sessions_only_without_grace),
		TEST(revoking_all_ends_sessions_of_deleted_tokens_too),
		TEST(expiry_ends_sessions_if_the_policy_wants_it),
		TEST(others_sessions_are_listed_by_who_may),
		TEST(pages_have_each_session_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
