/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records from the rows of the protocol. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/pack.h"
#include "patctl/client/row_record.h"
#include "protocol/request.h"
#include "protocol/rows.h"

/* Its header has another struct token than protocol/rows.h. */
const struct record_type *token_record_type(void);

static const struct token_row a_token = {
	.id = { "abcDEF0123" },
	.name = "nightly backup",
	.uid = 5,
	.user = "games",
	.state = "revoked",
	.created_at = 1,
	.expires_at = UINT64_C(253402300799),
	.created_by = 6,
	.limits = { "ssh*,sudo", "", "Mon..Fri 08:00-18:00", 7, 8 },
	.uses = 9,
	.revoked_at = 3,
	.revoked_until = 10,
	.revoked_reason = "lost",
	.rotations = 11,
	.rotated_at = 12,
	.former_until = 13,
	.last_used_at = 4,
	.last_used_service = "sudo",
	.last_used_from = "192.0.2.7",
};

/* The member of the record that has that key. */
static const void *member(const struct records *records, size_t i, const char *key)
{
	const struct record_type *type = records->type;

	for (size_t f = 0; f < type->n; f++)
		if (strcmp(type->fields[f].key, key) == 0)
			return (const char *)records->items + i * type->size +
			       type->fields[f].offset;
	fail_msg("no field %s", key);
	return NULL;
}

static const char *text(const struct records *records, size_t i, const char *key)
{
	return *(char *const *)member(records, i, key);
}

static char *const *texts(const struct records *records, size_t i, const char *key)
{
	return *(char *const *const *)member(records, i, key);
}

static uint64_t number(const struct records *records, size_t i, const char *key)
{
	return *(const uint64_t *)member(records, i, key);
}

static uint32_t number32(const struct records *records, size_t i, const char *key)
{
	return *(const uint32_t *)member(records, i, key);
}

static void all_properties_of_a_token_are_read(void **state)
{
	static uint8_t bytes[64 * 1024];
	cleanup_records struct records records = { .type = token_record_type() };
	struct token_row other = a_token;
	size_t len;

	(void)state;
	memcpy(other.id.text, "0123456789", sizeof("0123456789"));
	len = row_pack(token_row_table(), &a_token, bytes);
	len += row_pack(token_row_table(), &other, bytes + len);
	assert_true(rows_read(REQUEST_LIST, bytes, len, 2, &records));
	assert_int_equal(records.n, 2);
	assert_string_equal(member(&records, 0, "Id"), "abcDEF0123");
	assert_string_equal(member(&records, 1, "Id"), "0123456789");
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(text(&records, i, "Name"), "nightly backup");
		assert_string_equal(text(&records, i, "State"), "revoked");
		assert_int_equal(number32(&records, i, "Uid"), 5);
		assert_int_equal(number32(&records, i, "CreatedBy"), 6);
		assert_int_equal(number(&records, i, "ExpiresAt"), UINT64_C(253402300799));
		assert_string_equal(texts(&records, i, "Services")[0], "ssh*");
		assert_string_equal(texts(&records, i, "Services")[1], "sudo");
		assert_null(texts(&records, i, "Services")[2]);
		assert_null(texts(&records, i, "Sources")[0]);
		assert_string_equal(text(&records, i, "Hours"), "Mon..Fri 08:00-18:00");
		assert_int_equal(number(&records, i, "NotBefore"), 7);
		assert_int_equal(number(&records, i, "MaxUses"), 8);
		assert_int_equal(number(&records, i, "Uses"), 9);
		assert_int_equal(number(&records, i, "RevokedUntil"), 10);
		assert_int_equal(number32(&records, i, "Rotations"), 11);
		assert_int_equal(number(&records, i, "FormerUntil"), 13);
		assert_string_equal(text(&records, i, "LastUsedFrom"), "192.0.2.7");
	}
}

static void rows_that_are_cut_or_followed_by_more_are_refused(void **state)
{
	static uint8_t bytes[64 * 1024];
	const size_t len = row_pack(token_row_table(), &a_token, bytes);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		cleanup_records struct records records = { .type = token_record_type() };

		assert_false(rows_read(REQUEST_LIST, bytes, cut, 1, &records));
		assert_int_equal(records.n, 0);
	}
	for (uint32_t n = 0; n <= 3; n++) {
		cleanup_records struct records records = { .type = token_record_type() };

		assert_int_equal(rows_read(REQUEST_LIST, bytes, len, n, &records), n == 1);
	}
}

static void a_number_of_rows_beyond_the_bytes_allocates_nothing(void **state)
{
	cleanup_records struct records records = { .type = token_record_type() };

	(void)state;
	assert_false(rows_read(REQUEST_LIST, "x", 1, UINT32_MAX, &records));
	assert_null(records.items);
}

static void a_request_without_rows_has_none(void **state)
{
	cleanup_records struct records records = { .type = token_record_type() };

	(void)state;
	assert_false(rows_read(REQUEST_REVOKE, "", 0, 0, &records));
	/* Rows of another kind have not the same members. */
	assert_false(rows_read(REQUEST_HISTORY, "", 0, 0, &records));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_properties_of_a_token_are_read),
		cmocka_unit_test(rows_that_are_cut_or_followed_by_more_are_refused),
		cmocka_unit_test(a_number_of_rows_beyond_the_bytes_allocates_nothing),
		cmocka_unit_test(a_request_without_rows_has_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
