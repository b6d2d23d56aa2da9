/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of patd/tokens/tokens.c about a token's life: who may do what, when, and to which. */
#include <errno.h>

#include "common/bus.h"
#include "common/lifetime.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

/* ---- generate ---- */

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

/* ---- every state, every verb ---- */

enum situation {
	ACTIVE,
	REVOKED,
	EXPIRED,
	REVOKED_EXPIRED,
	ALTERED,
	ALTERED_REVOKED,
	DELETED,
	NEVER_WAS,
	DAMAGED, /* so that no word of the row can be read */
	SITUATIONS
};

static const char *const situation_names[SITUATIONS] = { "active", "revoked", "expired",
	"revoked, expired", "altered", "revoked, altered", "deleted", "never was", "damaged" };

static struct made bring_about(struct world *world, enum situation situation, const char *name)
{
	struct made made = world_generate(world, &alice, name);
	char sql[128];

	if (situation == REVOKED || situation == REVOKED_EXPIRED || situation == ALTERED_REVOKED ||
		situation == DELETED)
		assert_int_equal(world_revoke(world, &made), PAT_OK);
	if (situation == EXPIRED || situation == REVOKED_EXPIRED)
		world->time += 31 * DAY;
	if (situation == ALTERED || situation == ALTERED_REVOKED) {
		(void)snprintf(sql, sizeof(sql),
			"UPDATE token SET expires_at = expires_at + 1 WHERE id = '%s'",
			made.token.id.text);
		world_edit(world, sql);
	}
	if (situation == DAMAGED) {
		(void)snprintf(sql, sizeof(sql), "UPDATE token SET mac = x'00' WHERE id = '%s'",
			made.token.id.text);
		world_edit(world, sql);
	}
	if (situation == DELETED)
		assert_int_equal(world_delete(world, &made), PAT_OK);
	if (situation == NEVER_WAS)
		(void)strcpy(made.token.id.text, "0000000000");
	return made;
}

typedef enum pat_error (*verb_fn)(struct tokens *tokens, const struct caller *caller,
	const char *id, struct refusal *ret_refusal);

static enum pat_error show(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	struct token token;

	return tokens_find(tokens, caller, id, &token, ret_refusal);
}

static enum pat_error rename_it(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	char name[PAT_ID_LEN + 5];

	(void)snprintf(name, sizeof(name), "was %s", id);
	return tokens_rename(tokens, caller, id, name, ret_refusal);
}

static enum pat_error rotate(struct tokens *tokens, const struct caller *caller, const char *id,
	struct refusal *ret_refusal)
{
	char secret[PAT_TOKEN_LEN + 1];

	return tokens_rotate(tokens, caller, id, &(struct rotation) { 0 }, secret, ret_refusal);
}

enum {
	OK = PAT_OK,
	GONE = PAT_ERR_NOT_FOUND,
	DENY = PAT_ERR_DENIED,
	LIVE = PAT_ERR_NOT_REVOKED,
	LATE = PAT_ERR_EXPIRED,
	DEAD = PAT_ERR_NOT_ACTIVE,
	BAD = PAT_ERR_STORAGE
};

/* To whom polkit has granted an action. */
static const struct caller trusted_alice = {
	.uid = 1000,
	.user = "alice",
	.granted = 1U << ACTION_RESTORE_OWN | 1U << ACTION_ROTATE_OWN,
};
static const struct caller trusted_bob = {
	.uid = 1001,
	.user = "bob",
	.granted = 1U << ACTION_MANAGE_OTHERS,
};

