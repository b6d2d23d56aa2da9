/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New tokens: who may generate which, with which name and until when. */
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static void generated_token_is_as_requested(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token found = world_find(world, &made);

	assert_string_equal(found.name, "laptop");
	assert_string_equal(found.user, "alice");
	assert_int_equal(found.uid, 1000);
	assert_int_equal(found.created_at, NOON);
	assert_int_equal(found.revoked_at, 0);
	assert_int_equal(found.last_used_at, 0);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_memory_equal(found.id.text, made.secret + 4, PAT_ID_LEN);
}

static void generate_needs_an_action_except_for_root(void **state)
{
	static const struct {
		struct caller caller;
		const struct caller *owner;
		enum action lacks;
	} table[] = {
		{ { .uid = 0, .user = "root" }, &alice, ACTION_NONE },
		{ { .uid = 0, .user = "root" }, &root, ACTION_NONE },
		{ { .uid = 1000, .user = "alice" }, &alice, ACTION_GENERATE_OWN },
		{ { .uid = 1000, .user = "alice", .granted = 1U << ACTION_GENERATE_OWN }, &alice,
			ACTION_NONE },
		{ { .uid = 1000, .user = "alice", .granted = 1U << ACTION_GENERATE_OWN }, &bob,
			ACTION_MANAGE_OTHERS },
		{ { .uid = 1000, .user = "alice", .granted = 1U << ACTION_MANAGE_OTHERS }, &bob,
			ACTION_NONE },
		{ { .uid = 1000, .user = "alice", .granted = 1U << ACTION_MANAGE_OTHERS }, &alice,
			ACTION_GENERATE_OWN },
		{ { .uid = 1000, .user = "alice", .granted = 1U << ACTION_RESTORE_OWN }, &alice,
			ACTION_GENERATE_OWN },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(table); i++) {
		enum pat_error expected = table[i].lacks ? PAT_ERR_DENIED : PAT_OK;
		struct made made = { .secret = "untouched" };
		struct token_request request;
		char name[16];

		(void)snprintf(name, sizeof(name), "%zu", i);
		request = request_for(table[i].owner, name);
		assert_int_equal(tokens_may_generate(world->tokens, &table[i].caller, &request,
					 &world->refusal),
			expected);
		assert_int_equal(tokens_generate(world->tokens, &table[i].caller, &request,
					 &made.token, made.secret, &world->refusal),
			expected);
		if (expected == PAT_OK)
			continue;
		assert_int_equal(world->refusal.lacks, table[i].lacks);
		assert_int_equal(world->refusal.operation, OP_GENERATE);
		assert_string_equal(made.secret, "untouched");
	}
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token"), 4);
}

static void impossible_request_is_refused_before_polkit_is_asked(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "");

	assert_int_equal(tokens_may_generate(world->tokens, &alice, &request, &world->refusal),
		PAT_ERR_INVALID_NAME);
	(void)world_generate(world, &alice, "taken");
	request.name = "taken";
	assert_int_equal(tokens_may_generate(world->tokens, &alice, &request, &world->refusal),
		PAT_ERR_NAME_TAKEN);
	/* Of others nothing is told. */
	assert_int_equal(tokens_may_generate(world->tokens, &bob, &request, &world->refusal),
		PAT_ERR_DENIED);
	request.name = "laptop";
	request.has_lifetime = true;
	assert_int_equal(tokens_may_generate(world->tokens, &alice, &request, &world->refusal),
		PAT_ERR_INVALID_EXPIRY);
}

#define FAR (PAT_EXPIRES_MAX - NOON)

static void expirations_are_computed_or_refused(void **state)
{
	static const struct {
		const char *name;
		bool has_lifetime, has_expires_at;
		uint64_t lifetime, expires_at;
		enum pat_error error;
		uint64_t result;
	} table[] = {
		{ "none", false, false, 0, 0, PAT_OK, NOON + 30 * DAY },
		{ "one second", true, false, 1, 0, PAT_OK, NOON + 1 },
		{ "as long as there are years", true, false, FAR, 0, PAT_OK, PAT_EXPIRES_MAX },
		{ "a second more", true, false, FAR + 1, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "no time at all", true, false, 0, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "wraps to now", true, false, UINT64_MAX - NOON + 1, 0, PAT_ERR_INVALID_EXPIRY,
			0 },
		{ "wraps to soon", true, false, UINT64_MAX - NOON + 60, 0, PAT_ERR_INVALID_EXPIRY,
			0 },
		{ "wraps", true, false, UINT64_MAX, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "negative for SQLite", true, false, INT64_MAX, 0, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "never", false, true, 0, PAT_NEVER, PAT_OK, PAT_NEVER },
		{ "next second", false, true, 0, NOON + 1, PAT_OK, NOON + 1 },
		{ "now", false, true, 0, NOON, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "past", false, true, 0, NOON - 1, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "long ago", false, true, 0, 1, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "last of all", false, true, 0, PAT_EXPIRES_MAX, PAT_OK, PAT_EXPIRES_MAX },
		{ "year 10000", false, true, 0, PAT_EXPIRES_MAX + 1, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "end of time", false, true, 0, UINT64_MAX, PAT_ERR_INVALID_EXPIRY, 0 },
		{ "both", true, true, 60, NOON + 60, PAT_ERR_INVALID_ARGS, 0 },
		{ "both, never", true, true, 60, 0, PAT_ERR_INVALID_ARGS, 0 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(table); i++) {
		struct token_request request = request_for(&alice, table[i].name);
		struct made made = { 0 };
		enum pat_error error;

		request.has_lifetime = table[i].has_lifetime;
		request.lifetime = table[i].lifetime;
		request.has_expires_at = table[i].has_expires_at;
		request.expires_at = table[i].expires_at;
		world->refusal.why = NULL;
		error = tokens_generate(
			world->tokens, &root, &request, &made.token, made.secret, &world->refusal);
		assert_that(error == table[i].error, "%s: %d", table[i].name, error);
		assert_that((error == PAT_OK) == (world->refusal.why == NULL), "%s", table[i].name);
		assert_that(made.token.expires_at == table[i].result, "%s", table[i].name);
		if (error != PAT_OK)
			assert_string_equal(made.secret, "");
	}
}

static void generate_fails_when_clock_is_past_year_9999(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "late");
	struct made made;

	world->time = PAT_EXPIRES_MAX + 1;
	assert_int_equal(tokens_generate(world->tokens, &root, &request, &made.token, made.secret,
				 &world->refusal),
		PAT_ERR_INVALID_EXPIRY);
}

