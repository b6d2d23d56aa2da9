/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lives of an issuer, which end with a restore: what of one counts in the next. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

static void set_hosts(struct world *issuer, const struct made *made, const char *hosts)
{
	struct token_update update = { 0 };

	update.restrictions[PAT_HOSTS] = hosts;
	assert_int_equal(
		tokens_set(issuer->tokens, &root, made->token.id.text, &update, &issuer->refusal),
		PAT_OK);
}

/* The hub keeps rows of the former life to itself, until long after all that it had was read. */
static void fleet__what_the_hub_hid_from_a_restored_issuer_gives_no_access_later(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made old = fleet_generate_for(issuer, &alice, "old", "nowhere"), lost;
	struct parcel hidden;

	fleet_keep_backup(issuer);
	lost = fleet_generate(worlds, "lost");
	set_hosts(issuer, &old, "");
	fleet_sign(issuer, 0, &hidden);
	assert_int_equal(world_revoke(issuer, &lost), PAT_OK);
	set_hosts(issuer, &old, "nowhere");
	fleet_restore_and_record(issuer);
	(void)fleet_beat_of(issuer);
	worlds_wait(worlds, 3600);
	world_restart(issuer);
	assert_int_equal(fleet_put(issuer, ISSUER, &hidden), 0);
	assert_int_equal(world_log_in(issuer, &alice, &lost), PAT_WRONG);
	/* The hub gets that the lost one was deleted, and members forget it. */
	assert_true(fleet_last_of(worlds) > fleet_life_at(issuer->time - 3600));
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &hidden), 0);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &lost), PAT_WRONG);
	assert_int_equal(fleet_log_in(worlds, &old), PAT_WRONG_HOST);
}

/* The hub hides the life between them. */
static void fleet__two_restores_of_one_backup_begin_lives_of_their_own(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop"), leaked, present;
	struct parcel hidden;

	fleet_keep_backup(issuer);
	fleet_restore_and_record(issuer);
	(void)fleet_beat_of(issuer);
	fleet_rename_times(issuer, &made, 3);
	leaked = world_rotate(issuer, &made, 0);
	leaked = world_rotate(issuer, &leaked, 0);
	fleet_sign(issuer, 0, &hidden);
	worlds_wait(worlds, 1);
	fleet_restore_and_record(issuer);
	(void)fleet_beat_of(issuer);
	present = world_rotate(issuer, &made, 0);
	set_hosts(issuer, &made, "issuer1.*,web*");
	assert_int_equal(fleet_last_of(worlds), fleet_life_at(issuer->time) + 2);
	assert_int_equal(fleet_put(issuer, ISSUER, &hidden), 0);
	assert_string_equal(world_find(issuer, &made).limits.hosts, "issuer1.*,web*");
	assert_int_equal(world_log_in(issuer, &alice, &leaked), PAT_WRONG);
	assert_int_equal(world_log_in(issuer, &alice, &present), PAT_ACCEPTED);
}

/* As of a machine whose battery is empty. */
static void fleet__clock_that_is_behind_begins_a_life_above_the_backup(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	uint64_t last;

	fleet_keep_backup(issuer);
	fleet_restore_and_record(issuer);
	last = fleet_beat_of(issuer).beat.last;
	fleet_rename_times(issuer, &made, 3);
	issuer->time -= 3600;
	fleet_keep_backup(issuer);
	fleet_restore_and_record(issuer);
	assert_int_equal(fleet_beat_of(issuer).beat.last, last + 3 + (UINT64_C(1) << 32));
}

/* What was suspended while nobody had named the issuer had its former secret back after that. */
static void fleet__issuer_that_is_named_late_brings_no_former_secret_back(void **state)
{
	static const char *const first_names[] = { "", "isuser1" };
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made, rotated;
	struct parcel hub;

	for (unsigned int i = 0; i < 2; i++) {
		made = fleet_generate(worlds, i == 0 ? "one" : "two");
		fleet_keep_backup(issuer);
		rotated = world_rotate(issuer, &made, 0);
		fleet_sign(issuer, made.token.number, &hub);
		worlds_name(issuer, first_names[i], "issuer1.example");
		fleet_restore_and_record(issuer);
		world_restart(issuer);
		worlds_name(issuer, ISSUER, "issuer1.example");
		worlds_wait(worlds, 1);
		assert_int_equal(world_suspend(issuer, &made, 60), PAT_OK);
		assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
		fleet_sync(worlds);
		worlds_wait(worlds, 61);
		fleet_sync(worlds);
		assert_int_equal(world_log_in(issuer, &alice, &made), PAT_ROTATED);
		assert_int_equal(world_log_in(issuer, &alice, &rotated), PAT_ACCEPTED);
	}
}

