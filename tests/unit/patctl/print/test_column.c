/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How wide texts are. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "patctl/print/column.h"

static void counts_columns_and_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(column_width(""), 0);
	assert_int_equal(column_width("expires"), 7);
	assert_int_equal(column_width("l\xC3\xA4uft ab"), 8);
	assert_int_equal(column_width("\xE6\x9C\x9F\xE9\x99\x90"), 4); /* two wide ones */
}

static void counts_the_bytes_of_what_is_no_text(void **state)
{
	(void)state;
	assert_int_equal(column_width("\xFF\xFE"), 2);
	assert_int_equal(column_width("a\tb"), 3);
}

static void the_wider_wins(void **state)
{
	(void)state;
	assert_int_equal(column_wider(3, "abcd"), 4);
	assert_int_equal(column_wider(3, "\xC3\xA4"), 3);
}

static void expect_padded(const char *text, size_t width, const char *padded)
{
	char *got = column_pad(text, width);

	assert_string_equal(got, padded);
	free(got);
}

static void pads_to_a_width_and_cuts_nothing(void **state)
{
	(void)state;
	expect_padded("ab", 4, "ab  ");
	expect_padded("\xC3\xA4", 3, "\xC3\xA4  ");
	expect_padded("abc", 2, "abc");
	expect_padded("", 2, "  ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_columns_and_not_bytes),
		cmocka_unit_test(counts_the_bytes_of_what_is_no_text),
		cmocka_unit_test(the_wider_wins),
		cmocka_unit_test(pads_to_a_width_and_cuts_nothing),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
