/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a member has all rows of an issuer, by a heartbeat that is young enough. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

/* All of it, in whatever order. */
static void rows_that_are_put_anew_may_be_reordered(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct signed_beat beat = fleet_beat_of(&worlds->issuer);

	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(tokens_fleet_begin_again(worlds->member.tokens, ISSUER), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(fleet_put_row(&worlds->member, ISSUER, &worlds->parcel, 1), 0);
		assert_int_equal(fleet_put_row(&worlds->member, ISSUER, &worlds->parcel, 0), 0);
	}
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
}

static void note_refetch(const struct fleet_state *state, void *userdata)
{
	assert_string_equal(state->issuer, ISSUER);
	(*(unsigned int *)userdata)++;
}

/* A hub that leaves a revocation out, whatever else it hands out. */
static void fleet__withheld_row_makes_the_issuer_stale_until_all_is_there(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	unsigned int refetched = 0;
	const struct fleet_listener listener = { .refetch = note_refetch, .userdata = &refetched };
	struct signed_beat beat;

	fleet_sync(worlds);
	tokens_fleet_listen(worlds->member.tokens, &listener);
	assert_int_equal(world_revoke(&worlds->issuer, &one), PAT_OK);
	(void)fleet_generate(worlds, "three");
	fleet_sign(&worlds->issuer, 2, &worlds->parcel);
	assert_int_equal(worlds->parcel.n, 2);
	assert_int_equal(fleet_put_row(&worlds->member, ISSUER, &worlds->parcel, 1), 0);
	beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_int_equal(refetched, 1);
	assert_false(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_STALE);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_STALE);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_STALE);
	fleet_refetch(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
}

static void fleet__stale_member_still_knows_local_tokens(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct made local = world_generate(&worlds->member, &alice, "local");

	fleet_sync(worlds);
	worlds_wait(worlds, worlds->member.policy.max_staleness);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	worlds_wait(worlds, 1);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	assert_int_equal(fleet_log_in(worlds, &local), PAT_ACCEPTED);
	assert_int_equal(world_log_in(&worlds->issuer, &alice, &made), PAT_ACCEPTED);
	/* A clock that is set back makes nothing newer. */
	worlds->member.time -= 600;
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	worlds->member.time += 600;
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

static void fleet__older_heartbeat_counts_for_nothing(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct signed_beat old = fleet_beat_of(&worlds->issuer);

	worlds_wait(worlds, 60);
	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &old), 0);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).beat_at, NOON + 60);
}

/* Else one moment of a clock that is ahead would silence the issuer for as long. */
static void time__heartbeat_of_the_future_counts_for_nothing(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct signed_beat beat;

	worlds->issuer.time = NOON + 300;
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	worlds->issuer.time = NOON + 1000 * DAY;
	beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).beat_at, NOON + 300);
	worlds->issuer.time = worlds->member.time = NOON + 3600;
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

static void row_that_was_altered_in_the_database_is_replaced(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	world_stop(&worlds->member);
	world_edit(&worlds->member, "UPDATE token SET number = 7, hosts = ''");
	world_edit(&worlds->member, "UPDATE token SET expires_at = 0");
	world_start(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).number, 1);
}

/* A revocation is withheld; the altered row, which is one of the set, makes up for nothing. */
static void integrity__row_that_was_altered_makes_up_for_none(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop"),
		    other = fleet_generate(worlds, "other");
	struct signed_beat beat;

	fleet_sync(worlds);
	world_edit(&worlds->member, "UPDATE token SET expires_at = 0 WHERE name = 'laptop'");
	assert_int_equal(world_revoke(&worlds->issuer, &other), PAT_OK);
	worlds_wait(worlds, 1);
	beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_int_equal(fleet_log_in(worlds, &other), PAT_STALE);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &other), PAT_STALE);
	fleet_refetch(worlds);
	/* Also of an issuer that was incomplete for a while. */
	assert_int_equal(world_last_entry(&worlds->member).event, ENTRY_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &other), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

static void integrity__altered_row_that_is_deleted_is_missed(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop"),
		    other = fleet_generate(worlds, "other");
	struct signed_beat beat;

	fleet_sync(worlds);
	world_edit(&worlds->member, "UPDATE token SET expires_at = 0 WHERE name = 'laptop'");
	assert_int_equal(world_delete(&worlds->member, &made), PAT_OK);
	world_restart(&worlds->member);
	beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_false(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &other), PAT_STALE);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &other), PAT_ACCEPTED);
}

