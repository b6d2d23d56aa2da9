/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rules write into the history, and who is shown what of it. */
#include "tests/unit/patd/world.h"

#define LISTED_MAX 64

/* What was listed, in its order. */
struct listed {
	struct entry entries[LISTED_MAX];
	unsigned int n;
};

static int collect(const struct entry *entry, void *userdata)
{
	struct listed *listed = userdata;

	assert_true(listed->n < LISTED_MAX);
	listed->entries[listed->n++] = *entry;
	return 0;
}

/* One page, after those that are listed already. */
static enum pat_error list_page(struct world *world, const struct caller *caller,
	const struct history_query *query, struct listed *listed,
	char cursor[static TOKENS_CURSOR_MAX])
{
	return tokens_list_history(
		world->tokens, caller, query, collect, listed, cursor, &world->refusal);
}

static enum pat_error list_history(struct world *world, const struct caller *caller,
	const struct history_query *query, struct listed *ret_listed)
{
	char cursor[TOKENS_CURSOR_MAX];

	ret_listed->n = 0;
	return list_page(world, caller, query, ret_listed, cursor);
}

static const struct history_query everything = { .all = true, .cursor = "" };
static const struct history_query own = { .cursor = "" };

static struct history_check check_history(struct world *world)
{
	struct history_check check = { 0 };

	while (!check.done)
		assert_int_equal(
			tokens_check_history(world->tokens, &root, &check, &world->refusal),
			PAT_OK);
	return check;
}

/* A login, not committed. */
static enum pat_verdict use(struct world *world, const struct made *made, const char *rhost)
{
	struct pat_request request = request_with(made->secret, &alice);
	struct pat_reply reply;

	assert_true(pat_field_set(request.rhost, sizeof(request.rhost), rhost));
	tokens_verify(world->tokens, 0, &request, &reply);
	return (enum pat_verdict)reply.verdict;
}

/* ---- what comes into it ---- */

static void each_change_and_use_is_listed(void **state)
{
	static const struct {
		enum entry_event event;
		enum entry_how how;
		enum pat_verdict result;
		const char *name, *detail;
	} expected[] = {
		{ ENTRY_GENERATED, ENTRY_ROOT, 0, "laptop", "" },
		{ ENTRY_USED, ENTRY_PAM, PAT_ACCEPTED, "laptop", "" },
		{ ENTRY_RENAMED, ENTRY_OWNER, 0, "desktop", "laptop" },
		{ ENTRY_SUSPENDED, ENTRY_OWNER, 0, "desktop", "a trip" },
		{ ENTRY_REFUSED, ENTRY_PAM, PAT_REVOKED, "desktop", "" },
		{ ENTRY_REVOKED, ENTRY_OWNER, 0, "desktop", "lost" },
		{ ENTRY_RESTORED, ENTRY_ROOT, 0, "desktop", "" },
		{ ENTRY_ROTATED, ENTRY_ROOT, 0, "desktop", "" },
		{ ENTRY_REFUSED, ENTRY_PAM, PAT_ROTATED, "desktop", "" },
		{ ENTRY_DISABLED, ENTRY_ROOT, 0, "", "on leave" },
		{ ENTRY_ENABLED, ENTRY_ROOT, 0, "", "" },
		{ ENTRY_REVOKED, ENTRY_ROOT, 0, "desktop", "" },
		{ ENTRY_DELETED, ENTRY_OWNER, 0, "desktop", "" },
	};
	const struct revocation trip = { .for_a_while = true, .seconds = 60, .reason = "a trip" };
	const struct revocation lost = { .reason = "lost" };
	struct world *world = *state;
	struct refusal *refusal = &world->refusal;
	struct tokens *tokens = world->tokens;
	struct made made = world_generate(world, &alice, "laptop");
	const char *id = made.token.id.text;
	char secret[PAT_TOKEN_LEN + 1];
	struct listed listed;

	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(tokens_rename(tokens, &alice, id, "desktop", refusal), PAT_OK);
	assert_int_equal(tokens_revoke(tokens, &alice, id, &trip, refusal), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(tokens_revoke(tokens, &alice, id, &lost, refusal), PAT_OK);
	assert_int_equal(tokens_restore(tokens, &root, id, refusal), PAT_OK);
	assert_int_equal(
		tokens_rotate(tokens, &root, id, &(struct rotation) { 0 }, secret, refusal),
		PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ROTATED);
	assert_int_equal(tokens_disable(tokens, &root, "alice", "on leave", refusal), PAT_OK);
	assert_int_equal(tokens_enable(tokens, &root, "alice", refusal), PAT_OK);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(tokens_delete(tokens, &alice, id, refusal), PAT_OK);

	assert_int_equal(list_history(world, &root, &everything, &listed), PAT_OK);
	assert_int_equal(listed.n, COUNT(expected));
	for (unsigned int i = 0; i < listed.n; i++) {
		const struct entry *entry = &listed.entries[i];

		assert_that(entry->seq == i + 1, "entry %u", i);
		assert_that(entry->at == NOON, "entry %u", i);
		assert_that(entry->event == expected[i].event, "entry %u: %d", i, entry->event);
		assert_that(entry->how == expected[i].how, "entry %u: %d", i, entry->how);
		assert_that(entry->result == expected[i].result, "entry %u: %d", i, entry->result);
		assert_string_equal(entry->name, expected[i].name);
		assert_string_equal(entry->detail, expected[i].detail);
		assert_string_equal(entry->user, "alice");
		assert_int_equal(entry->by_uid, entry->how == ENTRY_OWNER ? 1000 : 0);
		assert_string_equal(entry->id.text, entry->name[0] == '\0' ? "" : id);
	}
	assert_null(check_history(world).problem);
}

static void wrong_secret_has_no_entry(void **state)
{
	struct world *world = *state;
	struct made other = world_generate(world, &alice, "other");
	struct listed listed;

	assert_int_equal(world_revoke(world, &other), PAT_OK);
	assert_int_equal(world_delete(world, &other), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &other), PAT_WRONG);
	assert_int_equal(list_history(world, &root, &everything, &listed), PAT_OK);
	assert_int_equal(listed.n, 3);
}

