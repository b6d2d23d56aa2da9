/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes bring into the history of all that happens: each once, by whom and how. */
#include "patd/tokens/tokens_private.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/world.h"

static const struct caller granted = { .uid = 1000,
	.user = "alice",
	.granted = 1U << ACTION_GENERATE_OWN | 1U << ACTION_RESTORE_OWN | 1U << ACTION_ROTATE_OWN };
static const struct caller admin = { .uid = 1002,
	.user = "carol",
	.granted = 1U << ACTION_MANAGE_OTHERS | 1U << ACTION_SET_POLICY };

static enum pat_error do_revoke(struct world *world, const struct caller *caller, const char *id)
{
	const struct revocation lost = { .reason = "lost" };

	return tokens_revoke(world->tokens, caller, id, &lost, &world->refusal);
}

static enum pat_error do_suspend(struct world *world, const struct caller *caller, const char *id)
{
	const struct revocation trip = { .for_a_while = true, .seconds = 60, .reason = "trip" };

	return tokens_revoke(world->tokens, caller, id, &trip, &world->refusal);
}

static enum pat_error do_restore(struct world *world, const struct caller *caller, const char *id)
{
	return tokens_restore(world->tokens, caller, id, &world->refusal);
}

static enum pat_error do_rename(struct world *world, const struct caller *caller, const char *id)
{
	return tokens_rename(world->tokens, caller, id, "phone", &world->refusal);
}

static enum pat_error do_rotate(struct world *world, const struct caller *caller, const char *id)
{
	char secret[PAT_TOKEN_LEN + 1];

	return tokens_rotate(
		world->tokens, caller, id, &(struct rotation) { 0 }, secret, &world->refusal);
}

static enum pat_error do_delete(struct world *world, const struct caller *caller, const char *id)
{
	return tokens_delete(world->tokens, caller, id, &world->refusal);
}

static enum pat_error do_disable(struct world *world, const struct caller *caller, const char *id)
{
	(void)id;
	return tokens_disable(world->tokens, caller, "alice", "on leave", &world->refusal);
}

static enum pat_error do_enable(struct world *world, const struct caller *caller, const char *id)
{
	(void)id;
	return tokens_enable(world->tokens, caller, "alice", &world->refusal);
}

static enum pat_error do_disable_all(
	struct world *world, const struct caller *caller, const char *id)
{
	(void)id;
	return tokens_disable(world->tokens, caller, NULL, NULL, &world->refusal);
}

static enum pat_error do_enable_all(
	struct world *world, const struct caller *caller, const char *id)
{
	(void)id;
	return tokens_enable(world->tokens, caller, NULL, &world->refusal);
}

/* One after the other, with alice's token laptop; ten seconds between them. */
static const struct {
	const char *what;
	enum pat_error (*change)(struct world *world, const struct caller *caller, const char *id);
	const struct caller *caller;
	enum entry_event event;
	enum entry_how how;
	const char *user, *name, *detail; /* name NULL: it is about no token */
} changes[] = {
	{ "revoke", do_revoke, &alice, ENTRY_REVOKED, ENTRY_OWNER, "alice", "laptop", "lost" },
	{ "restore", do_restore, &granted, ENTRY_RESTORED, ENTRY_PASSWORD, "alice", "laptop", "" },
	{ "suspend", do_suspend, &root, ENTRY_SUSPENDED, ENTRY_ROOT, "alice", "laptop", "trip" },
	{ "restore", do_restore, &admin, ENTRY_RESTORED, ENTRY_PASSWORD, "alice", "laptop", "" },
	{ "rotate", do_rotate, &granted, ENTRY_ROTATED, ENTRY_PASSWORD, "alice", "laptop", "" },
	{ "rotate", do_rotate, &root, ENTRY_ROTATED, ENTRY_ROOT, "alice", "laptop", "" },
	{ "disable", do_disable, &admin, ENTRY_DISABLED, ENTRY_PASSWORD, "alice", NULL,
		"on leave" },
	{ "enable", do_enable, &root, ENTRY_ENABLED, ENTRY_ROOT, "alice", NULL, "" },
	{ "disable all", do_disable_all, &root, ENTRY_DISABLED, ENTRY_ROOT, "", NULL, "" },
	{ "enable all", do_enable_all, &admin, ENTRY_ENABLED, ENTRY_PASSWORD, "", NULL, "" },
	{ "rename", do_rename, &alice, ENTRY_RENAMED, ENTRY_OWNER, "alice", "phone", "laptop" },
	{ "suspend", do_suspend, &alice, ENTRY_SUSPENDED, ENTRY_OWNER, "alice", "phone", "trip" },
	{ "revoke", do_revoke, &root, ENTRY_REVOKED, ENTRY_ROOT, "alice", "phone", "lost" },
	{ "delete", do_delete, &alice, ENTRY_DELETED, ENTRY_OWNER, "alice", "phone", "" },
};

