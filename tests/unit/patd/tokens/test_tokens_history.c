/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/tokens/tokens_history. */
#include "patd/tokens/tokens_private.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

/* ---- the chain, whatever the disk does ---- */

static void assert_history_good(struct world *world, uint64_t entries)
{
	struct history_check check = { 0 };

	while (!check.done)
		assert_int_equal(
			tokens_check_history(world->tokens, &root, &check, &world->refusal),
			PAT_OK);
	assert_that(!check.problem, "%u: %s", (unsigned int)check.bad, check.problem);
	assert_int_equal(check.entries, entries);
}

/* One of several that are committed together. */
static enum pat_verdict log_in(
	struct world *world, const struct made *made, const char *service, const char *rhost)
{
	struct pat_request request = request_with(made->secret, &alice);
	struct pat_reply reply;

	assert_true(pat_field_set(request.service, sizeof(request.service), service));
	assert_true(pat_field_set(request.rhost, sizeof(request.rhost), rhost));
	tokens_verify(world->tokens, 0, &request, &reply);
	return reply.verdict;
}

/* What was recorded in this turn of the loop finds no room. */
static void lose(struct world *world)
{
	world_disk(false);
	tokens_commit_usage(world->tokens);
	world_disk(true);
}

static void change_is_not_chained_to_a_lost_use(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.7"), PAT_ACCEPTED);
	lose(world);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_history_good(world, 2);
}

static void use_is_not_chained_to_a_lost_use(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.7"), PAT_ACCEPTED);
	/* It opens the door all the same. */
	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.8"), PAT_ACCEPTED);
	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.9"), PAT_ACCEPTED);
	lose(world);
	assert_history_good(world, 1);
	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.7"), PAT_ACCEPTED);
	tokens_commit_usage(world->tokens);
	assert_history_good(world, 2);
}

/* ---- floods ---- */

static enum pat_error rename_it(struct world *world, const struct made *made, unsigned int i)
{
	return tokens_rename(
		world->tokens, &alice, made->token.id.text, i % 2 ? "a" : "b", &world->refusal);
}

static enum pat_error revoke_it(struct world *world, const struct caller *caller,
	const struct made *made, const struct revocation *revocation)
{
	return tokens_revoke(
		world->tokens, caller, made->token.id.text, revocation, &world->refusal);
}

/* There is patd-bus's word only for who asks: its administrators have a limit together. */
static void administrators_on_the_bus_are_limited_and_root_is_not(void **state)
{
	struct world *world = *state;
	struct caller bus_root = root, admin = bob;
	struct made made = world_generate(world, &alice, "laptop");
	const char *id = made.token.id.text;

	bus_root.by_front = admin.by_front = true;
	admin.granted = 1U << ACTION_MANAGE_OTHERS;
	world->tokens->bus_changes.burst = 2;
	assert_int_equal(tokens_rename(world->tokens, &bus_root, id, "a", &world->refusal), PAT_OK);
	assert_int_equal(tokens_rename(world->tokens, &admin, id, "b", &world->refusal), PAT_OK);
	assert_int_equal(
		tokens_rename(world->tokens, &bus_root, id, "c", &world->refusal), PAT_ERR_BUSY);
	assert_int_equal(
		tokens_rename(world->tokens, &admin, id, "c", &world->refusal), PAT_ERR_BUSY);
	assert_int_equal(tokens_rename(world->tokens, &root, id, "c", &world->refusal), PAT_OK);
	assert_int_equal(tokens_rename(world->tokens, &alice, id, "d", &world->refusal), PAT_OK);
	assert_int_equal(revoke_for_good(world->tokens, &bus_root, id, &world->refusal), PAT_OK);
}

