/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows as bytes and back. */
#include <string.h>

#include "common/pack.h"
#include "protocol/rows.h"
#include "tests/unit/unit.h"

#define BYTES_MAX (16 * 1024)

static const struct token_row token = {
	.id = { "0123456789" },
	.name = "laptop",
	.uid = 1000,
	.user = "alice",
	.state = "active",
	.created_at = 1,
	.expires_at = INT64_MAX,
	.limits = { .services = "ssh*,sudo", .max_uses = 7 },
	.uses = 3,
	.revoked_reason = "lost",
	.last_used_from = "192.0.2.7",
};

static size_t pack(uint8_t bytes[static BYTES_MAX])
{
	const struct table *table = token_row_table();

	assert_between(row_size_max(table), 1, BYTES_MAX);
	return row_pack(table, &token, bytes);
}

static void row_comes_back_as_it_was(void **state)
{
	static uint8_t bytes[BYTES_MAX];
	struct token_row row;
	size_t len = pack(bytes);

	(void)state;
	assert_true(len <= row_size_max(token_row_table()));
	/* What follows it is not its own. */
	assert_int_equal(row_unpack(token_row_table(), bytes, len + 100, &row), len);
	assert_memory_equal(&row, &token, sizeof(row));
}

static void row_that_was_cut_short_is_none(void **state)
{
	static uint8_t bytes[BYTES_MAX];
	const struct token_row zeros = { 0 };
	struct token_row row;
	size_t len = pack(bytes);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(row_unpack(token_row_table(), bytes, cut, &row), 0);
		assert_memory_equal(&row, &zeros, sizeof(row));
	}
}

/* A length, a text, a number that its field cannot have: the second byte is the id's length. */
static void row_with_what_no_field_can_have_is_none(void **state)
{
	static uint8_t bytes[BYTES_MAX];
	struct token_row row;
	size_t len = pack(bytes);

	(void)state;
	bytes[1] = 0xff;
	assert_int_equal(row_unpack(token_row_table(), bytes, len, &row), 0);
	(void)pack(bytes);
	bytes[2] = '\n';
	assert_int_equal(row_unpack(token_row_table(), bytes, len, &row), 0);
	(void)pack(bytes);
	bytes[2] = '\0';
	assert_int_equal(row_unpack(token_row_table(), bytes, len, &row), 0);
}

static void every_member_that_is_shown_has_a_property_and_a_key(void **state)
{
	const struct table *tables[] = { token_row_table(), &entry_row_table, &disabled_row_table,
		&source_row_table, &setting_row_table };

	(void)state;
	for (size_t t = 0; t < COUNT(tables); t++)
		for (size_t i = 0; i < tables[t]->n; i++) {
			assert_non_null(tables[t]->fields[i].property);
			assert_non_null(tables[t]->fields[i].column);
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(tables[t]->fields[i].property,
					tables[t]->fields[k].property);
		}
}

/* One byte longer than its field holds beside the NUL. */
static void text_that_fills_its_field_is_refused(void **state)
{
	const uint16_t fits = sizeof(((struct disabled_row *)0)->reason) - 1;
	/* After an empty user, the time and the uid. */
	const size_t reason_at = sizeof(uint16_t) + sizeof(uint64_t) + sizeof(uint32_t);
	struct disabled_row row;

	(void)state;
	for (uint16_t len = fits; len <= fits + 1; len++) {
		uint8_t bytes[512] = { 0 };
		const size_t size =
			sizeof(len) + len + sizeof(uint64_t) + sizeof(uint16_t) + sizeof(uint32_t);

		memcpy(bytes + reason_at, &len, sizeof(len));
		memset(bytes + reason_at + sizeof(len), 'a', len);
		assert_int_equal(
			row_unpack(&disabled_row_table, bytes, size, &row), len == fits ? size : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_fills_its_field_is_refused),
		cmocka_unit_test(row_comes_back_as_it_was),
		cmocka_unit_test(row_that_was_cut_short_is_none),
		cmocka_unit_test(row_with_what_no_field_can_have_is_none),
		cmocka_unit_test(every_member_that_is_shown_has_a_property_and_a_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