static void each_change_writes_one_entry(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");

	for (size_t i = 0; i < COUNT(changes); i++) {
		uint64_t entries = world_check_history(world);
		struct entry entry;

		world->time += 10;
		world->refusal.why = NULL;
		assert_that(
			changes[i].change(world, changes[i].caller, made.token.id.text) == PAT_OK,
			"%s: %s", changes[i].what, world->refusal.why);
		assert_that(world_check_history(world) == entries + 1, "%s", changes[i].what);
		entry = world_last_entry(world);
		assert_that(entry.seq == entries + 1, "%s", changes[i].what);
		assert_that(entry.at == world->time, "%s", changes[i].what);
		assert_that(entry.event == changes[i].event, "%s: %s", changes[i].what,
			entry_event_text(entry.event));
		assert_that(entry.how == changes[i].how, "%s: %s", changes[i].what,
			entry_how_text(entry.how));
		assert_that(entry.by_uid == changes[i].caller->uid, "%s", changes[i].what);
		assert_string_equal(entry.detail, changes[i].detail);
		if (changes[i].name) {
			assert_entry_is_of(&entry, &made);
			assert_string_equal(entry.name, changes[i].name);
		} else {
			assert_string_equal(entry.id.text, "");
			assert_string_equal(entry.name, "");
			assert_string_equal(entry.user, changes[i].user);
			assert_int_equal(entry.uid, 0);
		}
		assert_string_equal(entry.service, "");
		assert_string_equal(entry.rhost, "");
		assert_string_equal(entry.tty, "");
		assert_int_equal(entry.result, 0);
		assert_false(entry.new_service || entry.new_network || entry.unrecorded);
	}
}

static void generate_writes_its_entry(void **state)
{
	static const struct {
		const struct caller *caller, *owner;
		enum entry_how how;
	} table[] = {
		{ &root, &alice, ENTRY_ROOT },
		{ &root, &root, ENTRY_ROOT },
		{ &granted, &alice, ENTRY_PASSWORD },
		{ &admin, &bob, ENTRY_PASSWORD },
	};
	struct world *world = *state;

	for (size_t i = 0; i < COUNT(table); i++) {
		struct token_request token_request = request_for(table[i].owner, "laptop");
		struct entry entry;
		struct made made;

		token_request.name = i == 0 ? "first" : "laptop";
		assert_int_equal(tokens_generate(world->tokens, table[i].caller, &token_request,
					 &made.token, made.secret, &world->refusal),
			PAT_OK);
		entry = world_last_entry(world);
		assert_int_equal(entry.seq, i + 1);
		assert_int_equal(entry.event, ENTRY_GENERATED);
		assert_int_equal(entry.how, table[i].how);
		assert_int_equal(entry.by_uid, table[i].caller->uid);
		assert_int_equal(made.token.created_by, table[i].caller->uid);
		assert_entry_is_of(&entry, &made);
		assert_string_equal(entry.name, token_request.name);
	}
	assert_int_equal(world_check_history(world), COUNT(table));
}

static void call_without_effect_writes_no_entry(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "phone");
	struct token_request again = request_for(&alice, "phone");
	struct made other;
	uint64_t entries;

	assert_int_equal(world_revoke(world, &made), PAT_OK);
	entries = world_check_history(world);
	assert_int_equal(world_revoke(world, &made), PAT_OK);
	assert_int_equal(world_suspend(world, &made, 60), PAT_OK);
	assert_int_equal(do_rename(world, &alice, made.token.id.text), PAT_OK);
	assert_int_equal(do_rotate(world, &root, made.token.id.text), PAT_ERR_NOT_ACTIVE);
	assert_int_equal(do_restore(world, &bob, made.token.id.text), PAT_ERR_DENIED);
	assert_int_equal(do_delete(world, &root, "0000000000"), PAT_ERR_NOT_FOUND);
	assert_int_equal(tokens_generate(world->tokens, &root, &again, &other.token, other.secret,
				 &world->refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(do_enable(world, &root, NULL), PAT_OK);
	assert_int_equal(world_check_history(world), entries);
}

static void delete_of_damaged_token_writes_an_entry(void **state)
{
	struct world *world = *state;
	struct made made = world_generate(world, &alice, "laptop");
	struct entry entry;

	world_edit(world, "UPDATE token SET mac = x'00'");
	assert_int_equal(world_delete(world, &made), PAT_OK);
	entry = world_last_entry(world);
	assert_int_equal(entry.event, ENTRY_DELETED);
	assert_string_equal(entry.id.text, made.token.id.text);
	assert_int_equal(world_check_history(world), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_change_writes_one_entry),
		WORLD_TEST(generate_writes_its_entry),
		WORLD_TEST(call_without_effect_writes_no_entry),
		WORLD_TEST(delete_of_damaged_token_writes_an_entry),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