/* What a terminal could not bear is not kept. */
static void login_from_hostile_name_has_an_entry(void **state)
{
	static const char *const rhosts[] = { "a\nb", "\033[2J", "\xC3\x28", "\xE2\x80\xAE" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct listed listed;

	for (size_t i = 0; i < COUNT(rhosts); i++)
		assert_int_equal(use(world, &made, rhosts[i]), PAT_ACCEPTED);
	tokens_commit_usage(world->tokens);
	assert_int_equal(list_history(world, &root, &everything, &listed), PAT_OK);
	assert_int_equal(listed.n, 1 + COUNT(rhosts));
	for (unsigned int i = 1; i < listed.n; i++)
		assert_string_equal(listed.entries[i].rhost, "?");
}

static void on_entry(const struct entry *entry, void *userdata)
{
	(void)collect(entry, userdata);
}

static void listener_is_notified_of_each_entry(void **state)
{
	struct world *world = *state;
	struct listed notified = { .n = 0 }, listed;
	const struct token_listener listener = { .entry = on_entry, .userdata = &notified };
	struct made made;

	tokens_listen(world->tokens, &listener);
	made = world_generate(world, &alice, "laptop");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	tokens_unlisten(world->tokens, &listener);

	assert_int_equal(list_history(world, &root, &everything, &listed), PAT_OK);
	assert_int_equal(notified.n, listed.n);
	for (unsigned int i = 0; i < listed.n; i++)
		assert_memory_equal(&notified.entries[i], &listed.entries[i], sizeof(struct entry));
}

/* ---- who may see what ---- */

static void user_sees_entries_about_own_tokens(void **state)
{
	struct world *world = *state;
	struct listed listed;

	(void)world_generate(world, &alice, "laptop");
	(void)world_generate(world, &bob, "laptop");
	assert_int_equal(
		tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal), PAT_OK);

	assert_int_equal(list_history(world, &alice, &own, &listed), PAT_OK);
	assert_int_equal(listed.n, 2);
	assert_int_equal(listed.entries[0].uid, 1000);
	assert_int_equal(listed.entries[1].event, ENTRY_DISABLED);
	assert_int_equal(list_history(world, &bob, &own, &listed), PAT_OK);
	assert_int_equal(listed.n, 1);
	assert_int_equal(listed.entries[0].uid, 1001);
}

static void entries_of_others_need_manage_others(void **state)
{
	const struct history_query of_bob = { .user = "bob", .cursor = "" };
	const struct history_query of_alice = { .user = "alice", .cursor = "" };
	struct caller granted = alice;
	struct world *world = *state;
	struct made theirs;
	struct listed listed;

	(void)world_generate(world, &alice, "laptop");
	theirs = world_generate(world, &bob, "laptop");

	assert_int_equal(list_history(world, &alice, &everything, &listed), PAT_ERR_DENIED);
	assert_int_equal(list_history(world, &alice, &of_bob, &listed), PAT_ERR_DENIED);
	assert_int_equal(listed.n, 0);
	assert_int_equal(list_history(world, &alice, &of_alice, &listed), PAT_OK);
	assert_int_equal(listed.n, 1);
	/* The id of another's token shows nothing. */
	assert_int_equal(
		list_history(world, &alice,
			&(const struct history_query) { .id = theirs.token.id.text, .cursor = "" },
			&listed),
		PAT_OK);
	assert_int_equal(listed.n, 0);

	granted.granted = 1U << ACTION_MANAGE_OTHERS;
	assert_int_equal(list_history(world, &granted, &of_bob, &listed), PAT_OK);
	assert_int_equal(listed.n, 1);
	assert_int_equal(list_history(world, &granted, &everything, &listed), PAT_OK);
	assert_int_equal(listed.n, 2);
}

