/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An issuer: the numbers of its rows, and its keys. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

static void on_changed(uint64_t last, void *userdata)
{
	*(uint64_t *)userdata = last;
}

static void each_change_takes_the_next_number(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct refusal *refusal = &worlds->issuer.refusal;
	struct tokens *tokens = worlds->issuer.tokens;
	uint64_t told = 0;
	const struct fleet_listener listener = { .changed = on_changed, .userdata = &told };
	struct token_update update = { .has_lifetime = true, .lifetime = DAY };
	struct made one, two;

	tokens_fleet_listen(tokens, &listener);
	one = fleet_generate(worlds, "one");
	assert_int_equal(told, 1);
	two = fleet_generate(worlds, "two");
	assert_int_equal(tokens_rename(tokens, &root, one.token.id.text, "x", refusal), PAT_OK);
	assert_int_equal(tokens_set(tokens, &root, two.token.id.text, &update, refusal), PAT_OK);
	assert_int_equal(world_suspend(&worlds->issuer, &two, 60), PAT_OK);
	assert_int_equal(world_restore(&worlds->issuer, &two), PAT_OK);
	(void)world_rotate(&worlds->issuer, &two, 60);
	assert_int_equal(world_revoke(&worlds->issuer, &one), PAT_OK);
	assert_int_equal(world_delete(&worlds->issuer, &one), PAT_OK);
	assert_int_equal(told, 9);
	assert_int_equal(fleet_last_of(worlds), 9);
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(worlds->parcel.n, 2);
	assert_int_equal(worlds->parcel.rows[0].row.number, 7);
	assert_int_equal(worlds->parcel.rows[1].row.number, 9);
	assert_int_equal(worlds->parcel.rows[1].row.kind, FLEET_ROW_DELETED);
	world_restart(&worlds->issuer);
	assert_int_equal(fleet_last_of(worlds), 9);
}

static void name_of_a_token_that_the_user_sees_is_no_new_name(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct refusal *refusal = &worlds->issuer.refusal;
	struct tokens *tokens = worlds->issuer.tokens;
	struct made made = fleet_generate(worlds, "fleet");
	struct made local = world_generate(&worlds->issuer, &alice, "local");

	assert_int_equal(tokens_rename(tokens, &root, local.token.id.text, "fleet", refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(tokens_rename(tokens, &root, made.token.id.text, "local", refusal),
		PAT_ERR_NAME_TAKEN);
	assert_int_equal(
		tokens_rename(tokens, &root, made.token.id.text, "other", refusal), PAT_OK);
}

static void user_whose_name_would_end_a_list_has_no_fleet_token(void **state)
{
	static const char *const users[] = { "a:b", "a/b", "a b" };
	struct fleet_worlds *worlds = *state;
	struct caller caller = alice;
	char secret[PAT_TOKEN_LEN + 1];
	struct fleet_row row;
	struct token token = fleet_generate(worlds, "laptop").token;

	for (size_t i = 0; i < COUNT(users); i++) {
		struct token_request request;

		assert_true(pat_field_set(caller.user, sizeof(caller.user), users[i]));
		request = request_for(&caller, "laptop");
		request.fleet = true;
		assert_int_equal(tokens_generate(worlds->issuer.tokens, &root, &request, &token,
					 secret, &worlds->issuer.refusal),
			PAT_ERR_UNKNOWN_USER);
		fleet_row_of(&token, &row);
		assert_null(fleet_row_problem(&row));
		(void)strcpy(row.user, users[i]);
		assert_non_null(fleet_row_problem(&row));
	}
}

static void what_is_not_signed_takes_no_number(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	const struct token_update note = { .note = "for people" };
	struct made local = world_generate(&worlds->issuer, &alice, "local");

	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
	assert_int_equal(tokens_set(worlds->issuer.tokens, &root, made.token.id.text, &note,
				 &worlds->issuer.refusal),
		PAT_OK);
	assert_int_equal(world_revoke(&worlds->issuer, &local), PAT_OK);
	assert_int_equal(world_delete(&worlds->issuer, &local), PAT_OK);
	assert_int_equal(fleet_last_of(worlds), 1);
	fleet_sync(worlds);
	assert_string_equal(world_find(&worlds->member, &made).note, "");
}

static void same_row_is_signed_the_same(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct parcel again;

	(void)fleet_generate(worlds, "laptop");
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	world_restart(&worlds->issuer);
	fleet_sign(&worlds->issuer, 0, &again);
	assert_int_equal(again.rows[0].len, worlds->parcel.rows[0].len);
	assert_memory_equal(again.rows[0].bytes, worlds->parcel.rows[0].bytes, again.rows[0].len);
}

static void change_that_fails_takes_no_number(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	world_disk(false);
	assert_int_not_equal(tokens_rename(worlds->issuer.tokens, &root, made.token.id.text, "x",
				     &worlds->issuer.refusal),
		PAT_OK);
	world_disk(true);
	assert_int_equal(fleet_last_of(worlds), 1);
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
}

static void integrity__altered_row_is_not_signed(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	(void)fleet_generate(worlds, "other");
	world_edit(&worlds->issuer, "UPDATE token SET expires_at = 0 WHERE name = 'laptop'");
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(worlds->parcel.n, 1);
	assert_string_equal(worlds->parcel.rows[0].row.name, "other");
	/* To be rid of it is all that is left: then it is gone everywhere. */
	assert_int_equal(world_delete(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).last, 3);
}

static void integrity__deleted_row_that_was_altered_is_deleted_everywhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop"), local;

	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	/* Whatever is made of its issuer and its version. */
	world_edit(&worlds->issuer, "UPDATE token SET issuer = '', number = 0");
	assert_int_equal(world_delete(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	/* A local one, which was altered, is none of the fleet's. */
	local = world_generate(&worlds->issuer, &alice, "local");
	world_edit(&worlds->issuer, "UPDATE token SET expires_at = 0 WHERE name = 'local'");
	assert_int_equal(world_delete(&worlds->issuer, &local), PAT_OK);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
}

static void integrity__each_deleted_row_that_was_altered_is_deleted_everywhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made[3];
	struct parcel hub;

	for (size_t i = 0; i < COUNT(made); i++)
		made[i] = fleet_generate(worlds, i == 0 ? "one" : i == 1 ? "two" : "three");
	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	world_edit(issuer, "UPDATE token SET expires_at = 0 WHERE name <> 'three'");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(world_delete(issuer, &made[i]), PAT_OK);
		/* Nor does what the hub still has bring it back. */
		assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
		assert_int_equal(world_log_in(issuer, &alice, &made[i]), PAT_WRONG);
		fleet_sync(worlds);
		assert_true(fleet_state(&worlds->member, ISSUER).complete);
		assert_int_equal(fleet_log_in(worlds, &made[i]), PAT_WRONG);
	}
	assert_int_equal(fleet_log_in(worlds, &made[2]), PAT_ACCEPTED);
}

static void numbers_go_on_where_the_ledger_was_altered(void **state)
{
	struct fleet_worlds *worlds = *state;

	(void)fleet_generate(worlds, "one");
	(void)fleet_generate(worlds, "two");
	world_stop(&worlds->issuer);
	world_edit(&worlds->issuer, "UPDATE fleet_issuer SET number = 0");
	world_start(&worlds->issuer);
	assert_int_equal(fleet_last_of(worlds), 2);
	(void)fleet_generate(worlds, "three");
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 3);
}

