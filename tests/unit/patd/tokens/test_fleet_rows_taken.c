/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a member takes from an issuer, and what it refuses: forged, altered, replayed, withheld. */
#include "patd/tokens/tokens_fleet.h"
#include "tests/unit/patd/logged.h"
#include "tests/unit/patd/tokens/fleet_worlds.h"

static uint64_t entries_of(struct world *world)
{
	return world_check_history(world);
}

static void fleet__forged_row_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made;
	struct signed_beat beat;

	/* Who has another key says that he is the issuer. */
	worlds_name(&worlds->other, ISSUER, "web2");
	made = fleet_generate_for(&worlds->other, &alice, "laptop", NULL);
	fleet_sign(&worlds->other, 0, &worlds->parcel);
	beat = fleet_beat_of(&worlds->other);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), -EBADMSG);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), -EBADMSG);
	/* It is signed by another issuer that is trusted, and is no row of that one either. */
	assert_int_equal(fleet_put(&worlds->member, OTHER, &worlds->parcel), -EBADMSG);
	assert_int_equal(fleet_put_beat(&worlds->member, OTHER, &beat), -EBADMSG);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).number, 0);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).beat_at, 0);
}

static void fleet__row_altered_in_any_byte_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate_for(&worlds->issuer, &alice, "laptop", "web*");

	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	for (size_t at = 0; at < worlds->parcel.rows[0].len; at++) {
		worlds->parcel.rows[0].bytes[at] ^= 1;
		assert_that(fleet_put(&worlds->member, ISSUER, &worlds->parcel) == -EBADMSG,
			"byte %zu", at);
		worlds->parcel.rows[0].bytes[at] ^= 1;
	}
	for (size_t len = 0; len < worlds->parcel.rows[0].len; len++) {
		const struct signed_bytes row = { worlds->parcel.rows[0].bytes, len };

		assert_int_equal(
			tokens_fleet_put_rows(worlds->member.tokens, ISSUER, &row, 1), -EBADMSG);
	}
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 0);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_STALE);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

static void fleet__heartbeat_altered_in_any_byte_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct signed_beat beat = fleet_beat_of(&worlds->issuer);

	for (size_t at = 0; at < beat.len; at++) {
		beat.bytes[at] ^= 1;
		assert_that(
			fleet_put_beat(&worlds->member, ISSUER, &beat) == -EBADMSG, "byte %zu", at);
		beat.bytes[at] ^= 1;
	}
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
}

/* A heartbeat is no row, nor a row a heartbeat. */
static void fleet__one_kind_of_bytes_is_not_taken_for_the_other(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct signed_beat beat = fleet_beat_of(&worlds->issuer);
	const struct signed_bytes bytes = { beat.bytes, beat.len };
	struct signed_bytes row;

	(void)fleet_generate(worlds, "laptop");
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	row = (struct signed_bytes) { worlds->parcel.rows[0].bytes, worlds->parcel.rows[0].len };
	assert_int_equal(tokens_fleet_put_rows(worlds->member.tokens, ISSUER, &bytes, 1), -EBADMSG);
	assert_int_equal(tokens_fleet_put_beat(worlds->member.tokens, ISSUER, &row), -EBADMSG);
}

static void fleet__replayed_row_brings_nothing_back(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct parcel old;

	fleet_sign(&worlds->issuer, 0, &old);
	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &old), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_REVOKED);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
	/* Nor after it was deleted. */
	assert_int_equal(world_delete(&worlds->issuer, &made), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &old), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 0);
	world_restart(&worlds->member);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &old), 0);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_WRONG);
}

