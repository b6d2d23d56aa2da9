/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/model/entry. */
#include <string.h>

#include "common/pack.h"
#include "patd/model/entry.h"
#include "tests/unit/unit.h"

/* The numbers are in databases, and the words in scripts: neither may ever change. */
static const char *const events[] = { "generated", "used", "refused", "revoked", "suspended",
	"restored", "rotated", "renamed", "deleted", "disabled", "enabled", "changed",
	"session-ended" };
static const char *const hows[] = { "pam", "root", "owner", "password", "patd", "bus", "fleet" };

static void events_keep_number_and_word(void **state)
{
	(void)state;
	assert_int_equal(COUNT(events), ENTRY_EVENTS);
	for (unsigned int i = 0; i < COUNT(events); i++)
		assert_string_equal(entry_event_text((enum entry_event)i), events[i]);
}

static void authorities_keep_number_and_word(void **state)
{
	(void)state;
	assert_int_equal(COUNT(hows), ENTRY_HOWS);
	for (unsigned int i = 0; i < COUNT(hows); i++)
		assert_string_equal(entry_how_text((enum entry_how)i), hows[i]);
}

static struct entry an_entry(void)
{
	struct entry entry = { .seq = UINT64_C(1) << 40,
		.at = 1700000000,
		.event = ENTRY_USED,
		.id = { "0123456789" },
		.user = "alice",
		.uid = UINT32_MAX,
		.new_network = true,
		.service = "sudo" };

	/* As long as a name can be. */
	for (size_t at = 0; at < PAT_NAME_BYTES_MAX; at += 4)
		memcpy(entry.name + at, "\U0001F511", 4);
	memset(entry.mac, 0xAB, sizeof(entry.mac));
	return entry;
}

/* How many of the bytes an earlier version wrote: those that end with the MAC. */
static size_t earlier_len(const uint8_t *bytes, size_t len, const struct entry *entry)
{
	const uint8_t *mac = memmem(bytes, len, entry->mac, sizeof(entry->mac));

	assert_non_null(mac);
	return (size_t)(mac - bytes) + sizeof(entry->mac);
}

static void packed_entry_is_the_same_again(void **state)
{
	struct entry entry = an_entry(), again;
	uint8_t bytes[ROW_SIZE_MAX(struct entry)];
	size_t len = row_pack(&entry_table, &entry, bytes);

	(void)state;
	assert_int_equal(row_unpack(&entry_table, bytes, len, &again), len);
	assert_memory_equal(&entry, &again, sizeof(entry));
	/* Nothing is longer than there is room for. */
	memset(entry.user, 'u', sizeof(entry.user) - 1);
	memset(entry.service, 's', sizeof(entry.service) - 1);
	memset(entry.rhost, 'r', sizeof(entry.rhost) - 1);
	memset(entry.tty, 't', sizeof(entry.tty) - 1);
	memset(entry.detail, 'd', sizeof(entry.detail) - 1);
	memset(entry.command, 'c', sizeof(entry.command) - 1);
	memset(entry.process, 'p', sizeof(entry.process) - 1);
	assert_true(row_pack(&entry_table, &entry, bytes) <= ROW_SIZE_MAX(struct entry));
}

static void entry_of_an_earlier_version_is_read(void **state)
{
	struct entry entry = an_entry(), again;
	const struct entry without = entry;
	uint8_t bytes[ROW_SIZE_MAX(struct entry)];
	size_t len;

	(void)state;
	(void)strcpy(entry.command, "sudo id");
	(void)strcpy(entry.process, "pid 4711");
	entry.answered = true;
	entry.answered_by = 1000;
	len = earlier_len(bytes, row_pack(&entry_table, &entry, bytes), &entry);
	assert_int_equal(row_unpack(&entry_table, bytes, len, &again), len);
	assert_memory_equal(&again, &without, sizeof(without));
}

static void damaged_entry_is_refused_or_in_bounds(void **state)
{
	struct entry entry = an_entry(), again;
	uint8_t bytes[ROW_SIZE_MAX(struct entry)];
	size_t len = row_pack(&entry_table, &entry, bytes);
	const size_t earlier = earlier_len(bytes, len, &entry);

	(void)state;
	for (size_t cut = 0; cut < earlier; cut++)
		assert_int_equal(row_unpack(&entry_table, bytes, cut, &again), 0);
	/* Each column that follows may be one that some version did not have yet. */
	for (size_t cut = earlier; cut < len; cut++) {
		const size_t taken = row_unpack(&entry_table, bytes, cut, &again);

		assert_true(taken == cut || taken == 0);
	}
	for (size_t at = 0; at < len; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			bytes[at] ^= (uint8_t)(1U << bit);
			if (row_unpack(&entry_table, bytes, len, &again) > 0)
				assert_true(again.event < ENTRY_EVENTS);
			bytes[at] ^= (uint8_t)(1U << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_keep_number_and_word),
		cmocka_unit_test(authorities_keep_number_and_word),
		cmocka_unit_test(packed_entry_is_the_same_again),
		cmocka_unit_test(entry_of_an_earlier_version_is_read),
		cmocka_unit_test(damaged_entry_is_refused_or_in_bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
