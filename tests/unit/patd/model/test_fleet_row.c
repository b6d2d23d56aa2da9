/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and heartbeats of issuers: their bytes, and what an issuer may say. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/lifetime.h"
#include "patd/model/fleet_name.h"
#include "patd/model/fleet_row.h"

static const struct fleet_row token_row = {
	.issuer = "admin1",
	.number = 7,
	.kind = FLEET_ROW_TOKEN,
	.id = { "Example123" },
	.user = "alice",
	.name = "laptop",
	.verifier = { 1, 2, 3 },
	.created_at = 1700000000,
	.created_by_root = true,
	.expires_at = 1800000000,
	.limits = { .services = "sshd,sudo",
		.sources = "192.0.2.0/24",
		.hours = "Mon..Fri 08:00-18:00",
		.not_before = 1700000001,
		.max_uses = 5,
		.confirm = true,
		.hosts = "db1,web*" },
	.revoked_at = 1700000002,
	.revoked_until = 1700000003,
	.revoked_reason = "lost",
	.restored_at = 1700000004,
	.rotations = 2,
	.rotated_at = 1700000005,
	.former_verifier = { 4, 5 },
	.former_until = 1700000006,
};

static const struct fleet_row deleted_row = {
	.issuer = "admin1",
	.number = 8,
	.kind = FLEET_ROW_DELETED,
	.id = { "Example123" },
};

static const struct fleet_row revocation_row = {
	.issuer = "admin2",
	.number = 1,
	.kind = FLEET_ROW_REVOCATION,
	.id = { "Example123" },
	.revoked_at = 1700000000,
	.revoked_reason = "lost",
};

static const struct fleet_beat some_beat = {
	.issuer = "admin1", .at = 1700000000, .last = 7, .rows = { 1, 2, 3 }
};

/* As it is signed, with some signature; whole bytes of the record and no more. */
static size_t write_row(const struct fleet_row *row, uint8_t bytes[static FLEET_SIGNED_MAX])
{
	const size_t len = fleet_row_write(row, bytes);

	memset(bytes + len, 0x5A, FLEET_SIGNATURE_LEN);
	return len + FLEET_SIGNATURE_LEN;
}

static void row_is_read_as_it_was_written(void **state)
{
	const struct fleet_row *const rows[] = { &token_row, &deleted_row, &revocation_row };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[FLEET_SIGNED_MAX], again[FLEET_SIGNED_MAX];
		const size_t len = write_row(rows[i], bytes);
		struct fleet_row row;

		assert_memory_equal(bytes, "PATROW01", FLEET_MAGIC_LEN);
		assert_true(fleet_row_read(bytes, len, &row));
		assert_int_equal(write_row(&row, again), len);
		assert_memory_equal(again, bytes, len);
		assert_string_equal(row.issuer, rows[i]->issuer);
		assert_int_equal(row.number, rows[i]->number);
		assert_int_equal(row.kind, rows[i]->kind);
		assert_string_equal(row.limits.hosts, rows[i]->limits.hosts);
	}
}

static void heartbeat_is_read_as_it_was_written(void **state)
{
	uint8_t bytes[FLEET_SIGNED_MAX] = { 0 };
	const size_t len = fleet_beat_write(&some_beat, bytes) + FLEET_SIGNATURE_LEN;
	struct fleet_beat beat;
	struct fleet_row row;

	(void)state;
	assert_memory_equal(bytes, "PATBEAT1", FLEET_MAGIC_LEN);
	assert_true(fleet_beat_read(bytes, len, &beat));
	assert_string_equal(beat.issuer, "admin1");
	assert_int_equal(beat.at, some_beat.at);
	assert_int_equal(beat.last, some_beat.last);
	/* Neither is taken for the other. */
	assert_false(fleet_row_read(bytes, len, &row));
	assert_false(fleet_beat_read(bytes, write_row(&deleted_row, bytes), &beat));
}

static void largest_row_fits(void **state)
{
	struct fleet_row row = token_row;
	uint8_t bytes[FLEET_SIGNED_MAX];

	(void)state;
	memset(row.issuer, 'a', sizeof(row.issuer) - 1);
	memset(row.user, 'a', sizeof(row.user) - 1);
	memset(row.name, 'a', sizeof(row.name) - 1);
	memset(row.limits.services, 'a', sizeof(row.limits.services) - 1);
	memset(row.limits.sources, 'a', sizeof(row.limits.sources) - 1);
	memset(row.limits.hours, 'a', sizeof(row.limits.hours) - 1);
	memset(row.limits.hosts, 'a', sizeof(row.limits.hosts) - 1);
	memset(row.revoked_reason, 'a', sizeof(row.revoked_reason) - 1);
	assert_true(FLEET_MAGIC_LEN + row_size_max(&fleet_row_table) + FLEET_SIGNATURE_LEN <=
		    FLEET_SIGNED_MAX);
	assert_true(write_row(&row, bytes) <= FLEET_SIGNED_MAX);
}