/* In the order of enum situation. */
static const struct {
	const char *who;
	const struct caller *caller;
	const char *verb;
	verb_fn fn;
	unsigned int errors[SITUATIONS];
} verbs[] = {
	{ "root", &root, "show", show, { OK, OK, OK, OK, OK, OK, GONE, GONE, BAD } },
	{ "root", &root, "revoke", revoke_for_good, { OK, OK, OK, OK, BAD, BAD, GONE, GONE, BAD } },
	{ "root", &root, "restore", tokens_restore,
		{ LIVE, OK, LIVE, LATE, BAD, BAD, GONE, GONE, BAD } },
	{ "root", &root, "delete", tokens_delete, { LIVE, OK, LIVE, OK, OK, OK, GONE, GONE, OK } },
	{ "root", &root, "rename", rename_it, { OK, OK, OK, OK, BAD, BAD, GONE, GONE, BAD } },
	{ "root", &root, "rotate", rotate, { OK, DEAD, LATE, DEAD, BAD, BAD, GONE, GONE, BAD } },
	{ "the owner", &alice, "show", show, { OK, OK, OK, OK, OK, OK, GONE, GONE, GONE } },
	{ "the owner", &alice, "revoke", revoke_for_good,
		{ OK, OK, OK, OK, BAD, BAD, DENY, DENY, DENY } },
	{ "the owner", &alice, "restore", tokens_restore,
		{ DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "the owner", &alice, "delete", tokens_delete,
		{ LIVE, OK, LIVE, OK, OK, OK, DENY, DENY, DENY } },
	{ "the owner", &alice, "rename", rename_it,
		{ OK, OK, OK, OK, BAD, BAD, DENY, DENY, DENY } },
	{ "the owner", &alice, "rotate", rotate,
		{ DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "another", &bob, "show", show, { GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
	{ "another", &bob, "revoke", revoke_for_good,
		{ DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "another", &bob, "restore", tokens_restore,
		{ DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "another", &bob, "delete", tokens_delete,
		{ DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "another", &bob, "rename", rename_it,
		{ DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "another", &bob, "rotate", rotate,
		{ DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "who has the uid now", &(const struct caller) { .uid = 1000, .user = "anna" }, "delete",
		tokens_delete, { DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "who has the name now", &(const struct caller) { .uid = 1002, .user = "alice" }, "revoke",
		revoke_for_good, { DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY, DENY } },
	{ "the owner, by polkit", &trusted_alice, "restore", tokens_restore,
		{ LIVE, OK, LIVE, LATE, BAD, BAD, DENY, DENY, DENY } },
	{ "the owner, by polkit", &trusted_alice, "rotate", rotate,
		{ OK, DEAD, LATE, DEAD, BAD, BAD, DENY, DENY, DENY } },
	{ "another, by polkit", &trusted_bob, "show", show,
		{ GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE } },
	{ "another, by polkit", &trusted_bob, "revoke", revoke_for_good,
		{ OK, OK, OK, OK, BAD, BAD, GONE, GONE, BAD } },
	{ "another, by polkit", &trusted_bob, "restore", tokens_restore,
		{ LIVE, OK, LIVE, LATE, BAD, BAD, GONE, GONE, BAD } },
	{ "another, by polkit", &trusted_bob, "delete", tokens_delete,
		{ LIVE, OK, LIVE, OK, OK, OK, GONE, GONE, OK } },
	{ "another, by polkit", &trusted_bob, "rename", rename_it,
		{ OK, OK, OK, OK, BAD, BAD, GONE, GONE, BAD } },
	{ "another, by polkit", &trusted_bob, "rotate", rotate,
		{ OK, DEAD, LATE, DEAD, BAD, BAD, GONE, GONE, BAD } },
};

static void each_caller_may_do_what_the_table_allows(void **state)
{
	struct world *world = *state;

	for (size_t v = 0; v < COUNT(verbs); v++)
		for (unsigned int s = 0; s < SITUATIONS; s++) {
			char name[32];
			struct made made;
			enum pat_error error;

			(void)snprintf(name, sizeof(name), "%zu-%u", v, s);
			made = bring_about(world, (enum situation)s, name);
			world->refusal.why = NULL;
			error = verbs[v].fn(world->tokens, verbs[v].caller, made.token.id.text,
				&world->refusal);
			assert_that(error == verbs[v].errors[s], "%s: %s %s: %d", verbs[v].who,
				verbs[v].verb, situation_names[s], error);
			assert_that((error == PAT_OK) == (world->refusal.why == NULL), "%s: %s %s",
				verbs[v].who, verbs[v].verb, situation_names[s]);
		}
}

static void refused_operation_changes_nothing(void **state)
{
	struct world *world = *state;

	for (size_t v = 0; v < COUNT(verbs); v++)
		for (unsigned int s = 0; s < DELETED; s++) {
			char name[32];
			struct made made;
			struct token before, after;

			if (verbs[v].errors[s] == OK)
				continue;
			(void)snprintf(name, sizeof(name), "%zu-%u", v, s);
			made = bring_about(world, (enum situation)s, name);
			before = world_find(world, &made);
			(void)verbs[v].fn(world->tokens, verbs[v].caller, made.token.id.text,
				&world->refusal);
			after = world_find(world, &made);
			assert_memory_equal(&before, &after, sizeof(before));
		}
}

/* Not by the error, nor by its text, nor by what polkit would be asked. */
static void privacy__denied_caller_cannot_tell_whether_token_exists(void **state)
{
	static const struct {
		const char *verb;
		verb_fn fn;
		enum operation operation;
	} table[] = {
		{ "revoke", revoke_for_good, OP_REVOKE },
		{ "restore", tokens_restore, OP_RESTORE },
		{ "delete", tokens_delete, OP_DELETE },
		{ "rename", rename_it, OP_RENAME },
		{ "rotate", rotate, OP_ROTATE },
	};
	struct world *world = *state;

	for (size_t v = 0; v < COUNT(table); v++)
		for (unsigned int s = 0; s < SITUATIONS; s++) {
			char what[64];
			struct made made;

			(void)snprintf(
				what, sizeof(what), "%s %s", table[v].verb, situation_names[s]);
			made = bring_about(world, (enum situation)s, what);
			world->refusal = (struct refusal) { 0 };
			assert_that(table[v].fn(world->tokens, &bob, made.token.id.text,
					    &world->refusal) == PAT_ERR_DENIED,
				"%s", what);
			assert_string_equal(
				world->refusal.why, "only an administrator may do that");
			assert_that(world->refusal.lacks == ACTION_MANAGE_OTHERS, "%s", what);
			assert_that(world->refusal.operation == table[v].operation, "%s", what);
		}
}

static void restore_and_rotate_each_need_their_own_action(void **state)
{
	struct world *world = *state;
	struct made made = bring_about(world, REVOKED, "laptop");

	assert_int_equal(tokens_restore(world->tokens, &alice, made.token.id.text, &world->refusal),
		PAT_ERR_DENIED);
	assert_int_equal(world->refusal.lacks, ACTION_RESTORE_OWN);
	assert_int_equal(world->refusal.operation, OP_RESTORE);
	assert_int_equal(
		rotate(world->tokens, &alice, made.token.id.text, &world->refusal), PAT_ERR_DENIED);
	assert_int_equal(world->refusal.lacks, ACTION_ROTATE_OWN);
	assert_int_equal(world->refusal.operation, OP_ROTATE);
}

static void refusal_for_another_reason_names_no_action(void **state)
{
	struct world *world = *state;
	struct made made = bring_about(world, ACTIVE, "laptop");

	assert_int_equal(world_delete(world, &made), PAT_ERR_NOT_REVOKED);
	assert_int_equal(world->refusal.lacks, ACTION_NONE);
	/* Also after one that did. */
	assert_int_equal(tokens_delete(world->tokens, &bob, made.token.id.text, &world->refusal),
		PAT_ERR_DENIED);
	assert_int_equal(tokens_delete(world->tokens, &alice, made.token.id.text, &world->refusal),
		PAT_ERR_NOT_REVOKED);
	assert_int_equal(world->refusal.lacks, ACTION_NONE);
}

static void everybody_may_follow_own_tokens_and_root_all(void **state)
{
	static const struct {
		const struct caller *caller;
		enum action lacks_own, lacks_all;
	} table[] = {
		{ &root, ACTION_NONE, ACTION_NONE },
		{ &alice, ACTION_NONE, ACTION_MANAGE_OTHERS },
		{ &trusted_alice, ACTION_NONE, ACTION_MANAGE_OTHERS },
		{ &trusted_bob, ACTION_NONE, ACTION_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		for (int all = 0; all < 2; all++) {
			enum action lacks = all ? table[i].lacks_all : table[i].lacks_own;
			struct refusal refusal = { 0 };

			assert_int_equal(tokens_may_follow(table[i].caller, all, &refusal),
				lacks == ACTION_NONE ? PAT_OK : PAT_ERR_DENIED);
			assert_int_equal(refusal.lacks, lacks);
		}
}

static void state_follows_from_what_happened(void **state)
{
	static const enum token_state states[DELETED] = { TOKEN_ACTIVE, TOKEN_REVOKED,
		TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_ALTERED, TOKEN_ALTERED };
	struct world *world = *state;

	for (unsigned int s = 0; s < DELETED; s++) {
		struct made made = bring_about(world, (enum situation)s, situation_names[s]);

		assert_that(world_state(world, &made) == states[s], "%s", situation_names[s]);
	}
}

static void second_revoke_changes_nothing(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = NOON + 5;
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = NOON + 10;
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_find(world, &made).revoked_at, NOON + 5);
}

static void rename_changes_only_the_name(void **state)
{
	static const char *const bad[] = { "", "a\nb", "\xFF" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made other = world_generate(world, &alice, "other");
	struct token before = world_find(world, &made), after;

	(void)world_generate(world, &bob, "phone");
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(tokens_rename(world->tokens, &alice, made.token.id.text, bad[i],
					 &world->refusal),
			PAT_ERR_INVALID_NAME);
	assert_int_equal(
		tokens_rename(world->tokens, &alice, made.token.id.text, "other", &world->refusal),
		PAT_ERR_NAME_TAKEN);
	after = world_find(world, &made);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(
		tokens_rename(world->tokens, &alice, made.token.id.text, "phone", &world->refusal),
		PAT_OK);
	after = world_find(world, &made);
	assert_string_equal(after.name, "phone");
	memcpy(after.name, before.name, sizeof(after.name));
	memcpy(after.mac, before.mac, sizeof(after.mac));
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	/* The name before is free. */
	assert_int_equal(tokens_rename(world->tokens, &alice, other.token.id.text, "laptop",
				 &world->refusal),
		PAT_OK);
	(void)world_check_history(world);
}

/* A machine without a battery says 0, which in a row stands for "not revoked". */
static void revocation__revoke_holds_when_clock_is_set_back(void **state)
{
	struct world *world = *state;
	struct made made;

	world_stop(world);
	assert_int_equal(unlink(place_path(&world->place, "patd.db")), 0);
	world->time = 0;
	world_start(world);
	made = world_generate(world, &alice, "laptop");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(world_restore(world, &made), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_not_equal(world_find(world, &made).last_used_at, 0);
}

static void expired_token_is_not_restored_when_clock_is_set_back(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world->time = made.token.expires_at;
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	world->time = NOON;
	assert_int_equal(world_restore(world, &made), PAT_ERR_EXPIRED);
	/* A delete is a change, and stores the time. */
	assert_int_equal(world_delete(world, &made), PAT_OK);
	world_restart(world);
	assert_int_equal(clock_now(&world->clock), made.token.expires_at);
}

/* No change, and no use, that would have written it down before. */
static void time__latest_time_seen_survives_restart(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world->time = made.token.expires_at;
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	world->time = NOON;
	world_restart(world);
	assert_int_equal(world_state(world, &made), TOKEN_EXPIRED);
	assert_int_equal(clock_now(&world->clock), made.token.expires_at);
}

/* A failing disk, played by a trigger. */
static void failed_write_changes_nothing(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct token_request request = request_for(&alice, "phone");
	struct made other;

	world_trigger(world,
		"CREATE TRIGGER a BEFORE UPDATE ON token BEGIN SELECT raise(ABORT, 'no'); "
		"END; CREATE TRIGGER b BEFORE INSERT ON token BEGIN SELECT "
		"raise(FAIL, 'no'); END");
	assert_int_equal(world_revoke(world, &made), PAT_ERR_STORAGE);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	assert_int_equal(tokens_generate(world->tokens, &root, &request, &other.token, other.secret,
				 &world->refusal),
		PAT_ERR_STORAGE);
	assert_true(sodium_is_zero((const uint8_t *)other.secret, sizeof(other.secret)));
	world_edit(world, "DROP TRIGGER a; DROP TRIGGER b");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
}

/* What is written is read back: it is there, or the change is refused and nothing of it is. */
static void integrity__change_that_the_database_undoes_is_refused(void **state)
{
	static const char *const undoing[] = {
		"CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET revoked_at = 0,"
		" mac = old.mac WHERE id = new.id; END",
		"CREATE TRIGGER undo AFTER UPDATE ON token BEGIN DELETE FROM token; END",
		"CREATE TRIGGER undo BEFORE UPDATE ON token BEGIN SELECT raise(IGNORE); END",
		"CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET name = 'x'; END",
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t i = 0; i < COUNT(undoing); i++) {
		world_trigger(world, undoing[i]);
		assert_that(world_revoke(world, &made) != PAT_OK, "%s", undoing[i]);
		world_edit(world, "DROP TRIGGER undo");
		assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
	}
	assert_int_equal(world_check_history(world), 1);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	world_trigger(world, "CREATE TRIGGER undo BEFORE DELETE ON token BEGIN SELECT "
			     "raise(IGNORE); END");
	assert_true(world_delete(world, &made) != PAT_OK);
	world_edit(world, "DROP TRIGGER undo");
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	world_edit(world, "CREATE TABLE spare AS SELECT * FROM token");
	world_trigger(world, "CREATE TRIGGER undo AFTER DELETE ON token BEGIN INSERT INTO token "
			     "SELECT * FROM spare; END");
	assert_int_equal(world_delete(world, &made), PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER undo; DROP TABLE spare");
	assert_int_equal(world_delete(world, &made), PAT_OK);
}

/* Neither by itself nor as part of a change, whatever stands in the file. */
static void integrity__no_trigger_and_no_view_of_the_file_is_run(void **state)
{
	struct world *world = *state;
	sqlite3 *db = world->database->handle;
	struct made made = world_generate(world, &alice, "laptop");

	world_edit(world, "CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET"
			  " revoked_at = 0, mac = old.mac WHERE id = new.id; END");
	world_edit(world, "CREATE VIEW spare AS SELECT * FROM token");
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	assert_true(sqlite3_exec(db, "SELECT * FROM spare", NULL, NULL, NULL) != SQLITE_OK);
	assert_true(sqlite3_exec(db, "ATTACH ':memory:' AS other", NULL, NULL, NULL) != SQLITE_OK);
}

static void integrity__change_whose_entry_the_database_drops_is_refused(void **state)
{
	static const char *const dropping[] = {
		"CREATE TRIGGER drop_it BEFORE INSERT ON history BEGIN SELECT raise(IGNORE); END",
		"CREATE TRIGGER drop_it AFTER INSERT ON history BEGIN DELETE FROM history WHERE"
		" seq = new.seq; END",
		"CREATE TRIGGER drop_it AFTER INSERT ON history BEGIN UPDATE history SET"
		" by_uid = 1 WHERE seq = new.seq; END",
	};
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t i = 0; i < COUNT(dropping); i++) {
		world_trigger(world, dropping[i]);
		assert_that(world_revoke(world, &made) == PAT_ERR_STORAGE, "%s", dropping[i]);
		world_edit(world, "DROP TRIGGER drop_it");
		assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
		(void)world_check_history(world);
	}
	assert_int_equal(world_revoke(world, &made), PAT_OK);
}

static void integrity__disabling_that_the_database_undoes_is_refused(void **state)
{
	struct world *world = *state;

	world_trigger(world, "CREATE TRIGGER undo AFTER INSERT ON disabled BEGIN DELETE FROM "
			     "disabled; END");
	assert_int_equal(tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal),
		PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER undo");
	assert_int_equal(
		tokens_disable(world->tokens, &root, "alice", NULL, &world->refusal), PAT_OK);
	world_edit(world, "CREATE TABLE spare AS SELECT * FROM disabled");
	world_trigger(world, "CREATE TRIGGER undo AFTER DELETE ON disabled BEGIN INSERT INTO "
			     "disabled SELECT * FROM spare; END");
	assert_int_equal(
		tokens_enable(world->tokens, &root, "alice", &world->refusal), PAT_ERR_STORAGE);
}

static void integrity__rotation_whose_former_secret_is_dropped_is_refused(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	char secret[sizeof(made.secret)] = "";

	world_trigger(world, "CREATE TRIGGER undo AFTER INSERT ON former BEGIN DELETE FROM former; "
			     "END");
	assert_int_equal(tokens_rotate(world->tokens, &root, made.token.id.text,
				 &(struct rotation) { .grace = DAY }, secret, &world->refusal),
		PAT_ERR_STORAGE);
	world_edit(world, "DROP TRIGGER undo");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void limited_uses__use_that_the_database_undoes_counts(void **state)
{
	struct world *world = *state;
	struct token_request request = request_for(&alice, "once");
	struct made made;

	request.restrictions[PAT_MAX_USES].number = 1;
	world_generate_request(world, &request, &made);
	world_trigger(world, "CREATE TRIGGER undo AFTER UPDATE ON token BEGIN UPDATE token SET "
			     "uses = 0, mac = old.mac WHERE id = new.id; END");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_true(tokens_flush_uses(world->tokens) < 0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
	world_edit(world, "DROP TRIGGER undo");
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_EXHAUSTED);
}

/* ---- the key ---- */

static void stolen_database__other_key_is_refused_while_tokens_exist(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 9 };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct tokens *tokens = NULL;
	struct key *other;

	tokens_free(world->tokens);
	world->tokens = NULL;
	assert_int_equal(key_new(bytes, &other), 0);
	assert_int_equal(tokens_new(world->database, other, &world->clock, &world->policy, &tokens),
		-EKEYREJECTED);
	assert_null(tokens);
	/* And nothing has happened to the right one. */
	assert_int_equal(tokens_new(world->database, world->key, &world->clock, &world->policy,
				 &world->tokens),
		0);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	key_free(other);
}

static void other_key_is_accepted_without_tokens(void **state)
{
	static const uint8_t bytes[KEY_LEN] = { 9 };
	struct world *world = *state;
	struct made made;

	world_stop(world);
	key_free(world->key);
	assert_int_equal(key_new(bytes, &world->key), 0);
	world_start(world);
	made = world_generate(world, &alice, "laptop");
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void database_without_key_check_is_refused(void **state)
{
	struct world *world = *state;
	struct tokens *tokens = NULL;

	(void)world_generate(world, &alice, "laptop");
	world_edit(world, "DELETE FROM meta WHERE key = 'key_check'");
	assert_int_equal(
		tokens_new(world->database, world->key, &world->clock, &world->policy, &tokens),
		-EKEYREJECTED);
	world_edit(world, "INSERT INTO meta VALUES ('key_check', x'00')");
	assert_int_equal(
		tokens_new(world->database, world->key, &world->clock, &world->policy, &tokens),
		-EBADMSG);
	assert_null(tokens);
}

static void database_with_impossible_time_is_refused(void **state)
{
	static const char *const edits[] = {
		"INSERT OR REPLACE INTO meta VALUES ('time', -1)",
		"INSERT OR REPLACE INTO meta VALUES ('time', 'noon')",
		"INSERT OR REPLACE INTO meta VALUES ('time', 1.5)",
	};
	struct world *world = *state;
	struct tokens *tokens = NULL;

	for (size_t i = 0; i < COUNT(edits); i++) {
		world_edit(world, edits[i]);
		assert_that(tokens_new(world->database, world->key, &world->clock, &world->policy,
				    &tokens) == -EBADMSG,
			"%s", edits[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(integrity__no_trigger_and_no_view_of_the_file_is_run),
		WORLD_TEST(integrity__change_that_the_database_undoes_is_refused),
		WORLD_TEST(integrity__change_whose_entry_the_database_drops_is_refused),
		WORLD_TEST(integrity__disabling_that_the_database_undoes_is_refused),
		WORLD_TEST(integrity__rotation_whose_former_secret_is_dropped_is_refused),
		WORLD_TEST(limited_uses__use_that_the_database_undoes_counts),
		WORLD_TEST(generated_token_is_as_requested),
		WORLD_TEST(generate_needs_an_action_except_for_root),
		WORLD_TEST(impossible_request_is_refused_before_polkit_is_asked),
		WORLD_TEST(expirations_are_computed_or_refused),
		WORLD_TEST(generate_fails_when_clock_is_past_year_9999),
		WORLD_TEST(bad_name_is_refused),
		WORLD_TEST(longest_name_is_kept_whole),
		WORLD_TEST(user_with_impossible_name_is_refused),
		WORLD_TEST(name_is_unique_per_user),
		WORLD_TEST(each_caller_may_do_what_the_table_allows),
		WORLD_TEST(refused_operation_changes_nothing),
		WORLD_TEST(privacy__denied_caller_cannot_tell_whether_token_exists),
		WORLD_TEST(restore_and_rotate_each_need_their_own_action),
		WORLD_TEST(refusal_for_another_reason_names_no_action),
		WORLD_TEST(everybody_may_follow_own_tokens_and_root_all),
		WORLD_TEST(state_follows_from_what_happened),
		WORLD_TEST(second_revoke_changes_nothing),
		WORLD_TEST(rename_changes_only_the_name),
		WORLD_TEST(revocation__revoke_holds_when_clock_is_set_back),
		WORLD_TEST(expired_token_is_not_restored_when_clock_is_set_back),
		WORLD_TEST(time__latest_time_seen_survives_restart),
		WORLD_TEST(failed_write_changes_nothing),
		WORLD_TEST(stolen_database__other_key_is_refused_while_tokens_exist),
		WORLD_TEST(other_key_is_accepted_without_tokens),
		WORLD_TEST(database_without_key_check_is_refused),
		WORLD_TEST(database_with_impossible_time_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
