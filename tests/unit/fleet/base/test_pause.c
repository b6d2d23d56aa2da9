/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of pauses that grow. */
#include "tests/unit/unit.h"

#include "fleet/base/pause.h"

static void a_pause_is_between_half_of_it_and_all(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct pause pause = { .min_us = 1000, .max_us = 30000 };
		const uint64_t us = pause_take(&pause);

		assert_in_range(us, 500, 1000);
	}
}

static void pauses_double_up_to_the_longest(void **state)
{
	struct pause pause = { .min_us = 1000, .max_us = 30000 };
	uint64_t whole = 1000;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_in_range(pause_take(&pause), whole / 2, whole);
		whole = whole * 2 < 30000 ? whole * 2 : 30000;
	}
}

static void after_a_reset_it_is_short_again(void **state)
{
	struct pause pause = { .min_us = 1000, .max_us = 30000 };

	(void)state;
	for (int i = 0; i < 9; i++)
		(void)pause_take(&pause);
	pause_reset(&pause);
	assert_in_range(pause_take(&pause), 500, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_is_between_half_of_it_and_all),
		cmocka_unit_test(pauses_double_up_to_the_longest),
		cmocka_unit_test(after_a_reset_it_is_short_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