static void fleet__reordered_rows_bring_nothing_back(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct parcel first, second;
	struct signed_beat beat;

	fleet_sign(&worlds->issuer, 0, &first);
	assert_int_equal(world_revoke(&worlds->issuer, &one), PAT_OK);
	fleet_sign(&worlds->issuer, 0, &second);
	beat = fleet_beat_of(&worlds->issuer);
	assert_int_equal(fleet_put_row(&worlds->member, ISSUER, &second, 1), 0);
	assert_int_equal(fleet_put_row(&worlds->member, ISSUER, &first, 1), 0);
	assert_int_equal(fleet_put_row(&worlds->member, ISSUER, &first, 0), 0);
	assert_int_equal(fleet_put_row(&worlds->member, ISSUER, &second, 0), 0);
	assert_int_equal(fleet_put_beat(&worlds->member, ISSUER, &beat), 0);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_WRONG);
	assert_false(fleet_state(&worlds->member, ISSUER).complete);
	fleet_refetch(worlds);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_REVOKED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
}

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

static void one_bad_row_lets_none_in(void **state)
{
	struct fleet_worlds *worlds = *state;

	(void)fleet_generate(worlds, "one");
	(void)fleet_generate(worlds, "two");
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	worlds->parcel.rows[1].bytes[20] ^= 1;
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), -EBADMSG);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), 0);
	assert_int_equal(fleet_state(&worlds->member, ISSUER).number, 0);
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

static void fleet__issuer_that_is_trusted_no_more_is_unknown(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct made others = fleet_generate_for(&worlds->other, &alice, "laptop", NULL);

	fleet_sync(worlds);
	worlds->member.policy.issuers[0] = worlds->member.policy.issuers[1];
	worlds->member.policy.issuers_n = 1;
	world_apply_policy(&worlds->member);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_UNKNOWN_ISSUER);
	assert_int_equal(fleet_log_in(worlds, &others), PAT_ACCEPTED);
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), -ENOENT);
	assert_int_equal(tokens_fleet_begin_again(worlds->member.tokens, ISSUER), -ENOENT);
}

/* Gives the token that id, as patd itself would. */
static void give_id(struct world *world, const struct made *made, const struct pat_id *id)
{
	struct token token = world_find(world, made);
	char sql[256], mac[2 * sizeof(token.mac) + 1];

	token.id = *id;
	key_row_mac(world->key, &token, token.mac);
	(void)sodium_bin2hex(mac, sizeof(mac), token.mac, sizeof(token.mac));
	(void)snprintf(sql, sizeof(sql), "UPDATE token SET id = '%s', mac = x'%s' WHERE id = '%s'",
		id->text, mac, made->token.id.text);
	world_edit(world, sql);
}

static void fleet__id_of_another_token_is_not_taken(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct made others = fleet_generate_for(&worlds->other, &alice, "other", NULL);
	struct made local = world_generate(&worlds->member, &alice, "local");

	fleet_carry(worlds, &worlds->other);
	give_id(&worlds->member, &local, &made.token.id);
	fleet_sign(&worlds->issuer, 0, &worlds->parcel);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), -EBADMSG);
	assert_string_equal(world_find(&worlds->member, &made).name, "local");
	assert_string_equal(world_find(&worlds->member, &made).issuer, "");
	world_edit(&worlds->member, "DELETE FROM token WHERE name = 'local'");
	give_id(&worlds->member, &others, &made.token.id);
	assert_int_equal(fleet_put(&worlds->member, ISSUER, &worlds->parcel), -EBADMSG);
	assert_string_equal(world_find(&worlds->member, &made).issuer, OTHER);
}

/* Nothing but its deletion would ever be rid of it. */
static void token_of_an_issuer_that_is_trusted_no_more_can_be_deleted(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");

	fleet_sync(worlds);
	assert_int_equal(world_revoke(&worlds->member, &made), PAT_OK);
	assert_int_equal(world_delete(&worlds->member, &made), PAT_ERR_AGAINST_POLICY);
	worlds->member.policy.issuers[0] = worlds->member.policy.issuers[1];
	worlds->member.policy.issuers_n = 1;
	world_apply_policy(&worlds->member);
	assert_int_equal(world_delete(&worlds->member, &made), PAT_OK);
	assert_int_equal(world_ask(&worlds->member, "SELECT count(*) FROM token"), 0);
}