/* Names come back: who has one now is not told of whoever had it before. */
static void reused_name_shows_only_entries_of_its_uid(void **state)
{
	const struct caller before = { .uid = 1005, .user = "alice" };
	struct world *world = *state;
	struct listed listed;

	(void)world_generate(world, &before, "laptop");
	(void)world_generate(world, &alice, "desktop");
	assert_int_equal(list_history(world, &alice, &own, &listed), PAT_OK);
	assert_int_equal(listed.n, 1);
	assert_string_equal(listed.entries[0].name, "desktop");
	/* root asks about the name. */
	assert_int_equal(
		list_history(world, &root,
			&(const struct history_query) { .user = "alice", .cursor = "" }, &listed),
		PAT_OK);
	assert_int_equal(listed.n, 2);
}

static void only_administrators_check_the_history(void **state)
{
	struct world *world = *state;
	struct history_check check = { 0 };

	(void)world_generate(world, &alice, "laptop");
	assert_int_equal(tokens_check_history(world->tokens, &alice, &check, &world->refusal),
		PAT_ERR_DENIED);
	assert_false(check.done);
	assert_int_equal(check_history(world).entries, 1);
}

/* ---- pages ---- */

static void pages_together_are_the_whole_history(void **state)
{
	static const bool directions[] = { false, true };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(use(world, &made, ""), PAT_ACCEPTED);
	for (uint32_t limit = 1; limit <= 12; limit++) {
		for (size_t d = 0; d < COUNT(directions); d++) {
			char cursor[TOKENS_CURSOR_MAX] = "", next[TOKENS_CURSOR_MAX];
			const struct history_query query = { .all = true,
				.reverse = directions[d],
				.cursor = cursor,
				.limit = limit };
			struct listed listed = { .n = 0 };
			unsigned int pages = 0;

			do {
				unsigned int before = listed.n;

				assert_int_equal(
					list_page(world, &root, &query, &listed, next), PAT_OK);
				assert_between(listed.n - before, 1, limit);
				memcpy(cursor, next, sizeof(cursor));
				pages++;
			} while (cursor[0] != '\0');
			assert_int_equal(listed.n, 11);
			assert_int_equal(pages, (11 + limit - 1) / limit);
			for (unsigned int i = 0; i < listed.n; i++)
				assert_int_equal(
					listed.entries[i].seq, directions[d] ? 11 - i : i + 1);
		}
	}
}

static void impossible_query_is_refused(void **state)
{
	static const struct history_query bad[] = {
		{ .all = true, .user = "alice", .cursor = "" },
		{ .user = "", .cursor = "" },
		{ .user = "a\nb", .cursor = "" },
		{ .id = "short", .cursor = "" },
		{ .id = "", .cursor = "" },
		{ .since = UINT64_MAX, .cursor = "" },
		{ .until = UINT64_MAX, .cursor = "" },
		{ .after = UINT64_MAX, .cursor = "" },
		{ .cursor = "0" },
		{ .cursor = "x" },
		{ .cursor = "-1" },
		{ .cursor = "+1" },
		{ .cursor = " 1" },
		{ .cursor = "1 " },
		{ .cursor = "9223372036854775808" },
		{ .cursor = "99999999999999999999" },
	};
	struct world *world = *state;
	struct listed listed;

	for (size_t i = 0; i < COUNT(bad); i++) {
		world->refusal.why = NULL;
		assert_that(list_history(world, &root, &bad[i], &listed) == PAT_ERR_INVALID_ARGS,
			"case %zu", i);
		assert_non_null(world->refusal.why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_change_and_use_is_listed),
		WORLD_TEST(wrong_secret_has_no_entry),
		WORLD_TEST(login_from_hostile_name_has_an_entry),
		WORLD_TEST(listener_is_notified_of_each_entry),
		WORLD_TEST(user_sees_entries_about_own_tokens),
		WORLD_TEST(entries_of_others_need_manage_others),
		WORLD_TEST(reused_name_shows_only_entries_of_its_uid),
		WORLD_TEST(only_administrators_check_the_history),
		WORLD_TEST(pages_together_are_the_whole_history),
		WORLD_TEST(impossible_query_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