static void availability__user_cannot_push_out_entries_of_others(void **state)
{
	const struct revocation for_good = { 0 }, a_while = { .for_a_while = true, .seconds = 9 };
	const struct revocation reason = { .reason = "another" };
	const struct revocation compromised = { .reason = TOKEN_REASON_COMPROMISED };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made others = world_generate(world, &bob, "phone");
	unsigned int changes = 0;

	while (changes < 5000 && rename_it(world, &made, changes) == PAT_OK)
		changes++;
	assert_int_equal(changes, 1000);
	assert_int_equal(rename_it(world, &made, changes), PAT_ERR_BUSY);
	assert_int_equal(revoke_it(world, &alice, &made, &a_while), PAT_ERR_BUSY);
	/* What ends access is never refused, and nobody else is. */
	assert_int_equal(revoke_it(world, &bob, &others, &a_while), PAT_OK);
	assert_int_equal(revoke_it(world, &root, &made, &a_while), PAT_OK);
	assert_int_equal(revoke_it(world, &alice, &made, &for_good), PAT_OK);
	assert_int_equal(revoke_it(world, &alice, &made, &for_good), PAT_OK);
	assert_int_equal(revoke_it(world, &alice, &made, &reason), PAT_ERR_BUSY);
	assert_int_equal(revoke_it(world, &alice, &made, &compromised), PAT_OK);
	assert_int_equal(
		tokens_delete(world->tokens, &alice, made.token.id.text, &world->refusal), PAT_OK);

	made = world_generate(world, &alice, "laptop");
	world->time += 60;
	for (changes = 0; changes < 100 && rename_it(world, &made, changes) == PAT_OK;)
		changes++;
	assert_int_equal(changes, 6);
}

/* ---- somebody else's ---- */

static int count_entry(const struct entry *entry, void *userdata)
{
	(void)entry;
	++*(unsigned int *)userdata;
	return 0;
}

static int count_step(void *userdata)
{
	++*(unsigned int *)userdata;
	return 0;
}

/* How many instructions of SQLite's machine it takes to list none. */
static unsigned int cost_of_none(struct world *world, const struct caller *caller, const char *id)
{
	const struct history_query query = { .id = id, .cursor = "" };
	char cursor[TOKENS_CURSOR_MAX] = "untouched";
	unsigned int entries = 0, steps = 0;

	sqlite3_progress_handler(world->database->handle, 1, count_step, &steps);
	assert_int_equal(tokens_list_history(world->tokens, caller, &query, count_entry, &entries,
				 cursor, &world->refusal),
		PAT_OK);
	sqlite3_progress_handler(world->database->handle, 0, NULL, NULL);
	assert_int_equal(entries, 0);
	assert_string_equal(cursor, "");
	return steps;
}

static void listing_cost_does_not_depend_on_other_tokens(void **state)
{
	struct world *world = *state;
	struct caller before = { .uid = 999, .user = "alice" };
	struct made made = world_generate(world, &alice, "laptop");

	for (unsigned int i = 0; i < 500; i++)
		assert_int_equal(log_in(world, &made, "sshd", "192.0.2.7"), PAT_ACCEPTED);
	tokens_commit_usage(world->tokens);
	assert_true(cost_of_none(world, &bob, "0000000000") < 100);
	assert_true(cost_of_none(world, &bob, made.token.id.text) < 100);
	assert_true(cost_of_none(world, &before, made.token.id.text) < 100);
}

/* ---- where a token was used from ---- */

struct sources {
	struct entry entries[8];
	unsigned int n;
};

static int take_source(const struct entry *entry, void *userdata)
{
	struct sources *sources = userdata;

	assert_true(sources->n < COUNT(sources->entries));
	sources->entries[sources->n++] = *entry;
	return 0;
}

static struct sources sources_of(struct world *world, const struct made *made)
{
	struct sources sources = { 0 };

	assert_int_equal(tokens_list_sources(world->tokens, &alice, made->token.id.text,
				 take_source, &sources, &world->refusal),
		PAT_OK);
	return sources;
}