static void bad_name_is_refused(void **state)
{
	static const char *const names[] = { "", "a\nb", "\x1B[2J", "\xFF", "\xE2\x80\xAEgo" };
	struct world *world = *state;
	char longest[PAT_NAME_MAX + 2];

	for (size_t i = 0; i <= COUNT(names); i++) {
		struct token_request request =
			request_for(&alice, i < COUNT(names) ? names[i] : longest);
		struct made made = { .secret = "untouched" };

		memset(longest, 'x', sizeof(longest) - 1);
		longest[sizeof(longest) - 1] = '\0';
		assert_int_equal(tokens_generate(world->tokens, &root, &request, &made.token,
					 made.secret, &world->refusal),
			PAT_ERR_INVALID_NAME);
		assert_non_null(strstr(world->refusal.why, "the name "));
		assert_string_equal(made.secret, "untouched");
	}
	assert_int_equal(world_ask(world, "SELECT count(*) FROM token"), 0);
}

static void longest_name_is_kept_whole(void **state)
{
	struct world *world = *state;
	char name[PAT_NAME_BYTES_MAX + 1] = "";
	struct made made;

	for (int i = 0; i < PAT_NAME_MAX; i++)
		(void)strcat(name, "\xF0\x9F\x94\x91");
	made = world_generate(world, &alice, name);
	assert_string_equal(world_find(world, &made).name, name);
}

static void user_with_impossible_name_is_refused(void **state)
{
	struct world *world = *state;
	char longest[TOKEN_USER_BYTES_MAX + 2];
	const char *const users[] = { "", "a\tb", "\xFF", longest };

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i < COUNT(users); i++) {
		struct token_request request = { .name = "laptop", .uid = 1, .user = users[i] };
		struct made made;

		assert_int_equal(tokens_generate(world->tokens, &root, &request, &made.token,
					 made.secret, &world->refusal),
			PAT_ERR_UNKNOWN_USER);
	}
}

static void name_is_unique_per_user(void **state)
{
	struct world *world = *state;
	struct made first = world_generate(world, &alice, "laptop"), made;
	struct token_request request = request_for(&alice, "laptop");
	static const struct caller heir = { .uid = 1000, .user = "anna" };

	memset(made.secret, 'x', sizeof(made.secret));
	assert_int_equal(tokens_generate(world->tokens, &root, &request, &made.token, made.secret,
				 &world->refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(made.secret[0], '\0'); /* the secret of nothing is not left about */
	assert_true(sodium_is_zero((const uint8_t *)made.secret, sizeof(made.secret)));
	(void)world_generate(world, &bob, "laptop");
	(void)world_generate(world, &heir, "laptop");
	(void)world_generate(world, &alice, "Laptop");
	/* Revoked, it still has its name; deleted, no longer. */
	assert_int_equal(world_revoke(world, &first), PAT_OK);
	assert_int_equal(tokens_generate(world->tokens, &root, &request, &made.token, made.secret,
				 &world->refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(world_delete(world, &first), PAT_OK);
	(void)world_generate(world, &alice, "laptop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(generated_token_is_as_requested),
		WORLD_TEST(generate_needs_an_action_except_for_root),
		WORLD_TEST(impossible_request_is_refused_before_polkit_is_asked),
		WORLD_TEST(expirations_are_computed_or_refused),
		WORLD_TEST(generate_fails_when_clock_is_past_year_9999),
		WORLD_TEST(bad_name_is_refused),
		WORLD_TEST(longest_name_is_kept_whole),
		WORLD_TEST(user_with_impossible_name_is_refused),
		WORLD_TEST(name_is_unique_per_user),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
