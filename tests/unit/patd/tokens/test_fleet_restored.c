/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An issuer that is behind its hub: after a restore from a backup, or of a snapshot. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

static void restored_issuer_takes_over_what_the_hub_kept(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two"), three;
	struct parcel hub;

	assert_int_equal(world_revoke(&worlds->issuer, &two), PAT_OK);
	fleet_keep_backup(&worlds->issuer);
	assert_int_equal(world_revoke(&worlds->issuer, &one), PAT_OK);
	assert_int_equal(world_delete(&worlds->issuer, &two), PAT_OK);
	three = fleet_generate(worlds, "three");
	fleet_sync(worlds);
	fleet_sign(&worlds->issuer, 0, &hub);
	fleet_restore_backup(&worlds->issuer);
	assert_int_equal(fleet_last_of(worlds), 3);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &one), PAT_ACCEPTED);

	assert_int_equal(fleet_put(&worlds->issuer, ISSUER, &hub), 0);
	assert_int_equal(fleet_last_of(worlds), 6);
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

	fleet_mark_restored(issuer);
	tokens_record_restore(issuer->tokens);
	request.fleet = true;
	world_restart(issuer);
	assert_int_equal(
		tokens_generate(issuer->tokens, &root, &request, &token, secret, &issuer->refusal),
		PAT_ERR_BUSY);
	assert_int_equal(
		tokens_rename(issuer->tokens, &root, made.token.id.text, "x", &issuer->refusal),
		PAT_ERR_BUSY);
	assert_int_equal(
		tokens_fleet_new_key(issuer->tokens, &root, &issuer->refusal), PAT_ERR_BUSY);
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

	fleet_keep_backup(&worlds->issuer);
	fleet_new_key(worlds);
	fleet_new_key(worlds);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, before), 0);
	fleet_sign(&worlds->issuer, 0, &hub);
	fleet_restore_backup(&worlds->issuer);
	assert_int_equal(fleet_put(&worlds->issuer, ISSUER, &hub), 0);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, after), 0);
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(fleet_last_of(worlds), 1);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
}

static void latest_of_the_keys_in_a_message_is_ours(void **state)
{
	struct fleet_worlds *worlds = *state;
	uint8_t before[FLEET_PUBLIC_KEY_LEN], after[FLEET_PUBLIC_KEY_LEN];
	struct parcel hub, old;

	(void)fleet_generate(worlds, "one");
	(void)fleet_generate(worlds, "two");
	fleet_keep_backup(&worlds->issuer);
	fleet_sign(&worlds->issuer, 0, &old);
	fleet_new_key(worlds);
	fleet_new_key(worlds);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, before), 0);
	fleet_sign(&worlds->issuer, 0, &hub);
	hub.rows[1] = old.rows[1];
	fleet_restore_and_record(&worlds->issuer);
	assert_int_equal(fleet_put(&worlds->issuer, ISSUER, &hub), 0);
	assert_int_equal(tokens_fleet_public_key(worlds->issuer.tokens, after), 0);
	assert_memory_equal(before, after, sizeof(before));
}

/* The hub was lost, too: members take what its issuer says now, when they have all of it. */
static void fleet__number_that_is_given_twice_is_no_way_in(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one, two, three;

	three = fleet_generate(worlds, "three");
	fleet_keep_backup(&worlds->issuer);
	one = fleet_generate(worlds, "one");
	fleet_sync(worlds);
	fleet_restore_backup(&worlds->issuer);
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

	fleet_keep_backup(&worlds->issuer);
	ghost = fleet_generate(worlds, "ghost");
	fleet_sync(worlds);
	fleet_restore_backup(&worlds->issuer);
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

/* As after a restore of the issuer and of its hub. */
static void more_than_a_turn_is_forgotten_at_once(void **state)
{
	struct fleet_worlds *worlds = *state;
	char name[16];

	(void)fleet_generate(worlds, "kept");
	fleet_keep_backup(&worlds->issuer);
	for (unsigned int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "token%u", i);
		(void)fleet_generate(worlds, name);
	}
	fleet_sync(worlds);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 201);
	fleet_restore_backup(&worlds->issuer);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 1);
}

/* A hub that gives what the issuer signed before a restore in place of what it signed after it. */
static void fleet__row_of_a_former_life_hides_no_revocation(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer, *member = &worlds->member;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct parcel former, first;
	struct signed_beat beat;

	fleet_keep_backup(issuer);
	fleet_rename(issuer, &one, "x");
	fleet_sync(worlds);
	fleet_sign(issuer, 2, &former);
	assert_string_equal(former.rows[0].row.id.text, one.token.id.text);
	fleet_restore_backup(issuer);
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
	fleet_keep_backup(issuer);
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	ghost = fleet_generate(worlds, "ghost");
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &ghost), PAT_ACCEPTED);
	fleet_restore_and_record(issuer);
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

