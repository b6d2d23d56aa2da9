/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/model/entry. */
#include <string.h>

#include "patd/model/entry.h"
#include "tests/unit/unit.h"

/* The numbers are in databases, and the words in scripts: neither may ever change. */
static const char *const events[] = { "generated", "used", "refused", "revoked", "suspended",
	"restored", "rotated", "renamed", "deleted", "disabled", "enabled" };
static const char *const hows[] = { "pam", "root", "owner", "password", "patd", "bus" };

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_keep_number_and_word),
		cmocka_unit_test(authorities_keep_number_and_word),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
