/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as it comes over the bus, and from root.sock. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/pack.h"
#include "patctl/client/records.h"

struct property {
	const char *key, *type;
	union {
		const char *s, *as[3];
		dbus_uint32_t u;
		dbus_uint64_t t;
	} value;
};

static const struct property good[] = {
	{ "Id", "s", { .s = "abcDEF0123" } },
	{ "Name", "s", { .s = "nightly backup" } },
	{ "Uid", "u", { .u = 5 } },
	{ "User", "s", { .s = "games" } },
	{ "State", "s", { .s = "revoked" } },
	{ "CreatedAt", "t", { .t = 1 } },
	{ "ExpiresAt", "t", { .t = UINT64_C(253402300799) } },
	{ "RevokedAt", "t", { .t = 3 } },
	{ "LastUsedAt", "t", { .t = 4 } },
	{ "LastUsedService", "s", { .s = "sudo" } },
	{ "LastUsedFrom", "s", { .s = "192.0.2.7" } },
	{ "CreatedBy", "u", { .u = 6 } },
	{ "Services", "as", { .as = { "ssh*", "sudo" } } },
	{ "Sources", "as", { .as = { NULL } } },
	{ "Hours", "s", { .s = "Mon..Fri 08:00-18:00" } },
	{ "NotBefore", "t", { .t = 7 } },
	{ "MaxUses", "t", { .t = 8 } },
	{ "Uses", "t", { .t = 9 } },
	{ "RevokedUntil", "t", { .t = 10 } },
	{ "RevokedReason", "s", { .s = "lost" } },
	{ "Rotations", "u", { .u = 11 } },
	{ "RotatedAt", "t", { .t = 12 } },
	{ "FormerUntil", "t", { .t = 13 } },
	{ "Colour", "s", { .s = "a property of a later version" } },
};

#define GOOD (sizeof(good) / sizeof(good[0]))

static void append(DBusMessageIter *variant, const struct property *p)
{
	DBusMessageIter list;

	if (*p->type != DBUS_TYPE_ARRAY) {
		dbus_message_iter_append_basic(variant, *p->type, &p->value);
		return;
	}
	dbus_message_iter_open_container(variant, DBUS_TYPE_ARRAY, "s", &list);
	for (size_t i = 0; p->value.as[i]; i++)
		dbus_message_iter_append_basic(&list, DBUS_TYPE_STRING, &p->value.as[i]);
	dbus_message_iter_close_container(variant, &list);
}

/* Reads a message with one token that has these properties. */
static bool read_properties(const struct property *properties, size_t n, struct records *records)
{
	DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
	DBusMessageIter iter, tokens, array, entry, variant;
	bool ok;

	dbus_message_iter_init_append(message, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "a{sv}", &tokens);
	dbus_message_iter_open_container(&tokens, DBUS_TYPE_ARRAY, "{sv}", &array);
	for (size_t i = 0; i < n; i++) {
		const struct property *p = &properties[i];

		dbus_message_iter_open_container(&array, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
		dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &p->key);
		dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, p->type, &variant);
		append(&variant, p);
		dbus_message_iter_close_container(&entry, &variant);
		dbus_message_iter_close_container(&array, &entry);
	}
	dbus_message_iter_close_container(&tokens, &array);
	dbus_message_iter_close_container(&iter, &tokens);
	dbus_message_iter_init(message, &iter);
	records->table = token_row_table();
	ok = records_read_bus(records, &iter);
	dbus_message_unref(message);
	return ok;
}

/* What the properties say. */
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

static const struct token_row *item(const struct records *records, size_t i)
{
	return (const struct token_row *)records->items + i;
}

static void all_properties_are_read(void **state)
{
	cleanup_records struct records records = { 0 };

	(void)state;
	assert_true(read_properties(good, GOOD, &records));
	assert_int_equal(records.n, 1);
	assert_memory_equal(item(&records, 0), &a_token, sizeof(a_token));
}

/* patd of another machine may be of a version that has no notes yet; the good ones are of that. */
static void note_is_read_where_there_is_one(void **state)
{
	cleanup_records struct records records = { 0 };
	struct property properties[GOOD];

	(void)state;
	memcpy(properties, good, sizeof(good));
	properties[GOOD - 1] = (struct property) { "Note", "s", { .s = "blue" } };
	assert_true(read_properties(properties, GOOD, &records));
	assert_string_equal(item(&records, 0)->note, "blue");
	properties[GOOD - 1].value.s = "two\nlines";
	assert_false(read_properties(properties, GOOD, &records));
}

static void expect_refused(const struct property *properties)
{
	cleanup_records struct records records = { 0 };

	assert_false(read_properties(properties, GOOD, &records));
	assert_int_equal(records.n, 0);
}