static void ledger_that_was_altered_is_ignored(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	world_stop(&worlds->member);
	world_edit(&worlds->member, "UPDATE fleet_issuer SET beat_at = beat_at + 1000");
	world_start(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

/* Who carries rows says that all come anew, and gives the first version of what was revoked. */
static void fleet__rows_put_anew_open_nothing_before_the_heartbeat(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct parcel first;

	fleet_sign(&worlds->issuer, 0, &first);
	assert_int_equal(world_suspend(&worlds->issuer, &one, 3600), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_REVOKED);
	assert_int_equal(tokens_fleet_begin_again(worlds->member.tokens, ISSUER), 0);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &first), 0);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_STALE);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_STALE);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_STALE);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
}

static void rows_that_are_put_anew_must_add_up(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct signed_beat beat;

	fleet_sync(worlds);
	assert_int_equal(tokens_fleet_begin_again(worlds->member.tokens, ISSUER), 0);
	worlds_wait(worlds, 1);
	beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

static void rows_that_are_not_put_anew_to_the_end_are_ordinary_ones(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(tokens_fleet_begin_again(worlds->member.tokens, ISSUER), 0);
	tokens_fleet_end_again(worlds->member.tokens);
	fleet_sync(worlds);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

/* The clock of the member is set back, and the hub withholds heartbeats. */
static void time__clock_set_back_keeps_no_heartbeat_young(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct world *member = &worlds->member;

	struct signed_beat beat;

	member->ran = 1000;
	fleet_sync(worlds);
	beat = fleet_beat_of(&worlds->issuer);
	member->time -= 7200;
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	member->time += member->policy.max_staleness;
	member->ran += member->policy.max_staleness;
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	/* The same again is none the younger. */
	assert_int_equal(fleet_put_beat(member, ISSUER, &beat), 0);
	member->time++;
	member->ran++;
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
}

/* The thief's row came while the key was trusted beside another, and then no heartbeat comes. */
static void fleet__row_of_a_stolen_key_ends_with_the_key(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct issuer *trusted = &worlds->member.policy.issuers[0];
	struct made made = fleet_generate(worlds, "laptop"), forged;
	struct signed_beat beat;
	struct parcel rows;

	fleet_sync(worlds);
	assert_int_equal(
		tokens_fleet_new_key(worlds->issuer.tokens, &root, &worlds->issuer.refusal),
		PAT_OK);
	worlds_trust(&worlds->member, &worlds->issuer);
	beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
	forged = fleet_generate(worlds, "forged");
	fleet_sign(&worlds->issuer, 1, &rows);
	assert_int_equal(key_fleet_sign(worlds->issuer.key, 1, rows.rows[0].bytes,
				 rows.rows[0].len - FLEET_SIGNATURE_LEN,
				 rows.rows[0].bytes + rows.rows[0].len - FLEET_SIGNATURE_LEN),
		0);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &rows), 0);
	trusted->keys[0] = trusted->keys[1];
	trusted->keys_n = 1;
	world_apply_policy(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &forged), PAT_STALE);
	world_restart(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &forged), PAT_STALE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(rows_that_are_put_anew_may_be_reordered),
		WORLDS_TEST(fleet__withheld_row_makes_the_issuer_stale_until_all_is_there),
		WORLDS_TEST(fleet__stale_member_still_knows_local_tokens),
		WORLDS_TEST(fleet__older_heartbeat_counts_for_nothing),
		WORLDS_TEST(time__heartbeat_of_the_future_counts_for_nothing),
		WORLDS_TEST(row_that_was_altered_in_the_database_is_replaced),
		WORLDS_TEST(integrity__row_that_was_altered_makes_up_for_none),
		WORLDS_TEST(integrity__altered_row_that_is_deleted_is_missed),
		WORLDS_TEST(ledger_that_was_altered_is_ignored),
		WORLDS_TEST(fleet__rows_put_anew_open_nothing_before_the_heartbeat),
		WORLDS_TEST(rows_that_are_put_anew_must_add_up),
		WORLDS_TEST(rows_that_are_not_put_anew_to_the_end_are_ordinary_ones),
		WORLDS_TEST(time__clock_set_back_keeps_no_heartbeat_young),
		WORLDS_TEST(fleet__row_of_a_stolen_key_ends_with_the_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