static void members_of_two_issuers_may_have_one_name(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "laptop");
	struct made two = fleet_generate_for(&worlds->other, &alice, "laptop", NULL);

	(void)world_generate(&worlds->member, &alice, "laptop");
	fleet_sync(worlds);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
}

/* Two that exchanged their names meet on the way. */
static void name_that_is_taken_for_a_while_keeps_no_row_out(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two = fleet_generate(worlds, "two");
	struct refusal *refusal = &worlds->issuer.refusal;
	struct tokens *tokens = worlds->issuer.tokens;

	fleet_sync(worlds);
	assert_int_equal(tokens_rename(tokens, &root, one.token.id.text, "x", refusal), PAT_OK);
	assert_int_equal(tokens_rename(tokens, &root, two.token.id.text, "one", refusal), PAT_OK);
	assert_int_equal(tokens_rename(tokens, &root, one.token.id.text, "two", refusal), PAT_OK);
	fleet_sync(worlds);
	assert_string_equal(world_find(&worlds->member, &one).name, "two");
	assert_memory_equal(world_find(&worlds->member, &two).name, "one~", 4);
	assert_int_equal(fleet_log_in(worlds, &one), PAT_ACCEPTED);
	assert_int_equal(fleet_log_in(worlds, &two), PAT_ACCEPTED);
}

static void longest_names_keep_no_row_out(void **state)
{
	static const char key[] = "\U0001F511";
	struct fleet_worlds *worlds = *state;
	char name[PAT_NAME_BYTES_MAX + 1] = "";
	struct refusal *refusal = &worlds->issuer.refusal;
	struct tokens *tokens = worlds->issuer.tokens;
	struct made one, two;
	struct token apart;

	while (strlen(name) < PAT_NAME_BYTES_MAX)
		(void)strcat(name, key);
	one = fleet_generate(worlds, name);
	two = fleet_generate(worlds, "two");
	fleet_sync(worlds);
	assert_int_equal(tokens_rename(tokens, &root, one.token.id.text, "x", refusal), PAT_OK);
	assert_int_equal(tokens_rename(tokens, &root, two.token.id.text, name, refusal), PAT_OK);
	/* The row of the first one comes later. */
	assert_int_equal(tokens_rename(tokens, &root, one.token.id.text, "y", refusal), PAT_OK);
	fleet_sync(worlds);
	apart = world_find(&worlds->member, &two);
	assert_null(pat_name_problem(apart.name));
	assert_string_equal(strchr(apart.name, '~') + 1, two.token.id.text);
	assert_true(fleet_state(&worlds->member, ISSUER).complete);
}