/* Of every length but the right one, and with any other byte of what is signed. */
static void altered_bytes_are_another_row_or_none(void **state)
{
	uint8_t bytes[FLEET_SIGNED_MAX + 1] = { 0 }, again[FLEET_SIGNED_MAX];
	const size_t len = write_row(&token_row, bytes);
	struct fleet_row row;

	(void)state;
	for (size_t i = 0; i <= sizeof(bytes); i++)
		assert_int_equal(fleet_row_read(bytes, i, &row), i == len);
	for (size_t i = 0; i < len - FLEET_SIGNATURE_LEN; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (uint8_t)(1U << bit);
			if (fleet_row_read(bytes, len, &row)) {
				assert_int_equal(write_row(&row, again), len);
				assert_memory_equal(again, bytes, len);
			}
			bytes[i] ^= (uint8_t)(1U << bit);
		}
}

/* clang-format off */
#define TEXT(row, member, text)                                                                    \
	{                                                                                          \
		&(row), offsetof(struct fleet_row, member), sizeof(text), text                     \
	}
#define SET(row, member, type, value)                                                              \
	{                                                                                          \
		&(row), offsetof(struct fleet_row, member), sizeof(type), &(const type)            \
		{                                                                                  \
			value                                                                      \
		}                                                                                  \
	}
/* clang-format on */

/* Each has one member of a good row that it cannot have. */
static const struct {
	const struct fleet_row *row;
	size_t offset, size;
	const void *bytes;
} impossible[] = {
	TEXT(token_row, issuer, ""),
	TEXT(token_row, issuer, "-a"),
	TEXT(token_row, issuer, "a b"),
	SET(token_row, number, uint64_t, 0),
	SET(token_row, number, uint64_t, UINT64_MAX),
	SET(token_row, kind, uint32_t, 0),
	SET(token_row, kind, uint32_t, FLEET_ROW_REVOCATION + 1),
	TEXT(token_row, id, "Example12"),
	TEXT(token_row, user, ""),
	TEXT(token_row, user, "a\x1B"),
	TEXT(token_row, name, ""),
	TEXT(token_row, name, "a\nb"),
	SET(token_row, created_at, uint64_t, 0),
	SET(token_row, created_at, uint64_t, PAT_EXPIRES_MAX + 1),
	SET(token_row, expires_at, uint64_t, PAT_EXPIRES_MAX + 1),
	TEXT(token_row, limits.services, "sudo,sshd"),
	TEXT(token_row, limits.services, "a/b"),
	TEXT(token_row, limits.sources, "192.0.2.1/24"),
	TEXT(token_row, limits.hours, "monday"),
	TEXT(token_row, limits.hosts, "Web*"),
	SET(token_row, limits.max_uses, uint64_t, UINT64_MAX),
	SET(token_row, limits.not_before, uint64_t, PAT_EXPIRES_MAX + 1),
	SET(token_row, revoked_at, uint64_t, 0),          /* and why, and until when */
	SET(token_row, revoked_at, uint64_t, 1700000004), /* after the end of that */
	TEXT(token_row, revoked_reason, "\x1B[2J"),
	SET(token_row, rotations, uint32_t, 0),
	SET(token_row, restored_at, uint64_t, PAT_EXPIRES_MAX), /* no time is left to revoke it */
	/* What is no token has nothing of one. */
	SET(token_row, kind, uint32_t, FLEET_ROW_DELETED),
	SET(token_row, kind, uint32_t, FLEET_ROW_REVOCATION),
	SET(deleted_row, revoked_at, uint64_t, 1),
	SET(deleted_row, verifier, uint8_t, 1),
	SET(deleted_row, created_by_root, bool, true),
	SET(revocation_row, revoked_at, uint64_t, 0),
	SET(revocation_row, revoked_until, uint64_t, 1700000000),
	SET(revocation_row, limits.confirm, bool, true),
};

static void impossible_row_is_not_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(impossible); i++) {
		uint8_t bytes[FLEET_SIGNED_MAX];
		struct fleet_row row = *impossible[i].row, read = token_row;

		memcpy((char *)&row + impossible[i].offset, impossible[i].bytes,
			impossible[i].size);
		assert_that(!fleet_row_read(bytes, write_row(&row, bytes), &read), "%zu", i);
		/* Untouched. */
		assert_int_equal(read.number, token_row.number);
	}
}

