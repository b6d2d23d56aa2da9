/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of what a host's word that it lacks rows begins. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "fleet/carry/carrier_private.h"

static struct carrier *checked_carrier(void)
{
	struct carrier *carrier = calloc(1, sizeof(*carrier));

	assert_non_null(carrier);
	assert_int_equal(sd_event_new(&carrier->event), 0);
	carrier->publishing.checked = true;
	return carrier;
}

static void end(struct carrier *carrier)
{
	sd_event_unref(carrier->event);
	free(carrier);
}

static void assert_begins_nothing(struct carrier *carrier)
{
	publish_lacks(carrier);
	assert_true(carrier->publishing.checked);
	assert_false(carrier->publishing.wanted);
}

static void host_that_lacks_rows_has_the_hub_asked(void **state)
{
	struct carrier *carrier = checked_carrier();

	(void)state;
	publish_lacks(carrier);
	assert_true(carrier->publishing.wanted);
	assert_false(carrier->publishing.checked);
	end(carrier);
}

static void host_that_lacks_rows_soon_after_a_repair_begins_nothing(void **state)
{
	struct carrier *carrier = checked_carrier();
	const uint64_t now = carrier_now_us(carrier);

	(void)state;
	assert_true(now > 0);
	repair_pace_begin(&carrier->publishing.pace, now);
	assert_begins_nothing(carrier);
	end(carrier);
}

static void host_that_lacks_rows_holds_up_no_repair_under_way(void **state)
{
	struct carrier *carrier = checked_carrier();

	(void)state;
	carrier->publishing.repair = PUBLISH_READ;
	assert_begins_nothing(carrier);
	carrier->publishing.repair = PUBLISH_ALL;
	assert_begins_nothing(carrier);
	end(carrier);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_that_lacks_rows_has_the_hub_asked),
		cmocka_unit_test(host_that_lacks_rows_soon_after_a_repair_begins_nothing),
		cmocka_unit_test(host_that_lacks_rows_holds_up_no_repair_under_way),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
