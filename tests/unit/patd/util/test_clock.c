/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The time by which tokens expire, with a clock that the test sets. */
#include "tests/unit/unit.h"

#include <time.h>

#include "patd/util/clock.h"

static uint64_t machine;

static uint64_t read_clock(void *userdata)
{
	return *(const uint64_t *)userdata;
}

static void time_follows_machine_clock(void **state)
{
	struct clock clock = { .read = read_clock, .userdata = &machine };

	(void)state;
	machine = 100;
	assert_int_equal(clock_now(&clock), 100);
	machine = 101;
	assert_int_equal(clock_now(&clock), 101);
	machine = UINT64_MAX;
	assert_int_equal(clock_now(&clock), UINT64_MAX);
}

static void time__time_never_goes_back(void **state)
{
	struct clock clock = { .read = read_clock, .userdata = &machine };

	(void)state;
	machine = 100;
	assert_int_equal(clock_now(&clock), 100);
	machine = 0;
	assert_int_equal(clock_now(&clock), 100);
	machine = 99;
	assert_int_equal(clock_now(&clock), 100);
	machine = 102;
	assert_int_equal(clock_now(&clock), 102);
}

static void time_starts_at_highest_seen(void **state)
{
	struct clock clock = { .read = read_clock, .userdata = &machine, .highest = 500 };

	(void)state;
	machine = 100;
	assert_int_equal(clock_now(&clock), 500);
	machine = 501;
	assert_int_equal(clock_now(&clock), 501);
}

static void time_is_never_zero(void **state)
{
	struct clock clock = { .read = read_clock, .userdata = &machine };

	(void)state;
	machine = 0;
	assert_int_equal(clock_now(&clock), 1);
}

static void machine_clock_is_read_in_seconds(void **state)
{
	time_t before = time(NULL), after;
	uint64_t now = clock_read_machine(NULL);

	(void)state;
	/* time() reads a coarser clock, which may lag behind by a tick. */
	after = time(NULL) + 1;
	assert_between(now, before, after);
}

static void time_since_boot_is_read_in_microseconds(void **state)
{
	const struct clock clock = { .read_us = clock_read_machine_us };
	struct timespec before, after;
	uint64_t now;

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &before), 0);
	now = clock_since_boot_us(&clock);
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &after), 0);
	assert_between(now, (uint64_t)before.tv_sec * 1000000 + (uint64_t)before.tv_nsec / 1000,
		(uint64_t)after.tv_sec * 1000000 + (uint64_t)after.tv_nsec / 1000);
}

static void clock_is_in_doubt_from_a_minute_behind_the_watermark_on(void **state)
{
	(void)state;
	assert_false(clock_in_doubt(1000, 1000));
	assert_false(clock_in_doubt(1000, 2000)); /* read a little later */
	assert_false(clock_in_doubt(1000, 940));
	assert_true(clock_in_doubt(1000, 939));
	assert_true(clock_in_doubt(1000, 0));
	assert_false(clock_in_doubt(1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_follows_machine_clock),
		cmocka_unit_test(time__time_never_goes_back),
		cmocka_unit_test(time_starts_at_highest_seen),
		cmocka_unit_test(time_is_never_zero),
		cmocka_unit_test(machine_clock_is_read_in_seconds),
		cmocka_unit_test(time_since_boot_is_read_in_microseconds),
		cmocka_unit_test(clock_is_in_doubt_from_a_minute_behind_the_watermark_on),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
