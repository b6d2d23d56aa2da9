/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What time has certainly passed, under clocks that jump, machines that are off, and boots. */
#include "patd/rules/jumps.h"
#include "tests/unit/unit.h"

#include <string.h>

#define NOON UINT64_C(1700000000)
#define HOUR UINT64_C(3600)
#define DAY UINT64_C(86400)
#define YEAR (365 * DAY)

struct look {
	uint64_t now, since_boot; /* after NOON */
	uint64_t jumped;
};

static void look_at(struct jumps *jumps, const struct look *look)
{
	uint64_t jumped;

	(void)jumps_look(jumps, NOON + look->now, look->since_boot, &jumped);
	assert_int_equal(jumped, look->jumped);
}

/* Looks one after the other, and how long ago a year before the last of them certainly was. */
static const struct {
	const char *what;
	struct look looks[5];
	unsigned int n;
	uint64_t before; /* a day before now: seconds before it */
} rows[] = {
	{ "the first look", { { YEAR, 10, 0 } }, 1, DAY },
	{ "time goes on", { { 0, 10, 0 }, { 9 * DAY, 9 * DAY + 10, 0 } }, 2, DAY },
	{ "the machine slept", { { 0, 10, 0 }, { 3 * DAY, 3 * DAY + 10, 0 } }, 2, DAY },
	{ "off over night", { { 0, 5 * HOUR, 0 }, { 20 * HOUR, 60, 0 } }, 2, DAY },
	{ "on by day and off over night, a little longer each time",
		{ { 0, 60, 0 }, { 12 * HOUR, 12 * HOUR + 60, 0 }, { DAY + 300, 60, 0 },
			{ DAY + 12 * HOUR, 12 * HOUR, 0 }, { 2 * DAY + 600, 60, 0 } },
		5, DAY },
	{ "off for so long that it may be the clock",
		{ { 0, 5 * HOUR, 0 }, { 3 * DAY, 60, 3 * DAY - 60 } }, 2, DAY + 3 * DAY - 60 },
	{ "three years ahead", { { 0, HOUR, 0 }, { 3 * YEAR + HOUR, 2 * HOUR, 3 * YEAR } }, 2,
		DAY + 3 * YEAR },
	{ "and half a day later",
		{ { 0, HOUR, 0 }, { 3 * YEAR + HOUR, 2 * HOUR, 3 * YEAR },
			{ 3 * YEAR + 13 * HOUR, 14 * HOUR, 0 } },
		3, DAY + 3 * YEAR },
	{ "and two days later",
		{ { 0, HOUR, 0 }, { 3 * YEAR + HOUR, 2 * HOUR, 3 * YEAR },
			{ 3 * YEAR + HOUR + 2 * DAY, 2 * HOUR + 2 * DAY, 0 } },
		3, DAY },
	{ "by half a day, again and again",
		{ { 0, HOUR, 0 }, { 12 * HOUR, HOUR, 0 }, { 24 * HOUR, HOUR, 0 },
			{ 36 * HOUR, HOUR, 36 * HOUR } },
		4, DAY + 36 * HOUR },
	{ "ahead twice, and reset to a time between",
		{ { 0, HOUR, 0 }, { 3 * DAY, 2 * HOUR, 3 * DAY - HOUR },
			{ 3 * YEAR, 3 * HOUR, 3 * YEAR - 3 * DAY - HOUR },
			{ 3 * DAY + 2 * HOUR, 4 * HOUR, 0 } },
		4, DAY + 3 * DAY - HOUR },
	{ "ahead, and reset",
		{ { 0, HOUR, 0 }, { 3 * YEAR, 2 * HOUR, 3 * YEAR - HOUR },
			{ 2 * HOUR, 3 * HOUR, 0 } },
		3, DAY },
	{ "ahead, and reset to what is still ahead",
		{ { 0, HOUR, 0 }, { 3 * YEAR, 2 * HOUR, 3 * YEAR - HOUR },
			{ 2 * YEAR, 3 * HOUR, 0 } },
		3, DAY + 2 * YEAR - 2 * HOUR },
	{ "ahead twice, and reset to before the second time, hours later",
		{ { 0, HOUR, 0 }, { YEAR, 2 * HOUR, YEAR - HOUR },
			{ 3 * YEAR, 3 * HOUR, 2 * YEAR - HOUR },
			{ 3 * YEAR + 10 * HOUR, 13 * HOUR, 0 }, { YEAR / 2, 14 * HOUR, 0 } },
		5, DAY + YEAR / 2 - 13 * HOUR },
	{ "ahead, and reset to half a day later than it can be",
		{ { 0, HOUR, 0 }, { 3 * YEAR, 2 * HOUR, 3 * YEAR - HOUR },
			{ 12 * HOUR, 3 * HOUR, 0 } },
		3, DAY },
	{ "ahead, and reset to before that",
		{ { 0, HOUR, 0 }, { 5 * DAY, 5 * DAY + HOUR, 0 },
			{ 3 * YEAR, 5 * DAY + 2 * HOUR, 3 * YEAR - 5 * DAY - HOUR },
			{ DAY, 5 * DAY + 3 * HOUR, 0 } },
		4, DAY },
	{ "and three years later",
		{ { 0, HOUR, 0 }, { 3 * YEAR, 2 * HOUR, 3 * YEAR - HOUR },
			{ 2 * HOUR, 3 * HOUR, 0 },
			{ 3 * YEAR + 2 * HOUR, 3 * YEAR + 3 * HOUR, 0 } },
		4, DAY },
	{ "by less than a day, on each of two days",
		{ { 0, 60, 0 }, { 44 * HOUR, 24 * HOUR + 60, 0 },
			{ 88 * HOUR, 48 * HOUR + 60, 0 } },
		3, DAY },
	{ "a board without a clock, at its first boot",
		{ { 0, 10, 0 }, { 50 * YEAR, 60, 50 * YEAR - 50 },
			{ 50 * YEAR + DAY, DAY + 60, 0 } },
		3, DAY },
};

