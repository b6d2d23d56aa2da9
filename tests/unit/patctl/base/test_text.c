/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may reach a terminal. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdlib.h>

#include "patctl/base/text.h"

static void expect_safe(const char *text, const char *safe)
{
	char *got = text_safe(text);

	assert_string_equal(got, safe);
	free(got);
}

static void valid_names_stay_unchanged(void **state)
{
	(void)state;
	expect_safe("", "");
	expect_safe("nightly backup", "nightly backup");
	expect_safe("\xC3\xA9t\xC3\xA9 \xE2\x98\x83", "\xC3\xA9t\xC3\xA9 \xE2\x98\x83");
}

static void deceiving_characters_are_escaped(void **state)
{
	(void)state;
	expect_safe("a\033[31mb", "a\\x1b[31mb");
	expect_safe("a\nb", "a\\x0ab");
	expect_safe("\xFFz", "\\xffz");
	expect_safe("\xE2\x80\xAE"
		    "x",
		"\\xe2\\x80\\xaex");
}

static void display__each_line_is_made_safe_by_itself(void **state)
{
	char *got = text_safe_lines("l\xC3\xA4uft\na\033b\n\nz\r\n");

	(void)state;
	assert_string_equal(got, "l\xC3\xA4uft\na\\x1bb\n\nz\\x0d\n");
	free(got);
}

static void is_word_accepts_one_word_of_a_shell(void **state)
{
	(void)state;
	assert_true(text_is_word("ci"));
	assert_true(text_is_word("a-b_c.d@e"));
	assert_false(text_is_word(""));
	assert_false(text_is_word("-x"));
	assert_false(text_is_word("two words"));
	assert_false(text_is_word("$(reboot)"));
}

static void width_of_text_is_in_columns(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("expires"), 7);
	assert_int_equal(text_width("l\xC3\xA4uft ab"), 8);
	assert_int_equal(text_width("\xE6\x9C\x9F\xE9\x99\x90"), 4); /* two wide ones */
}

static void width_of_invalid_text_is_in_bytes(void **state)
{
	(void)state;
	assert_int_equal(text_width("\xFF\xFE"), 2);
	assert_int_equal(text_width("a\tb"), 3);
}

static void wider_text_widens_the_column(void **state)
{
	(void)state;
	assert_int_equal(text_wider(3, "abcd"), 4);
	assert_int_equal(text_wider(3, "\xC3\xA4"), 3);
}

static void expect_padded(const char *text, size_t width, const char *padded)
{
	char *got = text_pad(text, width);

	assert_string_equal(got, padded);
	free(got);
}

static void pad_fills_the_width_and_cuts_nothing(void **state)
{
	(void)state;
	expect_padded("ab", 4, "ab  ");
	expect_padded("\xC3\xA4", 3, "\xC3\xA4  ");
	expect_padded("abc", 2, "abc");
	expect_padded("", 2, "  ");
}

static void expect_cut(const char *text, size_t width, const char *cut)
{
	char *got = text_cut(text, width);

	assert_string_equal(got, cut);
	free(got);
}

static void cut_text_ends_in_an_ellipsis_within_the_width(void **state)
{
	(void)state;
	expect_cut("laptop", 6, "laptop");
	expect_cut("laptop", 5, "lapt\xE2\x80\xA6");
	expect_cut("laptop", 1, "\xE2\x80\xA6");
	expect_cut("laptop", 0, "");
	expect_cut("\xC3\xA4\xC3\xA4\xC3\xA4", 2, "\xC3\xA4\xE2\x80\xA6");
	/* Wide characters, of which no half is printed. */
	expect_cut("\xE6\x9C\x9F\xE9\x99\x90", 3, "\xE6\x9C\x9F\xE2\x80\xA6");
	expect_cut("\xE6\x9C\x9F\xE9\x99\x90", 2, "\xE2\x80\xA6");
	/* An accent stays with its letter. */
	expect_cut("e\xCC\x81"
		   "abc",
		2, "e\xCC\x81\xE2\x80\xA6");
}

static void expect_known_width(const char *text, const char *expected)
{
	char *got = text_of_known_width(text);

	assert_string_equal(got, expected);
	assert_int_equal(text_width(got), text_width(expected));
	free(got);
}

static void characters_of_unknown_width_are_escaped(void **state)
{
	(void)state;
	expect_known_width("plain", "plain");
	expect_known_width("\xC3\xA4 \xE6\x9C\x9F", "\xC3\xA4 \xE6\x9C\x9F");
	expect_known_width("\xC3\xA4\xF4\x8F\xBF\xBE", "\xC3\xA4\\xf4\\x8f\\xbf\\xbe");
	expect_known_width("\xC3\xA4\xFF", "\xC3\xA4\\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_names_stay_unchanged),
		cmocka_unit_test(deceiving_characters_are_escaped),
		cmocka_unit_test(display__each_line_is_made_safe_by_itself),
		cmocka_unit_test(is_word_accepts_one_word_of_a_shell),
		cmocka_unit_test(width_of_text_is_in_columns),
		cmocka_unit_test(width_of_invalid_text_is_in_bytes),
		cmocka_unit_test(wider_text_widens_the_column),
		cmocka_unit_test(pad_fills_the_width_and_cuts_nothing),
		cmocka_unit_test(cut_text_ends_in_an_ellipsis_within_the_width),
		cmocka_unit_test(characters_of_unknown_width_are_escaped),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
