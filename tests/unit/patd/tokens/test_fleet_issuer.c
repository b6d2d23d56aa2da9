/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An issuer: the numbers of its rows, its keys, and its return from a backup. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

static uint64_t last_of(struct fleet_worlds *worlds)
{
	return tokens_fleet_last(worlds->issuer.tokens);
}

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
	assert_int_equal(last_of(worlds), 9);
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(worlds->parcel.n, 2);
	assert_int_equal(worlds->parcel.rows[0].row.number, 7);
	assert_int_equal(worlds->parcel.rows[1].row.number, 9);
	assert_int_equal(worlds->parcel.rows[1].row.kind, FLEET_ROW_DELETED);
	world_restart(&worlds->issuer);
	assert_int_equal(last_of(worlds), 9);
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
	assert_int_equal(last_of(worlds), 1);
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
	assert_int_equal(last_of(worlds), 1);
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
	assert_int_equal(last_of(worlds), 2);
	(void)fleet_generate(worlds, "three");
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 3);
}

/* --- machines that go back --- */

static void keep_backup(struct world *world)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", place_path(&world->place, "backup"));
	world_edit(world, sql);
}

static void restore_backup(struct world *world)
{
	char from[sizeof(world->place.path)];

	world_stop(world);
	(void)strcpy(from, place_path(&world->place, "backup"));
	assert_int_equal(rename(from, place_path(&world->place, "patd.db")), 0);
	(void)unlink(place_path(&world->place, "usage"));
	world_start(world);
}

/* --- keys --- */

static void new_key(struct fleet_worlds *worlds)
{
	assert_int_equal(
		tokens_fleet_new_key(worlds->issuer.tokens, &root, &worlds->issuer.refusal),
		PAT_OK);
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
	assert_int_equal(tokens_fleet_new_key(worlds->member.tokens, &root, &refusal),
		PAT_ERR_AGAINST_POLICY);
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
	new_key(worlds);
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
	assert_int_equal(last_of(worlds), 1);
}

/* What it has signed is good again when another key has signed a heartbeat. */
static void fleet__heartbeat_of_a_key_that_is_trusted_no_more_is_stale(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct issuer *trusted = &worlds->member.policy.issuers[0];

	fleet_sync(worlds);
	new_key(worlds);
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
	keep_backup(&worlds->issuer);
	forged = fleet_generate(worlds, "forged");
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &forged), PAT_ACCEPTED);
	restore_backup(&worlds->issuer);
	new_key(worlds);
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

/* --- backups --- */

static void restored_issuer_takes_over_what_the_hub_kept(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two"), three;
	struct parcel hub;

	assert_int_equal(world_revoke(&worlds->issuer, &two), PAT_OK);
	keep_backup(&worlds->issuer);
	assert_int_equal(world_revoke(&worlds->issuer, &one), PAT_OK);
	assert_int_equal(world_delete(&worlds->issuer, &two), PAT_OK);
	three = fleet_generate(worlds, "three");
	fleet_sync(worlds);
	fleet_sign(&worlds->issuer, 0, &hub);
	restore_backup(&worlds->issuer);
	assert_int_equal(last_of(worlds), 3);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &one), PAT_ACCEPTED);

	assert_int_equal(fleet_put(&worlds->issuer, ISSUER, &hub), 0);
	assert_int_equal(last_of(worlds), 6);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &one), PAT_REVOKED);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &two), PAT_WRONG);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &three), PAT_ACCEPTED);
	assert_int_equal(world_find(&worlds->issuer, &one).uid, alice.uid);
	/* Of what is new nobody knows the uid. */
	assert_int_equal(world_find(&worlds->issuer, &three).uid, TOKEN_UID_ANY);
	/* And goes on where it was. */
	assert_int_equal(world_revoke(&worlds->issuer, &three), PAT_OK);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).last, 7);
	assert_int_equal(fleet_log_in(worlds, &three), PAT_REVOKED);
}