/* What was revoked before the hub was asked stays so, whatever the hub has of it. */
static void fleet__take_over_restores_nothing(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct refusal *refusal = &issuer->refusal;
	struct parcel hub;

	fleet_keep_backup(issuer);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(tokens_rename(issuer->tokens, &root, made.token.id.text,
					 i == 0 ? "x" : "y", refusal),
			PAT_OK);
	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_and_record(issuer);
	worlds_wait(worlds, 1);
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_REVOKED);
	assert_string_equal(world_find(issuer, &made).name, "y");
	assert_false(world_find(issuer, &made).held);
	assert_int_equal(fleet_last_of(worlds), 4);
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

	fleet_keep_backup(issuer);
	one = fleet_generate(worlds, "one");
	fleet_sign(issuer, 0, &hub);
	fleet_restore_backup(issuer);
	two = fleet_generate(worlds, "two");
	assert_int_equal(fleet_last_of(worlds), 1);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(fleet_last_of(worlds), 2);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
	/* Once is enough. */
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(fleet_last_of(worlds), 2);
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

	fleet_keep_backup(issuer);
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
	fleet_restore_and_record(issuer);
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

	fleet_keep_backup(issuer);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(tokens_rename(issuer->tokens, &root, made.token.id.text,
					 i == 0 ? "x" : "y", &issuer->refusal),
			PAT_OK);
	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_backup(issuer);
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

	fleet_keep_backup(issuer);
	fleet_rename(issuer, &made, "x");
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_backup(issuer);
	rotated = world_rotate(issuer, &made, 0);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &rotated), PAT_REVOKED);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_REVOKED);
}

/* What takes access away is done before the hub was asked, and takes the numbers of before. */
static void fleet__former_life_holds_whoever_has_its_numbers_now(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two"),
		    late = fleet_generate(worlds, "late");
	struct parcel hub;

	fleet_keep_backup(issuer);
	worlds_wait(worlds, 1);
	fleet_rename_times(issuer, &two, 1);
	assert_int_equal(world_revoke(issuer, &one), PAT_OK);
	assert_int_equal(world_revoke(issuer, &late), PAT_OK);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_and_record(issuer);
	assert_int_equal(world_suspend(issuer, &one, 60), PAT_OK);
	assert_int_equal(world_suspend(issuer, &two, 60), PAT_OK);
	assert_int_equal(fleet_last_of(worlds), 5);
	hub.n--;
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_string_equal(world_find(issuer, &two).name, "name0");
	fleet_sync(worlds);
	/* Also long after all that the hub had was read. */
	hub.n++;
	fleet_rename(issuer, &late, "x");
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	fleet_sync(worlds);
	worlds_wait(worlds, 60);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &late), PAT_REVOKED);
	assert_string_equal(world_find(issuer, &late).name, "x");
}

/* The hub has kept it to itself until then. */
static void fleet__former_version_does_not_come_back_after_the_hub_was_read(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct parcel hub;

	fleet_keep_backup(issuer);
	fleet_rename_times(issuer, &made, 3);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_and_record(issuer);
	(void)fleet_beat_of(issuer);
	fleet_rename(issuer, &made, "x");
	fleet_sync(worlds);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
		assert_string_equal(world_find(issuer, &made).name, "x");
		assert_int_equal(fleet_last_of(worlds), fleet_life_at(issuer->time) + 1);
	}
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &hub), 0);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_string_equal(world_find(&worlds->member, &made).name, "x");
}

/* Of a machine that was restored once, too. */
static void fleet__snapshot_that_is_put_back_brings_no_former_secret_back(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop"), rotated;
	struct parcel hub;

	fleet_keep_backup(issuer);
	fleet_restore_and_record(issuer);
	(void)fleet_beat_of(issuer);
	fleet_rename_times(issuer, &made, 1);
	fleet_keep_backup(issuer);
	rotated = world_rotate(issuer, &made, 0);
	fleet_sync(worlds);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_backup(issuer);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_ROTATED);
	assert_int_equal(world_log_in(issuer, &alice, &rotated), PAT_ACCEPTED);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	assert_int_equal(fleet_log_in(worlds, &rotated), PAT_ACCEPTED);
}

