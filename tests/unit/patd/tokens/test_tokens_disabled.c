/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users whose tokens do not work, and everybody; and who may do what concerns more than a token. */
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static enum pat_error disable(struct world *world, const char *user, const char *reason)
{
	world->refusal = (struct refusal) { 0 };
	return tokens_disable(world->tokens, &root, user, reason, &world->refusal);
}

static enum pat_error enable(struct world *world, const char *user)
{
	world->refusal = (struct refusal) { 0 };
	return tokens_enable(world->tokens, &root, user, &world->refusal);
}

struct list {
	unsigned int n;
	struct disabled found[8];
};

static int take(const struct disabled *disabled, void *userdata)
{
	struct list *list = userdata;

	assert_between(list->n, 0, COUNT(list->found) - 1);
	list->found[list->n++] = *disabled;
	return 0;
}

static struct list list_disabled(struct world *world)
{
	struct list list = { 0 };

	assert_int_equal(
		tokens_list_disabled(world->tokens, &root, take, &list, &world->refusal), PAT_OK);
	return list;
}

static void tokens_of_disabled_user_are_denied_until_enable(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made old = world_generate(world, &alice, "phone"), new;
	struct made bobs = world_generate(world, &bob, "bob's");

	new = world_rotate(world, &old, DAY);
	assert_int_equal(disable(world, "alice", "left us"), PAT_OK);
	for (int restarted = 0; restarted < 2; restarted++) {
		assert_int_equal(world_log_in(world, &alice, &made), PAT_DISABLED);
		assert_int_equal(world_log_in(world, &alice, &new), PAT_DISABLED);
		assert_int_equal(world_log_in(world, &alice, &old), PAT_DISABLED);
		assert_int_equal(world_state(world, &made), TOKEN_DISABLED);
		assert_int_equal(world_log_in(world, &bob, &bobs), PAT_ACCEPTED);
		assert_int_equal(world_state(world, &bobs), TOKEN_ACTIVE);
		world_restart(world);
	}
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &alice, &old), PAT_ACCEPTED);
	assert_int_equal(world_state(world, &made), TOKEN_ACTIVE);
}

/* A name given anew does not bring tokens back. */
static void user_is_disabled_by_name(void **state)
{
	static const struct caller heir = { .uid = 2000, .user = "alice" };
	struct world *world = *state;
	struct made heirs = world_generate(world, &heir, "laptop");

	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	assert_int_equal(world_log_in(world, &heir, &heirs), PAT_DISABLED);
}

static void disable_all_denies_everybody_and_root(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made roots = world_generate(world, &root, "root's");

	assert_int_equal(disable(world, NULL, "an attack"), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_DISABLED);
	assert_int_equal(world_log_in(world, &root, &roots), PAT_DISABLED);
	assert_int_equal(world_state(world, &roots), TOKEN_DISABLED);
	world_restart(world);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_DISABLED);
	assert_int_equal(enable(world, NULL), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(world_log_in(world, &root, &roots), PAT_ACCEPTED);
}

/* One word does not take back the other. */
static void user_and_everybody_are_enabled_separately(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct made bobs = world_generate(world, &bob, "bob's");

	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	assert_int_equal(disable(world, NULL, NULL), PAT_OK);
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_DISABLED);
	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	assert_int_equal(enable(world, NULL), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_DISABLED);
	assert_int_equal(world_log_in(world, &bob, &bobs), PAT_ACCEPTED);
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

static void generate_for_disabled_user_is_refused(void **state)
{
	static const char *const users[] = { "alice", NULL };
	struct world *world = *state;
	struct token_request request = request_for(&alice, "laptop");

	for (size_t i = 0; i < COUNT(users); i++) {
		struct made made = { .secret = "untouched" };

		assert_int_equal(disable(world, users[i], NULL), PAT_OK);
		assert_int_equal(
			tokens_may_generate(world->tokens, &alice, &request, &world->refusal),
			PAT_ERR_DISABLED);
		assert_int_equal(tokens_generate(world->tokens, &root, &request, &made.token,
					 made.secret, &world->refusal),
			PAT_ERR_DISABLED);
		assert_string_equal(made.secret, "untouched");
		assert_int_equal(enable(world, users[i]), PAT_OK);
	}
	(void)world_generate(world, &alice, "laptop");
}