static void join_writes_no_entries_and_later_changes_do(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made one = fleet_generate(worlds, "one"), two;
	struct entry entry;

	fleet_sync(worlds);
	assert_int_equal(entries_of(&worlds->member), 0);
	two = fleet_generate(worlds, "two");
	fleet_sync(worlds);
	entry = world_last_entry(&worlds->member);
	assert_int_equal(entry.event, ENTRY_GENERATED);
	assert_int_equal(entry.how, ENTRY_FLEET);
	assert_string_equal(entry.detail, ISSUER);
	assert_string_equal(entry.id.text, two.token.id.text);
	assert_int_equal(world_suspend(&worlds->issuer, &one, 60), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(world_last_entry(&worlds->member).event, ENTRY_SUSPENDED);
	assert_int_equal(world_restore(&worlds->issuer, &one), PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(world_last_entry(&worlds->member).event, ENTRY_RESTORED);
	(void)world_rotate(&worlds->issuer, &one, 0);
	fleet_sync(worlds);
	assert_int_equal(world_last_entry(&worlds->member).event, ENTRY_ROTATED);
	assert_int_equal(revoke_for_good(worlds->issuer.tokens, &root, one.token.id.text,
				 &worlds->issuer.refusal),
		PAT_OK);
	fleet_sync(worlds);
	assert_int_equal(world_last_entry(&worlds->member).event, ENTRY_REVOKED);
	assert_int_equal(world_delete(&worlds->issuer, &one), PAT_OK);
	fleet_sync(worlds);
	entry = world_last_entry(&worlds->member);
	assert_int_equal(entry.event, ENTRY_DELETED);
	assert_string_equal(entry.id.text, one.token.id.text);
	assert_int_equal(entries_of(&worlds->member), 6);
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

/* It would take the token out of the set, and leave it good. */
static void revocation_of_an_issuers_own_token_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct made made = fleet_generate(worlds, "laptop");
	struct fleet_row row = { .issuer = ISSUER,
		.number = 2,
		.kind = FLEET_ROW_REVOCATION,
		.id = made.token.id,
		.revoked_at = NOON };
	uint8_t bytes[FLEET_SIGNED_MAX];
	struct signed_bytes signed_row = { bytes, fleet_row_write(&row, bytes) };

	fleet_sync(worlds);
	assert_int_equal(key_fleet_sign(worlds->issuer.key, 1, bytes, signed_row.len,
				 bytes + signed_row.len),
		0);
	signed_row.len += FLEET_SIGNATURE_LEN;
	assert_int_equal(
		tokens_fleet_put_rows(worlds->member.tokens, ISSUER, &signed_row, 1), -EBADMSG);
	assert_int_equal(fleet_log_in(worlds, &made), PAT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLDS_TEST(fleet__forged_row_is_refused),
		WORLDS_TEST(fleet__row_altered_in_any_byte_is_refused),
		WORLDS_TEST(fleet__heartbeat_altered_in_any_byte_is_refused),
		WORLDS_TEST(fleet__one_kind_of_bytes_is_not_taken_for_the_other),
		WORLDS_TEST(fleet__replayed_row_brings_nothing_back),
		WORLDS_TEST(fleet__reordered_rows_bring_nothing_back),
		WORLDS_TEST(rows_that_are_put_anew_may_be_reordered),
		WORLDS_TEST(one_bad_row_lets_none_in),
		WORLDS_TEST(fleet__withheld_row_makes_the_issuer_stale_until_all_is_there),
		WORLDS_TEST(fleet__stale_member_still_knows_local_tokens),
		WORLDS_TEST(fleet__older_heartbeat_counts_for_nothing),
		WORLDS_TEST(time__heartbeat_of_the_future_counts_for_nothing),
		WORLDS_TEST(fleet__issuer_that_is_trusted_no_more_is_unknown),
		WORLDS_TEST(fleet__id_of_another_token_is_not_taken),
		WORLDS_TEST(token_of_an_issuer_that_is_trusted_no_more_can_be_deleted),
		WORLDS_TEST(members_of_two_issuers_may_have_one_name),
		WORLDS_TEST(name_that_is_taken_for_a_while_keeps_no_row_out),
		WORLDS_TEST(longest_names_keep_no_row_out),
		WORLDS_TEST(join_writes_no_entries_and_later_changes_do),
		WORLDS_TEST(row_that_was_altered_in_the_database_is_replaced),
		WORLDS_TEST(integrity__row_that_was_altered_makes_up_for_none),
		WORLDS_TEST(integrity__altered_row_that_is_deleted_is_missed),
		WORLDS_TEST(ledger_that_was_altered_is_ignored),
		WORLDS_TEST(fleet__rows_put_anew_open_nothing_before_the_heartbeat),
		WORLDS_TEST(rows_that_are_put_anew_must_add_up),
		WORLDS_TEST(time__clock_set_back_keeps_no_heartbeat_young),
		WORLDS_TEST(fleet__row_of_a_stolen_key_ends_with_the_key),
		WORLDS_TEST(rows_that_are_not_put_anew_to_the_end_are_ordinary_ones),
		WORLDS_TEST(revocation_of_an_issuers_own_token_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
