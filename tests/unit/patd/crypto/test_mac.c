/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The MAC over a record: what a member that is added later does to it. */
#include "patd/crypto/key.h"

#include <sodium.h>
#include <string.h>

#include "tests/unit/unit.h"

struct record {
	uint64_t number;
	char text[8];
	uint8_t mac[MAC_LEN];
	/* Added later: */
	uint64_t count;
	char country[8];
	char city[8];
	bool flag;
};

static const struct field fields[] = {
	FIELD(record, "number", number, FIELD_NUMBER, INT64_MAX),
	FIELD(record, "text", text, FIELD_TEXT, 0),
	FIELD(record, "mac", mac, FIELD_MAC, 0),
	FIELD(record, "count", count, FIELD_NUMBER, INT64_MAX),
	FIELD(record, "country", country, FIELD_TEXT, 0),
	FIELD(record, "city", city, FIELD_TEXT, 0),
	FIELD(record, "flag", flag, FIELD_BOOL, 1),
};

static const struct table old_table = { fields, 3, sizeof(struct record) };
static const struct table new_table = { fields, COUNT(fields), sizeof(struct record) };
static const uint8_t key[MAC_LEN] = { 1, 2, 3 };
static const struct record plain = { .number = 5, .text = "text" };

struct mac {
	uint8_t bytes[MAC_LEN];
};

static struct mac mac_of(const struct table *table, const struct record *record)
{
	struct mac mac;

	mac_record(key, NULL, table, record, mac.bytes);
	return mac;
}

static bool same(struct mac one, struct mac other)
{
	return memcmp(one.bytes, other.bytes, sizeof(one.bytes)) == 0;
}

static void older_record_keeps_its_mac_when_members_are_added(void **state)
{
	struct record record = plain;

	(void)state;
	assert_true(same(mac_of(&old_table, &record), mac_of(&new_table, &record)));
	/* A text is empty by its first byte, whatever stands after it. */
	record.country[3] = 'x';
	assert_true(same(mac_of(&old_table, &record), mac_of(&new_table, &record)));
}

static void added_member_that_differs_from_its_default_is_covered(void **state)
{
	struct record records[] = { plain, plain, plain, plain, plain, plain };
	struct mac macs[COUNT(records)];

	(void)state;
	records[1].count = 1;
	(void)strcpy(records[2].country, "x");
	(void)strcpy(records[3].city, "x"); /* as the country before it */
	records[4].flag = true;
	records[5].count = UINT64_C(1) << 56;
	for (size_t i = 0; i < COUNT(records); i++) {
		macs[i] = mac_of(&new_table, &records[i]);
		for (size_t j = 0; j < i; j++)
			assert_that(!same(macs[i], macs[j]), "%zu and %zu", i, j);
	}
}

/* As the bytes of one can be written into the other: an index, a length, the text. */
static void record_cannot_pass_for_one_with_other_members(void **state)
{
	struct record two = plain, one = plain;

	(void)state;
	(void)strcpy(two.country, "DE");
	(void)strcpy(two.city, "Ulm");
	(void)strcpy(one.country, "DEUlm");
	assert_false(same(mac_of(&new_table, &two), mac_of(&new_table, &one)));
	(void)strcpy(one.country, "Ulm");
	(void)strcpy(one.city, "DE");
	assert_false(same(mac_of(&new_table, &two), mac_of(&new_table, &one)));
}

static void mac_is_not_part_of_itself(void **state)
{
	struct record record = plain;

	(void)state;
	record.mac[0] = 7;
	assert_true(same(mac_of(&new_table, &record), mac_of(&new_table, &plain)));
}

static void mac_covers_what_came_before(void **state)
{
	static const uint8_t zeros[MAC_LEN] = { 0 }, ones[MAC_LEN] = { 1 };
	struct mac none = mac_of(&new_table, &plain), first, second;

	(void)state;
	mac_record(key, zeros, &new_table, &plain, first.bytes);
	mac_record(key, ones, &new_table, &plain, second.bytes);
	assert_false(same(none, first));
	assert_false(same(first, second));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_record_keeps_its_mac_when_members_are_added),
		cmocka_unit_test(added_member_that_differs_from_its_default_is_covered),
		cmocka_unit_test(record_cannot_pass_for_one_with_other_members),
		cmocka_unit_test(mac_is_not_part_of_itself),
		cmocka_unit_test(mac_covers_what_came_before),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