/* Access can be taken away meanwhile, and a revoke stays when the user comes back. */
static void tokens_of_disabled_user_can_be_revoked(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_REVOKED);
}

static void list_of_disabled_has_user_time_and_reason(void **state)
{
	static const struct caller admin = {
		.uid = 1002, .user = "carol", .granted = 1U << ACTION_MANAGE_OTHERS
	};
	struct world *world = *state;
	struct list list;

	assert_int_equal(list_disabled(world).n, 0);
	assert_int_equal(
		tokens_disable(world->tokens, &admin, "bob", "on leave", &world->refusal), PAT_OK);
	world->time = NOON + 5;
	assert_int_equal(disable(world, NULL, NULL), PAT_OK);
	list = list_disabled(world);
	assert_int_equal(list.n, 2);
	assert_string_equal(list.found[0].user, "");
	assert_string_equal(list.found[0].reason, "");
	assert_int_equal(list.found[0].at, NOON + 5);
	assert_int_equal(list.found[0].by_uid, 0);
	assert_string_equal(list.found[1].user, "bob");
	assert_string_equal(list.found[1].reason, "on leave");
	assert_int_equal(list.found[1].at, NOON);
	assert_int_equal(list.found[1].by_uid, 1002);
	assert_int_equal(enable(world, "bob"), PAT_OK);
	assert_int_equal(enable(world, NULL), PAT_OK);
	assert_int_equal(list_disabled(world).n, 0);
}

/* The first word stands; and there is one entry for what happened once. */
static void second_disable_or_enable_changes_nothing(void **state)
{
	struct world *world = *state;
	uint64_t entries;
	struct list list;

	assert_int_equal(disable(world, "alice", "first"), PAT_OK);
	entries = world_check_history(world);
	world->time = NOON + 5;
	assert_int_equal(disable(world, "alice", "second"), PAT_OK);
	list = list_disabled(world);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.found[0].at, NOON);
	assert_string_equal(list.found[0].reason, "first");
	assert_int_equal(world_check_history(world), entries);
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(world_check_history(world), entries + 1);
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(enable(world, "nobody-we-know"), PAT_OK);
	assert_int_equal(world_check_history(world), entries + 1);
}

static void disable_of_impossible_user_is_refused(void **state)
{
	static char longer[TOKEN_REASON_MAX + 2], user[TOKEN_USER_BYTES_MAX + 2];
	const struct {
		const char *user, *reason;
		enum pat_error error;
	} table[] = {
		{ "a\nb", NULL, PAT_ERR_UNKNOWN_USER },
		{ "\xFF", NULL, PAT_ERR_UNKNOWN_USER },
		{ user, NULL, PAT_ERR_UNKNOWN_USER },
		{ "alice", "", PAT_ERR_INVALID_RESTRICTION },
		{ "alice", "a\tb", PAT_ERR_INVALID_RESTRICTION },
		{ "alice", longer, PAT_ERR_INVALID_RESTRICTION },
	};
	struct world *world = *state;

	memset(longer, 'x', sizeof(longer) - 1);
	memset(user, 'x', sizeof(user) - 1);
	for (size_t i = 0; i < COUNT(table); i++) {
		assert_that(disable(world, table[i].user, table[i].reason) == table[i].error,
			"row %zu", i);
		assert_non_null(world->refusal.why);
	}
	assert_int_equal(list_disabled(world).n, 0);
	assert_int_equal(world_check_history(world), 0);
}

