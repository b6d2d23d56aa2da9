/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of how often a hub is repaired for hosts that say that they lack rows. */
#include "tests/unit/unit.h"

#include "fleet/carry/repair_pace.h"

#define S UINT64_C(1000000)
#define BOOTED (5 * S) /* before the first host says so */
#define MIN (20 * S)
#define MAX (1200 * S)
#define CALM (3600 * S)

/* A host says so whenever a repair may begin, and one begins: how long after the one before. */
static uint64_t repair(struct repair_pace *pace, uint64_t *now)
{
	const uint64_t before = *now;

	if (pace->not_before_us > *now)
		*now = pace->not_before_us;
	repair_pace_lacks(pace, *now);
	assert_true(repair_pace_is_due(pace, *now));
	repair_pace_begin(pace, *now);
	return *now - before;
}

static void first_host_that_lacks_rows_has_its_repair_at_once(void **state)
{
	struct repair_pace pace = { 0 };
	uint64_t now = BOOTED;

	(void)state;
	assert_int_equal(repair(&pace, &now), 0);
}

static void second_repair_is_20_seconds_after_the_first_at_most(void **state)
{
	struct repair_pace pace = { 0 };
	uint64_t now = BOOTED;

	(void)state;
	(void)repair(&pace, &now);
	repair_pace_lacks(&pace, now + MIN / 2 - 1);
	assert_false(repair_pace_is_due(&pace, now + MIN / 2 - 1));
	assert_true(repair_pace_is_due(&pace, now + MIN));
}

static void repairs_come_ever_more_rarely_up_to_20_minutes(void **state)
{
	struct repair_pace pace = { 0 };
	uint64_t now = BOOTED, whole = MIN;

	(void)state;
	(void)repair(&pace, &now);
	for (int i = 0; i < 50; i++) {
		assert_in_range(repair(&pace, &now), whole / 2, whole);
		whole = whole * 2 < MAX ? whole * 2 : MAX;
	}
	assert_int_equal(whole, MAX);
}

/* It takes back what it says, and says it again. */
static void host_that_says_it_all_the_time_has_no_more_repairs_for_it(void **state)
{
	struct repair_pace pace = { 0 };
	uint64_t now = BOOTED, until;
	int repairs = 0;

	(void)state;
	for (until = now + 24 * CALM; now < until; now += S) {
		repair_pace_lacks(&pace, now);
		if (!repair_pace_is_due(&pace, now))
			continue;
		repair_pace_begin(&pace, now);
		repairs++;
	}
	/* 72 to 144 in a day, and the first ones. */
	assert_in_range(repairs, 72, 156);
}

static void after_a_calm_hour_it_is_as_the_first_time(void **state)
{
	struct repair_pace pace = { 0 };
	uint64_t now = BOOTED;

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)repair(&pace, &now);
	now += CALM;
	assert_int_equal(repair(&pace, &now), 0);
	assert_in_range(repair(&pace, &now), MIN / 2, MIN);
}

static void less_than_a_calm_hour_changes_nothing(void **state)
{
	struct repair_pace pace = { 0 };
	uint64_t now = BOOTED;

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)repair(&pace, &now);
	now += CALM - 1;
	assert_int_equal(repair(&pace, &now), 0);
	assert_in_range(repair(&pace, &now), MAX / 2, MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_host_that_lacks_rows_has_its_repair_at_once),
		cmocka_unit_test(second_repair_is_20_seconds_after_the_first_at_most),
		cmocka_unit_test(repairs_come_ever_more_rarely_up_to_20_minutes),
		cmocka_unit_test(host_that_says_it_all_the_time_has_no_more_repairs_for_it),
		cmocka_unit_test(after_a_calm_hour_it_is_as_the_first_time),
		cmocka_unit_test(less_than_a_calm_hour_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