static void only_root_changes_the_key(void **state)
{
	struct fleet_worlds *worlds = *state;
	static const struct caller bus = { .user = "root", .by_front = true };
	struct refusal refusal;

	assert_int_equal(
		tokens_fleet_new_key(worlds->issuer.tokens, &bus, &refusal), PAT_ERR_DENIED);
	assert_int_equal(
		tokens_fleet_new_key(worlds->issuer.tokens, &alice, &refusal), PAT_ERR_DENIED);
	assert_int_equal(
		tokens_fleet_new_key(worlds->member.tokens, &root, &refusal), PAT_ERR_NOT_ISSUER);
}

static void new_key_signs_the_same_rows(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one");
	struct issuer *trusted = &worlds->member.policy.issuers[0];
	uint8_t next[FLEET_PUBLIC_KEY_LEN], key[FLEET_PUBLIC_KEY_LEN];
	struct parcel before;

	fleet_sync(worlds);
	fleet_sign(&worlds->issuer, 0, &before);
	assert_int_equal(tokens_fleet_next_key(worlds->issuer.tokens, next), 0);
	fleet_new_key(worlds);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, key), 0);
	assert_memory_equal(key, next, sizeof(key));
	/* Of a key that is not known here nothing is taken. */
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(worlds->parcel.n, 1);
	assert_int_equal(worlds->parcel.rows[0].len, before.rows[0].len);
	assert_memory_equal(worlds->parcel.rows[0].bytes, before.rows[0].bytes,
		before.rows[0].len - FLEET_SIGNATURE_LEN);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), -EBADMSG);
	worlds_trust(&worlds->member, &worlds->issuer);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).last, 1);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	/* The former one is not needed any more. */
	trusted->keys[0] = trusted->keys[1];
	trusted->keys_n = 1;
	world_apply_policy(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	assert_int_equal(fleet_last_of(worlds), 1);
}