static void failed_write_disables_and_enables_nobody(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	world_trigger(world,
		"CREATE TRIGGER stop BEFORE INSERT ON disabled BEGIN SELECT raise(ABORT, "
		"'no'); END");
	assert_int_equal(disable(world, "alice", NULL), PAT_ERR_STORAGE);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	world_edit(world, "DROP TRIGGER stop");
	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	world_trigger(world,
		"CREATE TRIGGER stop BEFORE DELETE ON disabled BEGIN SELECT raise(ABORT, "
		"'no'); END");
	assert_int_equal(enable(world, "alice"), PAT_ERR_STORAGE);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_DISABLED);
	world_edit(world, "DROP TRIGGER stop");
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	(void)world_check_history(world);
}

/* If it cannot be found out who is disabled, all are. */
static void scope__login_fails_when_disabled_users_cannot_be_read(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	assert_int_equal(disable(world, "bob", NULL), PAT_OK);
	world_edit(world, "ALTER TABLE disabled RENAME TO gone");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_FAILED);
	assert_int_equal(world_state(world, &made), TOKEN_DISABLED);
	world_edit(world, "ALTER TABLE gone RENAME TO disabled");
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
}

struct events {
	unsigned int n;
	char users[8][TOKEN_USER_BYTES_MAX + 1];
};

static void on_event(enum token_event event, const struct token *token, void *userdata)
{
	struct events *events = userdata;

	assert_int_equal(event, TOKEN_BULK_CHANGED);
	assert_between(events->n, 0, COUNT(events->users) - 1);
	(void)strcpy(events->users[events->n++], token->user);
}

static void listeners_are_notified_of_each_token_of_the_user(void **state)
{
	struct world *world = *state;
	struct events events = { 0 };

	(void)world_generate(world, &alice, "one");
	(void)world_generate(world, &alice, "two");
	(void)world_generate(world, &bob, "three");
	world_listen(world, on_event, &events);
	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	assert_int_equal(events.n, 2);
	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	assert_int_equal(events.n, 2);
	assert_int_equal(enable(world, "alice"), PAT_OK);
	assert_int_equal(events.n, 4);
	for (unsigned int i = 0; i < events.n; i++)
		assert_string_equal(events.users[i], "alice");
	/* Of everybody's nothing is: they may be millions. */
	assert_int_equal(disable(world, NULL, NULL), PAT_OK);
	assert_int_equal(events.n, 4);
}

/* ---- who may ---- */

static enum pat_error ask_disable(struct world *world, const struct caller *caller)
{
	return tokens_disable(world->tokens, caller, "alice", NULL, &world->refusal);
}

static enum pat_error ask_enable(struct world *world, const struct caller *caller)
{
	return tokens_enable(world->tokens, caller, "alice", &world->refusal);
}

static enum pat_error ask_disable_all(struct world *world, const struct caller *caller)
{
	return tokens_disable(world->tokens, caller, NULL, NULL, &world->refusal);
}

static enum pat_error ask_enable_all(struct world *world, const struct caller *caller)
{
	return tokens_enable(world->tokens, caller, NULL, &world->refusal);
}

static enum pat_error ask_list(struct world *world, const struct caller *caller)
{
	struct list list = { 0 };

	return tokens_list_disabled(world->tokens, caller, take, &list, &world->refusal);
}

static enum pat_error ask_audit(struct world *world, const struct caller *caller)
{
	struct history_check check = { 0 };

	return tokens_check_history(world->tokens, caller, &check, &world->refusal);
}

static enum pat_error ask_revoke_all(struct world *world, const struct caller *caller)
{
	const struct revocation for_good = { 0 };
	char place[TOKENS_CURSOR_MAX] = "";
	uint32_t count = 0;

	return tokens_revoke_some(
		world->tokens, caller, "alice", 1000, &for_good, place, &count, &world->refusal);
}

