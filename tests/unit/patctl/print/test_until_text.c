/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read about --until. */
#include "patctl/print/until_text.h"

#include <stdlib.h>

#include "tests/unit/unit.h"

static void each_form_has_its_words(void **state)
{
	static const struct {
		const char *until, *text, *ended;
	} table[] = {
		{ "boot", "at the next boot",
			"it was bound to a boot of its machine that is over" },
		{ "session:c2", "with login session c2",
			"it was bound to login session c2, which has ended" },
		{ "unit:ci.service", "when unit ci.service stops",
			"it was bound to unit ci.service, which has stopped since then" },
		/* Of a later patd. */
		{ "moon:full", "moon:full", NULL },
		{ "", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char *text = until_text(table[i].until), *ended = until_ended_text(table[i].until);

		assert_string_equal(text, table[i].text);
		if (table[i].ended)
			assert_string_equal(ended, table[i].ended);
		else
			assert_null(ended);
		free(text);
		free(ended);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_has_its_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