/* Else two versions would have one number. */
static void restored_issuer_signs_nothing_new_before_the_hub_was_asked(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct token_request request = request_for(&alice, "new");
	char secret[PAT_TOKEN_LEN + 1];
	struct token token;

	place_write(&issuer->place, "was-restored", 0600, "", 0);
	tokens_record_restore(issuer->tokens);
	request.fleet = true;
	/* Without a hub there is nobody to ask. */
	assert_int_equal(
		tokens_generate(issuer->tokens, &root, &request, &token, secret, &issuer->refusal),
		PAT_OK);
	(void)strcpy(issuer->policy.hub, "host=/run/postgresql");
	world_apply_policy(issuer);
	world_restart(issuer);
	request.name = "newer";
	assert_int_equal(
		tokens_generate(issuer->tokens, &root, &request, &token, secret, &issuer->refusal),
		PAT_ERR_BUSY);
	assert_int_equal(
		tokens_rename(issuer->tokens, &root, made.token.id.text, "x", &issuer->refusal),
		PAT_ERR_BUSY);
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	request.fleet = false;
	assert_int_equal(
		tokens_generate(issuer->tokens, &root, &request, &token, secret, &issuer->refusal),
		PAT_OK);
	/* Whoever asks for a heartbeat has asked the hub. */
	(void)fleet_beat_of(issuer);
	assert_int_equal(world_restore(issuer, &made), PAT_OK);
}

static void restored_issuer_knows_keys_that_it_took_since(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	uint8_t before[FLEET_PUBLIC_KEY_LEN], after[FLEET_PUBLIC_KEY_LEN];
	struct parcel hub;

	keep_backup(&worlds->issuer);
	new_key(worlds);
	new_key(worlds);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, before), 0);
	fleet_sign(&worlds->issuer, 0, &hub);
	restore_backup(&worlds->issuer);
	assert_int_equal(fleet_put(&worlds->issuer, ISSUER, &hub), 0);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, after), 0);
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(last_of(worlds), 1);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
}

/* The hub was lost, too: members take what its issuer says now, when they have all of it. */
static void fleet__number_that_is_given_twice_is_no_way_in(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one, two, three;

	three = fleet_generate(worlds, "three");
	keep_backup(&worlds->issuer);
	one = fleet_generate(worlds, "one");
	fleet_sync(worlds);
	restore_backup(&worlds->issuer);
	two = fleet_generate(worlds, "two");
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_STALE);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_WRONG);
	assert_int_equal(fleet_log_in(worlds, &three), PAT_STALE);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_WRONG);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &three), PAT_ACCEPTED);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).number, 2);
}

/* In another life of the issuer, whose numbers then went on past it. */
static void what_is_not_put_anew_is_forgotten(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), ghost;
	struct refusal *refusal = &worlds->issuer.refusal;

	keep_backup(&worlds->issuer);
	ghost = fleet_generate(worlds, "ghost");
	fleet_sync(worlds);
	restore_backup(&worlds->issuer);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(tokens_rename(worlds->issuer.tokens, &root, one.token.id.text,
					 i == 0 ? "x" : "y", refusal),
			PAT_OK);
	fleet_sync(worlds);
	assert_false(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &ghost), PAT_STALE);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &ghost), PAT_WRONG);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
}

/* --- two lives --- */

/* As patctl restore-backup does, so that patd knows of it. */
static void restore_and_record(struct world *issuer)
{
	restore_backup(issuer);
	place_write(&issuer->place, "was-restored", 0600, "", 0);
	tokens_record_restore(issuer->tokens);
}