static void sources_are_the_latest_five_each_once(void **state)
{
	static const char *const hosts[] = { "192.0.2.1", "192.0.2.2", "", "192.0.2.4", "192.0.2.5",
		"192.0.2.6", "192.0.2.4" };
	static const char *const latest[] = { "192.0.2.4", "192.0.2.6", "192.0.2.5", "unknown",
		"192.0.2.2" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made other = world_generate(world, &alice, "phone");
	struct sources sources = sources_of(world, &made);

	assert_int_equal(sources.n, 0);
	for (size_t i = 0; i < COUNT(hosts); i++) {
		world->time++;
		assert_int_equal(
			log_in(world, &made, i == 6 ? "sudo" : "sshd", hosts[i]), PAT_ACCEPTED);
	}
	assert_int_equal(log_in(world, &other, "sshd", "192.0.2.9"), PAT_ACCEPTED);
	tokens_commit_usage(world->tokens);
	sources = sources_of(world, &made);
	assert_int_equal(sources.n, COUNT(latest));
	for (size_t i = 0; i < COUNT(latest); i++)
		assert_string_equal(sources.entries[i].rhost, latest[i]);
	/* Each with the latest of its uses. */
	assert_string_equal(sources.entries[0].service, "sudo");
	assert_int_equal(sources.entries[0].at, NOON + 7);
	assert_string_equal(sources.entries[1].service, "sshd");
	assert_int_equal(sources.entries[1].at, NOON + 6);
}

static void refused_login_is_no_source(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.1"), PAT_ACCEPTED);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.2"), PAT_REVOKED);
	tokens_commit_usage(world->tokens);
	assert_int_equal(sources_of(world, &made).n, 1);
}

static void sources_are_shown_to_owner_and_administrators(void **state)
{
	static const struct caller manager = {
		.uid = 1001, .user = "bob", .granted = 1U << ACTION_MANAGE_OTHERS
	};
	static const struct caller heir = { .uid = 1000, .user = "anna" };
	static const struct {
		const struct caller *caller;
		enum pat_error error, none; /* of that token, and of one that there is not */
	} table[] = {
		{ &alice, PAT_OK, PAT_ERR_DENIED },
		{ &bob, PAT_ERR_DENIED, PAT_ERR_DENIED },
		{ &heir, PAT_ERR_DENIED, PAT_ERR_DENIED },
		{ &manager, PAT_OK, PAT_ERR_NOT_FOUND },
		{ &root, PAT_OK, PAT_ERR_NOT_FOUND },
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.1"), PAT_ACCEPTED);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sources sources = { 0 };

		world->refusal = (struct refusal) { 0 };
		assert_int_equal(
			tokens_list_sources(world->tokens, table[i].caller, made.token.id.text,
				take_source, &sources, &world->refusal),
			table[i].error);
		assert_int_equal(sources.n, table[i].error == PAT_OK);
		assert_int_equal(world->refusal.lacks,
			table[i].error == PAT_OK ? ACTION_NONE : ACTION_MANAGE_OTHERS);
		assert_int_equal(tokens_list_sources(world->tokens, table[i].caller, "0000000000",
					 take_source, &sources, &world->refusal),
			table[i].none);
	}
}

/* A token that only cron uses, from one place, has a long history of it. */
static void search_for_sources_is_bounded(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct sources sources;
	char sql[512];

	assert_int_equal(log_in(world, &made, "sshd", "192.0.2.1"), PAT_ACCEPTED);
	tokens_commit_usage(world->tokens);
	(void)snprintf(sql, sizeof(sql),
		"WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1099)"
		" INSERT INTO history SELECT i, 1, 1, '%s', 'alice', 1000, '', 0, 0, 'cron', '',"
		" '', 1, 0, 0, 0, '', zeroblob(32), '', '', 0, 0 FROM n",
		made.token.id.text);
	world_edit(world, sql);
	sources = sources_of(world, &made);
	assert_int_equal(sources.n, 1);
	assert_string_equal(sources.entries[0].service, "cron");
	/* One entry fewer, and it is found. */
	world_edit(world, "DELETE FROM history WHERE seq = 1099");
	assert_int_equal(sources_of(world, &made).n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(change_is_not_chained_to_a_lost_use),
		WORLD_TEST(use_is_not_chained_to_a_lost_use),
		WORLD_TEST(availability__user_cannot_push_out_entries_of_others),
		WORLD_TEST(administrators_on_the_bus_are_limited_and_root_is_not),
		WORLD_TEST(listing_cost_does_not_depend_on_other_tokens),
		WORLD_TEST(sources_are_the_latest_five_each_once),
		WORLD_TEST(refused_login_is_no_source),
		WORLD_TEST(sources_are_shown_to_owner_and_administrators),
		WORLD_TEST(search_for_sources_is_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
