/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ages for people. */
#include "tests/unit/unit.h"

#include "patctl/base/age.h"

#define NOW UINT64_C(1800000000)
#define DAY 86400

static void distance_is_one_unit_rounded_down(void **state)
{
	static const struct {
		int64_t distance; /* seconds after NOW */
		const char *text;
	} ages[] = {
		{ 0, "now" },
		{ -1, "1 second ago" },
		{ -59, "59 seconds ago" },
		{ -60, "1 minute ago" },
		{ -3 * 60 - 59, "3 minutes ago" },
		{ -3600, "1 hour ago" },
		{ -DAY + 1, "23 hours ago" },
		{ -3 * DAY, "3 days ago" },
		{ 1, "in 1 second" },
		{ 30 * DAY - 1, "in 29 days" },
		{ 60 * DAY - 1, "in 59 days" },
		{ 61 * DAY, "in 2 months" },
		{ 365 * DAY, "in 11 months" },
		{ 730 * DAY, "in 23 months" },
		{ 731 * DAY, "in 2 years" },
		{ -10 * INT64_C(31557600), "10 years ago" },
	};
	char text[AGE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		age_format((uint64_t)((int64_t)NOW + ages[i].distance), NOW, text);
		assert_string_equal(text, ages[i].text);
	}
}

static void longest_distance_fits_the_buffer(void **state)
{
	char text[AGE_TEXT_MAX];

	(void)state;
	age_format(UINT64_MAX, 0, text);
	assert_string_equal(text, "in 584542046090 years");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_is_one_unit_rounded_down),
		cmocka_unit_test(longest_distance_fits_the_buffer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