/* A hub that gives what the issuer signed before a restore in place of what it signed after it. */
static void fleet__row_of_a_former_life_hides_no_revocation(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer, *member = &worlds->member;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct parcel former, first;
	struct signed_beat beat;

	keep_backup(issuer);
	assert_int_equal(
		tokens_rename(issuer->tokens, &root, one.token.id.text, "x", &issuer->refusal),
		PAT_OK);
	fleet_sync(worlds);
	fleet_sign(issuer, 2, &former);
	assert_string_equal(former.rows[0].row.id.text, one.token.id.text);
	restore_and_record(issuer);
	fleet_sign(issuer, 0, &first);
	assert_int_equal(world_revoke(issuer, &two), PAT_OK);
	beat = fleet_beat_of(issuer);
	assert_int_equal(beat.beat.last, former.rows[0].row.number);

	/* Nothing but the heartbeat; then the first version of what was revoked, and the other. */
	assert_int_equal(fleet_put_beat(member, ISSUER, &beat), 0);
	assert_false(fleet_state(member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_STALE);
	assert_int_equal(tokens_fleet_begin_again(member->tokens, ISSUER), 0);
	assert_int_equal(fleet_put_row(member, ISSUER, &first, 1), 0);
	assert_int_equal(fleet_put(member, ISSUER, &former), 0);
	assert_int_equal(fleet_put_beat(member, ISSUER, &beat), 0);
	assert_false(fleet_state(member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_STALE);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_STALE);
	world_restart(member);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_STALE);

	fleet_refetch(worlds);
	assert_true(fleet_state(member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
}

/* The backup and the hub have forgotten it; a member has not, and asks for it again. */
static void fleet__revocation_that_a_restored_issuer_lost_is_held(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer, *member = &worlds->member;
	struct made made = fleet_generate(worlds, "laptop"), ghost;

	worlds_wait(worlds, 1);
	keep_backup(issuer);
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	ghost = fleet_generate(worlds, "ghost");
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &ghost), PAT_ACCEPTED);
	restore_and_record(issuer);
	fleet_refetch(worlds);
	assert_true(fleet_state(member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_true(world_find(member, &made).held);
	assert_int_equal(fleet_log_in(worlds, &ghost), PAT_WRONG);
	assert_int_equal(
		tokens_fleet_revoke_for(issuer->tokens, "web1", &made.token.id, "lost"), 0);
	fleet_sync(worlds);
	assert_false(world_find(member, &made).held);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
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

/* What was revoked before the hub was asked stays so, whatever the hub has of it. */
static void fleet__take_over_restores_nothing(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct refusal *refusal = &issuer->refusal;
	struct parcel hub;

	keep_backup(issuer);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(tokens_rename(issuer->tokens, &root, made.token.id.text,
					 i == 0 ? "x" : "y", refusal),
			PAT_OK);
	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	restore_and_record(issuer);
	worlds_wait(worlds, 1);
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_REVOKED);
	assert_string_equal(world_find(issuer, &made).name, "y");
	assert_false(world_find(issuer, &made).held);
	assert_int_equal(last_of(worlds), 4);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
}

/* As after a snapshot of the machine, of which patd knows nothing: its numbers went on. */
static void fleet__row_taken_over_late_takes_a_number_of_its_own(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made one, two;
	struct parcel hub;

	keep_backup(issuer);
	one = fleet_generate(worlds, "one");
	fleet_sign(issuer, 0, &hub);
	restore_backup(issuer);
	two = fleet_generate(worlds, "two");
	assert_int_equal(last_of(worlds), 1);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(last_of(worlds), 2);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
	/* Once is enough. */
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(last_of(worlds), 2);
}

/* What is revoked, suspended or deleted while nobody knows what the hub has. */
static void fleet__take_over_undoes_nothing_that_was_done_since(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made deleted = fleet_generate(worlds, "deleted"),
		    suspended = fleet_generate(worlds, "suspended");
	struct token_update update = { .has_lifetime = true };
	struct parcel hub;

	keep_backup(issuer);
	for (uint64_t i = 1; i < 5; i++) {
		update.lifetime = i * DAY;
		assert_int_equal(tokens_set(issuer->tokens, &root, deleted.token.id.text, &update,
					 &issuer->refusal),
			PAT_OK);
		assert_int_equal(tokens_set(issuer->tokens, &root, suspended.token.id.text, &update,
					 &issuer->refusal),
			PAT_OK);
	}
	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	restore_and_record(issuer);
	worlds_wait(worlds, 1);
	assert_int_equal(world_revoke(issuer, &deleted), PAT_OK);
	assert_int_equal(world_delete(issuer, &deleted), PAT_OK);
	assert_int_equal(world_suspend(issuer, &suspended, 3600), PAT_OK);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
		assert_int_equal(world_log_in(issuer, &alice, &deleted), PAT_WRONG);
		assert_int_equal(world_log_in(issuer, &alice, &suspended), PAT_REVOKED);
	}
	/* The hub has had some of these numbers. */
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &deleted), PAT_WRONG);
	assert_int_equal(fleet_log_in(worlds, &suspended), PAT_REVOKED);
	worlds_wait(worlds, 3600);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &suspended), PAT_ACCEPTED);
}

