/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each verb, by each caller, for a token in each state. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_caller_may_do_what_the_table_allows),
		WORLD_TEST(refused_operation_changes_nothing),
		WORLD_TEST(privacy__denied_caller_cannot_tell_whether_token_exists),
		WORLD_TEST(restore_and_rotate_each_need_their_own_action),
		WORLD_TEST(refusal_for_another_reason_names_no_action),
		WORLD_TEST(everybody_may_follow_own_tokens_and_root_all),
		WORLD_TEST(state_follows_from_what_happened),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