static void record_that_breaks_the_contract_is_refused(void **state)
{
	struct property bad[GOOD];

	(void)state;
	for (size_t i = 0; i < GOOD - 1; i++) {
		/* The last, which nobody needs, takes the place of one that is needed. */
		memcpy(bad, good, sizeof(good));
		bad[i] = good[GOOD - 1];
		expect_refused(bad);

		memcpy(bad, good, sizeof(good));
		bad[i].type = "i";
		bad[i].value.t = 0;
		expect_refused(bad);
	}
	/* Twice. */
	memcpy(bad, good, sizeof(good));
	bad[GOOD - 1] = good[1];
	expect_refused(bad);
	memcpy(bad, good, sizeof(good));
	bad[0].value.s = "../../etc1";
	expect_refused(bad);
	memcpy(bad, good, sizeof(good));
	bad[1].value.s = "a\nb";
	expect_refused(bad);
}

static void text_or_list_that_is_too_long_is_refused(void **state)
{
	static char service[sizeof(a_token.limits.services)];
	struct property bad[GOOD];
	cleanup_records struct records records = { 0 };

	(void)state;
	memset(service, 'x', sizeof(service) - 1);
	memcpy(bad, good, sizeof(good));
	bad[12].value.as[0] = service;
	bad[12].value.as[1] = NULL;
	assert_true(read_properties(bad, GOOD, &records));
	assert_string_equal(item(&records, 0)->limits.services, service);
	bad[12].value.as[1] = "y";
	expect_refused(bad);
	service[sizeof(service) - 2] = '\0';
	expect_refused(bad);
	service[sizeof(service) - 3] = '\0';
	assert_true(read_properties(bad, GOOD, &records));
	assert_int_equal(strlen(item(&records, 1)->limits.services), sizeof(service) - 1);

	memcpy(bad, good, sizeof(good));
	memset(service, 'x', sizeof(service) - 1);
	bad[9].value.s = service;
	expect_refused(bad);
}

static void array_grows_and_has_copies(void **state)
{
	cleanup_records struct records records = { .table = token_row_table() };

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct token_row token = { .uid = i };

		records_append(&records, &token);
	}
	assert_int_equal(records.n, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(item(&records, i)->uid, i);
	records_clear(&records);
	assert_int_equal(records.n, 0);
}

static void rows_are_read(void **state)
{
	static uint8_t bytes[64 * 1024];
	cleanup_records struct records records = { .table = token_row_table() };
	struct token_row other = a_token;
	size_t len;

	(void)state;
	memcpy(other.id.text, "0123456789", sizeof("0123456789"));
	len = row_pack(token_row_table(), &a_token, bytes);
	len += row_pack(token_row_table(), &other, bytes + len);
	assert_true(records_read_rows(&records, bytes, len, 2));
	assert_int_equal(records.n, 2);
	assert_memory_equal(item(&records, 0), &a_token, sizeof(a_token));
	assert_memory_equal(item(&records, 1), &other, sizeof(other));
}

static void rows_that_are_cut_or_followed_by_more_are_refused(void **state)
{
	static uint8_t bytes[64 * 1024];
	const size_t len = row_pack(token_row_table(), &a_token, bytes);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		cleanup_records struct records records = { .table = token_row_table() };

		assert_false(records_read_rows(&records, bytes, cut, 1));
		assert_int_equal(records.n, 0);
	}
	for (uint32_t n = 0; n <= 3; n++) {
		cleanup_records struct records records = { .table = token_row_table() };

		assert_int_equal(records_read_rows(&records, bytes, len, n), n == 1);
	}
}

static void a_number_of_rows_beyond_the_bytes_allocates_no_more(void **state)
{
	cleanup_records struct records records = { .table = token_row_table() };

	(void)state;
	assert_false(records_read_rows(&records, "x", 1, UINT32_MAX));
	assert_true(records.room <= 16);
}

static void what_is_kept_comes_back(void **state)
{
	void *kept = record_keep(token_row_table(), &a_token);
	struct token_row token;

	(void)state;
	record_kept(token_row_table(), kept, &token);
	assert_memory_equal(&token, &a_token, sizeof(token));
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_properties_are_read),
		cmocka_unit_test(note_is_read_where_there_is_one),
		cmocka_unit_test(record_that_breaks_the_contract_is_refused),
		cmocka_unit_test(text_or_list_that_is_too_long_is_refused),
		cmocka_unit_test(array_grows_and_has_copies),
		cmocka_unit_test(rows_are_read),
		cmocka_unit_test(rows_that_are_cut_or_followed_by_more_are_refused),
		cmocka_unit_test(a_number_of_rows_beyond_the_bytes_allocates_no_more),
		cmocka_unit_test(what_is_kept_comes_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