/* As after a snapshot of the machine: the secret of the former life has leaked, say. */
static void fleet__take_over_brings_no_former_secret_back(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop"), rotated;
	struct parcel hub;

	keep_backup(issuer);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(tokens_rename(issuer->tokens, &root, made.token.id.text,
					 i == 0 ? "x" : "y", &issuer->refusal),
			PAT_OK);
	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	restore_backup(issuer);
	rotated = world_rotate(issuer, &made, 0);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_ROTATED);
	assert_int_equal(world_log_in(issuer, &alice, &rotated), PAT_ACCEPTED);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_ACCEPTED);
}

/* But what took access away in the former life does so in this one. */
static void fleet__take_over_revokes_what_has_another_secret(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop"), rotated;
	struct parcel hub;

	keep_backup(issuer);
	assert_int_equal(
		tokens_rename(issuer->tokens, &root, made.token.id.text, "x", &issuer->refusal),
		PAT_OK);
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	fleet_sign(issuer, 0, &hub);
	restore_backup(issuer);
	rotated = world_rotate(issuer, &made, 0);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &rotated), PAT_REVOKED);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_REVOKED);
}

static void latest_of_the_keys_in_a_message_is_ours(void **state)
{
	struct fleet_worlds *worlds = *state;
	uint8_t before[FLEET_PUBLIC_KEY_LEN], after[FLEET_PUBLIC_KEY_LEN];
	struct parcel hub, old;

	(void)fleet_generate(worlds, "one");
	(void)fleet_generate(worlds, "two");
	keep_backup(&worlds->issuer);
	fleet_sign(&worlds->issuer, 0, &old);
	new_key(worlds);
	new_key(worlds);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, before), 0);
	fleet_sign(&worlds->issuer, 0, &hub);
	hub.rows[1] = old.rows[1];
	restore_and_record(&worlds->issuer);
	assert_int_equal(fleet_put(&worlds->issuer, ISSUER, &hub), 0);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, after), 0);
	assert_memory_equal(before, after, sizeof(before));
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
	assert_int_equal(last_of(worlds), 2);
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
	assert_int_equal(last_of(worlds), 3);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_ACCEPTED);
	world_restart(issuer);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(last_of(worlds), 3);
}

/* As after a restore of the issuer and of its hub. */
static void more_than_a_turn_is_forgotten_at_once(void **state)
{
	struct fleet_worlds *worlds = *state;
	char name[16];

	(void)fleet_generate(worlds, "kept");
	keep_backup(&worlds->issuer);
	for (unsigned int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "token%u", i);
		(void)fleet_generate(worlds, name);
	}
	fleet_sync(worlds);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 201);
	restore_backup(&worlds->issuer);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 1);
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
		WORLDS_TEST(restored_issuer_takes_over_what_the_hub_kept),
		WORLDS_TEST(restored_issuer_signs_nothing_new_before_the_hub_was_asked),
		WORLDS_TEST(restored_issuer_knows_keys_that_it_took_since),
		WORLDS_TEST(fleet__number_that_is_given_twice_is_no_way_in),
		WORLDS_TEST(what_is_not_put_anew_is_forgotten),
		WORLDS_TEST(fleet__row_of_a_former_life_hides_no_revocation),
		WORLDS_TEST(fleet__revocation_that_a_restored_issuer_lost_is_held),
		WORLDS_TEST(token_that_is_restored_within_a_second_is_restored_everywhere),
		WORLDS_TEST(fleet__take_over_restores_nothing),
		WORLDS_TEST(fleet__take_over_undoes_nothing_that_was_done_since),
		WORLDS_TEST(fleet__take_over_brings_no_former_secret_back),
		WORLDS_TEST(fleet__take_over_revokes_what_has_another_secret),
		WORLDS_TEST(latest_of_the_keys_in_a_message_is_ours),
		WORLDS_TEST(integrity__altered_row_stays_until_it_is_deleted),
		WORLDS_TEST(former_secret_that_a_use_has_ended_ends_everywhere),
		WORLDS_TEST(more_than_a_turn_is_forgotten_at_once),
		WORLDS_TEST(fleet__row_taken_over_late_takes_a_number_of_its_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