/* What it has signed is good again when another key has signed a heartbeat. */
static void fleet__heartbeat_of_a_key_that_is_trusted_no_more_is_stale(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct issuer *trusted = &worlds->member.policy.issuers[0];

	fleet_sync(worlds);
	fleet_new_key(worlds);
	worlds_trust(&worlds->member, &worlds->issuer);
	trusted->keys[0] = trusted->keys[1];
	trusted->keys_n = 1;
	world_apply_policy(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

/* Whoever has it made a token, which came before the key was taken out. */
static void fleet__token_of_a_stolen_key_ends_with_the_key(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct issuer *trusted = &worlds->member.policy.issuers[0];
	struct made made = fleet_generate(worlds, "laptop"), forged;

	fleet_sync(worlds);
	fleet_keep_backup(&worlds->issuer);
	forged = fleet_generate(worlds, "forged");
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &forged), PAT_ACCEPTED);
	fleet_restore_backup(&worlds->issuer);
	fleet_new_key(worlds);
	worlds_trust(&worlds->member, &worlds->issuer);
	trusted->keys[0] = trusted->keys[1];
	trusted->keys_n = 1;
	world_apply_policy(&worlds->member);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &forged), PAT_STALE);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &forged), PAT_WRONG);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	/* Nor does its issuer take over what a former key of its own has signed. */
	assert_int_equal(fleet_put(&worlds->issuer, ISSUER, &worlds->parcel), 0);
}

static void token_that_is_restored_within_a_second_is_restored_everywhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(world_restore(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_false(world_find(&worlds->member, &made).held);
}

/* Whatever the hub gives back of it. */
static void integrity__altered_row_stays_until_it_is_deleted(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop"),
		    other = fleet_generate(worlds, "other");
	struct parcel hub;

	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	world_edit(issuer, "UPDATE token SET expires_at = 0 WHERE name = 'laptop'");
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_WRONG);
	assert_int_equal(fleet_last_of(worlds), 2);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &other), PAT_ACCEPTED);
	assert_int_equal(world_delete(issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
}

/* A use takes no number; what it changes of the row goes out when the row is signed anew. */
static void former_secret_that_a_use_has_ended_ends_everywhere(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop"), rotated;

	rotated = world_rotate(issuer, &made, 3600);
	assert_int_equal(world_log_in(issuer, &alice, &rotated), PAT_ACCEPTED);
	world_restart(issuer);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_last_of(worlds), 3);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_ACCEPTED);
	world_restart(issuer);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_last_of(worlds), 3);
}

/* As one of a machine that is none: of that nothing goes to the hub. */
static void fleet_goes_on_after_an_issuer_without_a_name_deleted_a_token(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct parcel hub;

	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	for (unsigned int i = 0; i < 2; i++) {
		worlds_name(issuer, "", "issuer1.example");
		assert_int_equal(world_delete(issuer, &one), PAT_OK);
		worlds_name(issuer, ISSUER, "issuer1.example");
		/* What patd does when it starts. */
		if (i == 1) {
			world_restart(issuer);
			tokens_record_restore(issuer->tokens);
		}
		/* A member says that it lacks rows, and the issuer reads what the hub has. */
		assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
		fleet_refetch(worlds);
		assert_true(fleet_state(&worlds->member, ISSUER).complete);
		assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
		assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(each_change_takes_the_next_number),
		WORLDS_TEST(name_of_a_token_that_the_user_sees_is_no_new_name),
		WORLDS_TEST(user_whose_name_would_end_a_list_has_no_fleet_token),
		WORLDS_TEST(what_is_not_signed_takes_no_number),
		WORLDS_TEST(same_row_is_signed_the_same),
		WORLDS_TEST(change_that_fails_takes_no_number),
		WORLDS_TEST(integrity__altered_row_is_not_signed),
		WORLDS_TEST(integrity__deleted_row_that_was_altered_is_deleted_everywhere),
		WORLDS_TEST(integrity__each_deleted_row_that_was_altered_is_deleted_everywhere),
		WORLDS_TEST(numbers_go_on_where_the_ledger_was_altered),
		WORLDS_TEST(only_root_changes_the_key),
		WORLDS_TEST(new_key_signs_the_same_rows),
		WORLDS_TEST(fleet__heartbeat_of_a_key_that_is_trusted_no_more_is_stale),
		WORLDS_TEST(fleet__token_of_a_stolen_key_ends_with_the_key),
		WORLDS_TEST(token_that_is_restored_within_a_second_is_restored_everywhere),
		WORLDS_TEST(integrity__altered_row_stays_until_it_is_deleted),
		WORLDS_TEST(former_secret_that_a_use_has_ended_ends_everywhere),
		WORLDS_TEST(fleet_goes_on_after_an_issuer_without_a_name_deleted_a_token),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