static void row_that_is_bound_to_another_machine_is_a_problem(void **state)
{
	struct fleet_row row = token_row;

	(void)state;
	assert_null(fleet_row_problem(&row));
	(void)strcpy(row.limits.until, "boot");
	assert_non_null(fleet_row_problem(&row));
	row = token_row;
	(void)strcpy(row.limits.until_id, "x");
	assert_non_null(fleet_row_problem(&row));
}

static void impossible_heartbeat_is_not_read(void **state)
{
	struct fleet_beat beats[] = { some_beat, some_beat, some_beat, some_beat }, read;

	(void)state;
	(void)strcpy(beats[0].issuer, "_a");
	beats[1].at = 0;
	beats[2].at = PAT_EXPIRES_MAX + 1;
	beats[3].last = UINT64_MAX;
	for (size_t i = 0; i < COUNT(beats); i++) {
		uint8_t bytes[FLEET_SIGNED_MAX] = { 0 };
		const size_t len = fleet_beat_write(&beats[i], bytes) + FLEET_SIGNATURE_LEN;

		assert_that(!fleet_beat_read(bytes, len, &read), "%zu", i);
	}
}

static void token_of_a_member_says_what_the_row_says(void **state)
{
	struct token token = { .uid = TOKEN_UID_ANY,
		.note = "mine",
		.uses = 9,
		.last_used_at = 1700000009,
		.row_hash = { 7, 8, 9 } };
	struct fleet_row row;

	(void)state;
	fleet_row_apply(&token_row, &token);
	assert_int_equal(token.uid, TOKEN_UID_ANY);
	assert_int_equal(token.created_by, 0);
	assert_string_equal(token.note, "mine");
	assert_int_equal(token.uses, 9);
	assert_int_equal(token.row_hash[2], 9);
	assert_false(token.held);
	fleet_row_of(&token, &row);
	assert_memory_equal(&row, &token_row, sizeof(row));

	row.created_by_root = false;
	fleet_row_apply(&row, &token);
	assert_int_equal(token.created_by, TOKEN_UID_ANY);
	fleet_row_of(&token, &row);
	assert_false(row.created_by_root);
}

static void held_token_stays_revoked_until_its_issuer_says_so(void **state)
{
	struct token token = { .uid = TOKEN_UID_ANY,
		.held = true,
		.revoked_at = 1700000009,
		.revoked_reason = "here" };
	struct fleet_row row = token_row;

	(void)state;
	row.revoked_at = row.revoked_until = 0;
	row.revoked_reason[0] = '\0';
	fleet_row_apply(&row, &token);
	assert_true(token.held);
	assert_int_equal(token.revoked_at, 1700000009);
	assert_string_equal(token.revoked_reason, "here");
	assert_int_equal(token.number, row.number);

	fleet_row_apply(&token_row, &token);
	assert_false(token.held);
	assert_int_equal(token.revoked_at, token_row.revoked_at);
	assert_string_equal(token.revoked_reason, "lost");
	/* From then on it is restored as its issuer says. */
	fleet_row_apply(&row, &token);
	assert_int_equal(token.revoked_at, 0);
}

static void name_is_of_letters_digits_and_a_few(void **state)
{
	static const char *const good[] = { "a", "Z", "0", "web1.example.org", "a-b_c" };
	static const char *const bad[] = { "", "-", ".a", "_a", "a b", "a:", "a@b", "a*",
		"\xC3\xA4" };
	char name[FLEET_NAME_LEN_MAX + 2] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_that(fleet_name_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_that(!fleet_name_valid(bad[i]), "%s", bad[i]);
	memset(name, 'a', FLEET_NAME_LEN_MAX);
	assert_true(fleet_name_valid(name));
	name[FLEET_NAME_LEN_MAX] = 'a';
	assert_false(fleet_name_valid(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(row_is_read_as_it_was_written),
		cmocka_unit_test(heartbeat_is_read_as_it_was_written),
		cmocka_unit_test(largest_row_fits),
		cmocka_unit_test(altered_bytes_are_another_row_or_none),
		cmocka_unit_test(impossible_row_is_not_read),
		cmocka_unit_test(row_that_is_bound_to_another_machine_is_a_problem),
		cmocka_unit_test(impossible_heartbeat_is_not_read),
		cmocka_unit_test(token_of_a_member_says_what_the_row_says),
		cmocka_unit_test(held_token_stays_revoked_until_its_issuer_says_so),
		cmocka_unit_test(name_is_of_letters_digits_and_a_few),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
