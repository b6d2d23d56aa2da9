/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows that a member takes from an issuer, and those that it refuses: forged, altered, replayed. */
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

/* Two threads look at them, and each begins where it may. */
static void fleet__forged_row_anywhere_among_many_is_refused(void **state)
{
	struct fleet_worlds *worlds = *state;
	struct parcel *parcel = &worlds->parcel;
	char name[16];

	for (unsigned int i = 0; i < COUNT(parcel->rows); i++) {
		(void)snprintf(name, sizeof(name), "laptop%u", i);
		(void)fleet_generate(worlds, name);
	}
	fleet_sign(&worlds->issuer, 0, parcel);
	assert_int_equal(parcel->n, COUNT(parcel->rows));
	for (size_t at = 0; at < parcel->n; at++) {
		uint8_t *last = &parcel->rows[at].bytes[parcel->rows[at].len - 1];

		*last ^= 1;
		assert_that(fleet_put(&worlds->member, ISSUER, parcel) == -EBADMSG, "row %zu", at);
		assert_int_equal(fleet_count(&worlds->member, ISSUER), 0);
		*last ^= 1;
	}
	assert_int_equal(fleet_put(&worlds->member, ISSUER, parcel), 0);
	assert_int_equal(fleet_count(&worlds->member, ISSUER), parcel->n);
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
	assert_int_equal(world_delete(&worlds->member, &made), PAT_ERR_NOT_ISSUER);
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
		WORLDS_TEST(one_bad_row_lets_none_in),
		WORLDS_TEST(fleet__forged_row_anywhere_among_many_is_refused),
		WORLDS_TEST(fleet__issuer_that_is_trusted_no_more_is_unknown),
		WORLDS_TEST(fleet__id_of_another_token_is_not_taken),
		WORLDS_TEST(token_of_an_issuer_that_is_trusted_no_more_can_be_deleted),
		WORLDS_TEST(members_of_two_issuers_may_have_one_name),
		WORLDS_TEST(name_that_is_taken_for_a_while_keeps_no_row_out),
		WORLDS_TEST(longest_names_keep_no_row_out),
		WORLDS_TEST(join_writes_no_entries_and_later_changes_do),
		WORLDS_TEST(revocation_of_an_issuers_own_token_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