static void fleet__issuer_with_a_wrong_name_first_takes_no_former_version(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct parcel hub;

	fleet_sign(issuer, 0, &hub);
	set_hosts(issuer, &made, "nowhere");
	fleet_keep_backup(issuer);
	worlds_name(issuer, "isuser1", "issuer1.example");
	fleet_restore_and_record(issuer);
	worlds_name(issuer, ISSUER, "issuer1.example");
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_string_equal(world_find(issuer, &made).limits.hosts, "nowhere");
}

/* By a timer, say, while the hub is away. */
static void fleet__backup_made_before_the_hub_was_read_brings_no_former_secret_back(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop"), rotated;
	struct parcel hub;

	fleet_keep_backup(issuer);
	rotated = world_rotate(issuer, &made, 0);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_and_record(issuer);
	worlds_wait(worlds, 1);
	assert_int_equal(world_suspend(issuer, &made, 60), PAT_OK);
	fleet_keep_backup(issuer);
	worlds_wait(worlds, 1);
	fleet_restore_and_record(issuer);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	fleet_sync(worlds);
	worlds_wait(worlds, 61);
	fleet_sync(worlds);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_ROTATED);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ROTATED);
	assert_int_equal(world_log_in(issuer, &alice, &rotated), PAT_ACCEPTED);
}

/* Also by a snapshot of the machine, of which patd knows nothing, and whatever the numbers are. */
static void fleet__token_that_was_deleted_in_one_life_is_deleted(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct world *issuer = &worlds->issuer;
	struct made made = fleet_generate(worlds, "laptop");
	struct parcel hub;

	fleet_keep_backup(issuer);
	assert_int_equal(world_revoke(issuer, &made), PAT_OK);
	assert_int_equal(world_delete(issuer, &made), PAT_OK);
	fleet_sign(issuer, 0, &hub);
	fleet_restore_backup(issuer);
	fleet_rename_times(issuer, &made, 4);
	assert_int_equal(fleet_put(issuer, ISSUER, &hub), 0);
	assert_int_equal(world_log_in(issuer, &alice, &made), PAT_WRONG);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
}

/* Its numbers go on far above those of its rows. */
static void complete_member_of_a_restored_issuer_is_behind_by_nothing(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct fleet_state seen;

	(void)fleet_generate(worlds, "laptop");
	fleet_sync(worlds);
	fleet_keep_backup(&worlds->issuer);
	fleet_restore_and_record(&worlds->issuer);
	fleet_sync(worlds);
	seen = fleet_state(&worlds->member, ISSUER);
	assert_true(seen.complete);
	assert_int_equal(seen.last, fleet_life_at(worlds->issuer.time));
	assert_int_equal(seen.number, seen.last);
	(void)fleet_generate(worlds, "another");
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(fleet__what_the_hub_hid_from_a_restored_issuer_gives_no_access_later),
		WORLDS_TEST(fleet__two_restores_of_one_backup_begin_lives_of_their_own),
		WORLDS_TEST(fleet__clock_that_is_behind_begins_a_life_above_the_backup),
		WORLDS_TEST(fleet__issuer_that_is_named_late_brings_no_former_secret_back),
		WORLDS_TEST(fleet__issuer_with_a_wrong_name_first_takes_no_former_version),
		WORLDS_TEST(
			fleet__backup_made_before_the_hub_was_read_brings_no_former_secret_back),
		WORLDS_TEST(fleet__token_that_was_deleted_in_one_life_is_deleted),
		WORLDS_TEST(complete_member_of_a_restored_issuer_is_behind_by_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