/* What each lacks to do it where alice is concerned, or all are. */
static const struct {
	const char *what;
	enum pat_error (*ask)(struct world *world, const struct caller *caller);
	enum operation operation;
	enum action alice, others;
} operations[] = {
	{ "disable", ask_disable, OP_DISABLE, ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
	{ "enable", ask_enable, OP_DISABLE, ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
	{ "disable all", ask_disable_all, OP_DISABLE_ALL, ACTION_SET_POLICY, ACTION_SET_POLICY },
	{ "enable all", ask_enable_all, OP_DISABLE_ALL, ACTION_SET_POLICY, ACTION_SET_POLICY },
	{ "list", ask_list, OP_AUDIT, ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
	{ "check", ask_audit, OP_AUDIT, ACTION_MANAGE_OTHERS, ACTION_MANAGE_OTHERS },
	{ "revoke all", ask_revoke_all, OP_REVOKE, ACTION_NONE, ACTION_MANAGE_OTHERS },
};

static void disable_and_enable_need_the_actions_of_the_table(void **state)
{
	static const struct caller heir = { .uid = 1000, .user = "anna" };
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t i = 0; i < COUNT(operations); i++) {
		const struct {
			const struct caller *caller;
			enum action lacks;
		} callers[] = {
			{ &alice, operations[i].alice },
			{ &bob, operations[i].others },
			{ &heir, operations[i].others },
			{ &root, ACTION_NONE },
		};

		for (size_t c = 0; c < COUNT(callers); c++)
			for (unsigned int action = ACTION_NONE; action < ACTIONS; action++) {
				struct caller caller = *callers[c].caller;
				enum action lacks = callers[c].lacks;
				enum pat_error error;

				caller.granted = action == ACTION_NONE ? 0 : 1U << action;
				if (lacks == (enum action)action)
					lacks = ACTION_NONE;
				world->refusal = (struct refusal) { 0 };
				error = operations[i].ask(world, &caller);
				assert_that(error == (lacks ? PAT_ERR_DENIED : PAT_OK),
					"%s: %s, granted %u: %d", operations[i].what, caller.user,
					action, error);
				assert_that(world->refusal.lacks == lacks, "%s: %s, granted %u",
					operations[i].what, caller.user, action);
				assert_that(lacks == ACTION_NONE || world->refusal.operation ==
									    operations[i].operation,
					"%s: %s", operations[i].what, caller.user);
			}
	}
	assert_int_equal(world_state(world, &made), TOKEN_REVOKED);
}

static void denied_caller_changes_nothing(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	uint64_t entries = world_check_history(world);

	for (size_t i = 0; i < COUNT(operations); i++)
		assert_int_equal(operations[i].ask(world, &bob), PAT_ERR_DENIED);
	assert_int_equal(world_check_history(world), entries);
	assert_int_equal(world_log_in(world, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(disable(world, "alice", NULL), PAT_OK);
	assert_int_equal(disable(world, NULL, NULL), PAT_OK);
	for (size_t i = 0; i < COUNT(operations); i++)
		assert_int_equal(operations[i].ask(world, &bob), PAT_ERR_DENIED);
	assert_int_equal(list_disabled(world).n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(tokens_of_disabled_user_are_denied_until_enable),
		WORLD_TEST(user_is_disabled_by_name),
		WORLD_TEST(disable_all_denies_everybody_and_root),
		WORLD_TEST(user_and_everybody_are_enabled_separately),
		WORLD_TEST(generate_for_disabled_user_is_refused),
		WORLD_TEST(tokens_of_disabled_user_can_be_revoked),
		WORLD_TEST(list_of_disabled_has_user_time_and_reason),
		WORLD_TEST(second_disable_or_enable_changes_nothing),
		WORLD_TEST(disable_of_impossible_user_is_refused),
		WORLD_TEST(failed_write_disables_and_enables_nobody),
		WORLD_TEST(scope__login_fails_when_disabled_users_cannot_be_read),
		WORLD_TEST(listeners_are_notified_of_each_token_of_the_user),
		WORLD_TEST(disable_and_enable_need_the_actions_of_the_table),
		WORLD_TEST(denied_caller_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
