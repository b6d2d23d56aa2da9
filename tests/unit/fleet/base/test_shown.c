/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of texts of others. */
#include "tests/unit/unit.h"

#include "fleet/base/shown.h"

static void what_is_not_printable_ascii_is_a_question_mark(void **state)
{
	char text[9];

	(void)state;
	shown_ascii(text, sizeof(text), "a \x1b\xc3\xa4\x7f~");
	assert_string_equal(text, "a ????~");
	shown_ascii(text, sizeof(text), "longer than that");
	assert_string_equal(text, "longer t");
	shown_ascii(text, sizeof(text), "");
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_printable_ascii_is_a_question_mark),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