/* Its row says nothing of that, and comes after it. */
static void fleet__token_taken_over_is_revoked_by_what_another_issuer_has_said(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made;
	struct parcel hub;

	worlds_trust(issuer, &worlds->other);
	worlds_trust(&worlds->other, issuer);
	fleet_keep_backup(issuer);
	made = fleet_generate(worlds, "laptop");
	fleet_sign(issuer, 0, &hub);
	assert_int_equal(fleet_put(&worlds->other, ISSUER, &hub), 0);
	worlds_wait(worlds, 1);
	assert_int_equal(
		tokens_fleet_revoke_for(worlds->other.tokens, "web1", &made.token.id, "lost"), 0);
	fleet_restore_and_record(issuer);
	fleet_sign(&worlds->other, 0, &worlds->parcel);
	assert_int_equal(fleet_put(issuer, OTHER, &worlds->parcel), 0);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_REVOKED);
	assert_false(world_find(issuer, &made).held);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
}

/* On a new machine, say, whose patd.conf comes after that. */
static void fleet__restore_without_the_name_of_the_issuer_brings_no_former_version_back(
	void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct parcel hub;

	fleet_sign(issuer, 0, &hub);
	fleet_rename_times(issuer, &made, 1);
	fleet_keep_backup(issuer);
	worlds_name(issuer, "", "issuer1.example");
	fleet_restore_and_record(issuer);
	worlds_name(issuer, ISSUER, "issuer1.example");
	assert_true(tokens_fleet_behind(issuer->tokens));
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_string_equal(world_find(issuer, &made).name, "name0");
	assert_int_equal(fleet_last_of(worlds), 2);
}

/* Each start tries again to write the entry of the history. */
static void fleet__restore_is_over_although_its_mark_stays(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct parcel hub;

	fleet_keep_backup(issuer);
	fleet_rename_times(issuer, &made, 3);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_backup(issuer);
	fleet_mark_restored(issuer);
	world_disk(false);
	tokens_record_restore(issuer->tokens);
	world_disk(true);
	assert_true(tokens_fleet_behind(issuer->tokens));
	(void)fleet_beat_of(issuer);
	fleet_rename(issuer, &made, "x");
	world_restart(issuer);
	tokens_record_restore(issuer->tokens);
	assert_false(tokens_fleet_behind(issuer->tokens));
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_string_equal(world_find(issuer, &made).name, "x");
}

static void restore_that_cannot_be_written_down_holds_nevertheless(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_mark_restored(issuer);
	world_disk(false);
	tokens_record_restore(issuer->tokens);
	world_disk(true);
	assert_true(tokens_fleet_behind(issuer->tokens));
	assert_int_equal(
		tokens_rename(issuer->tokens, &root, made.token.id.text, "x", &issuer->refusal),
		PAT_ERR_BUSY);
	(void)fleet_beat_of(issuer);
	assert_false(tokens_fleet_behind(issuer->tokens));
	fleet_rename_times(issuer, &made, 1);
	/* Another restore is not that one. */
	worlds_wait(worlds, 1);
	world_restart(issuer);
	fleet_mark_restored(issuer);
	tokens_record_restore(issuer->tokens);
	assert_true(tokens_fleet_behind(issuer->tokens));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(restored_issuer_takes_over_what_the_hub_kept),
		WORLDS_TEST(restored_issuer_signs_nothing_new_before_the_hub_was_asked),
		WORLDS_TEST(restored_issuer_knows_keys_that_it_took_since),
		WORLDS_TEST(latest_of_the_keys_in_a_message_is_ours),
		WORLDS_TEST(fleet__number_that_is_given_twice_is_no_way_in),
		WORLDS_TEST(what_is_not_put_anew_is_forgotten),
		WORLDS_TEST(more_than_a_turn_is_forgotten_at_once),
		WORLDS_TEST(fleet__row_of_a_former_life_hides_no_revocation),
		WORLDS_TEST(fleet__revocation_that_a_restored_issuer_lost_is_held),
		WORLDS_TEST(fleet__take_over_restores_nothing),
		WORLDS_TEST(fleet__row_taken_over_late_takes_a_number_of_its_own),
		WORLDS_TEST(fleet__take_over_undoes_nothing_that_was_done_since),
		WORLDS_TEST(fleet__take_over_brings_no_former_secret_back),
		WORLDS_TEST(fleet__take_over_revokes_what_has_another_secret),
		WORLDS_TEST(fleet__former_life_holds_whoever_has_its_numbers_now),
		WORLDS_TEST(fleet__former_version_does_not_come_back_after_the_hub_was_read),
		WORLDS_TEST(fleet__snapshot_that_is_put_back_brings_no_former_secret_back),
		WORLDS_TEST(fleet__token_taken_over_is_revoked_by_what_another_issuer_has_said),
		WORLDS_TEST(
			fleet__restore_without_the_name_of_the_issuer_brings_no_former_version_back),
		WORLDS_TEST(fleet__restore_is_over_although_its_mark_stays),
		WORLDS_TEST(restore_that_cannot_be_written_down_holds_nevertheless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