static void time__what_a_clock_skipped_has_not_passed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct jumps jumps = { 0 };
		uint64_t now = 0, before;

		for (unsigned int n = 0; n < rows[i].n; n++) {
			look_at(&jumps, &rows[i].looks[n]);
			now = NOON + rows[i].looks[n].now;
		}
		before = now - jumps_before(&jumps, now, DAY);
		assert_that(before == rows[i].before, "%s: %llu", rows[i].what,
			(unsigned long long)before);
	}
}

static void nothing_is_as_old_as_time_itself(void **state)
{
	struct jumps jumps = { 0 };

	(void)state;
	assert_int_equal(jumps_before(&jumps, NOON, NOON + 1), 0);
	assert_int_equal(jumps_before(&jumps, NOON, NOON), 0);
	assert_int_equal(jumps_before(&jumps, NOON, NOON - 1), 1);
}

/* Whoever is refused looks, too: that costs no write each time. */
static void look_is_kept_once_in_ten_minutes(void **state)
{
	struct jumps jumps = { 0 };
	uint64_t jumped;

	(void)state;
	assert_true(jumps_look(&jumps, NOON, 10, &jumped));
	for (uint64_t minutes = 0; minutes < 3 * 24 * 60; minutes += 10) {
		const uint64_t s = minutes * 60;

		assert_false(jumps_look(&jumps, NOON + s + 599, 10 + s + 599, &jumped));
		assert_true(jumps_look(&jumps, NOON + s + 600, 10 + s + 600, &jumped));
	}
	assert_true(jumps_look(&jumps, NOON + 3 * DAY, 10, &jumped)); /* another boot */
}

/* A machine that is off on most days forgets no clock that was years ahead. */
static void shortest_jump_is_forgotten(void **state)
{
	struct jumps jumps = { 0 };
	uint64_t now = NOON, jumped;

	(void)state;
	(void)jumps_look(&jumps, now, 10, &jumped);
	now += 3 * YEAR;
	(void)jumps_look(&jumps, now, 10, &jumped);
	for (uint64_t i = 0; i < 3 * (uint64_t)JUMPS_MAX; i++) {
		now += 2 * DAY + i;
		assert_true(jumps_look(&jumps, now, 10, &jumped));
		assert_int_equal(jumped, 2 * DAY + i);
	}
	assert_int_equal(jumps.jumps[0].to - jumps.jumps[0].from, 3 * YEAR);
	assert_int_equal(jumps.jumps[JUMPS_MAX - 1].to, now);
	for (unsigned int i = 1; i < JUMPS_MAX; i++)
		assert_true(jumps.jumps[i].from >= jumps.jumps[i - 1].to);
}

/* A database may be moved to a machine with another order of bytes. */
static void jumps_are_kept_alike_on_every_machine(void **state)
{
	const struct jumps jumps = { .at = NOON, .since_boot = 1, .jumps[0] = { 2, 3 } };
	uint8_t expected[JUMPS_BYTES] = { 0x00, 0xf1, 0x53, 0x65, [16] = 1, [40] = 2, [48] = 3 };
	uint8_t bytes[JUMPS_BYTES];
	struct jumps read;

	(void)state;
	jumps_pack(&jumps, bytes);
	assert_memory_equal(bytes, expected, sizeof(bytes));
	jumps_unpack(bytes, &read);
	assert_memory_equal(&read, &jumps, sizeof(read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time__what_a_clock_skipped_has_not_passed),
		cmocka_unit_test(nothing_is_as_old_as_time_itself),
		cmocka_unit_test(look_is_kept_once_in_ten_minutes),
		cmocka_unit_test(shortest_jump_is_forgotten),
		cmocka_unit_test(jumps_are_kept_alike_on_every_machine),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
