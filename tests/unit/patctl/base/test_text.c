/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may reach a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "patctl/base/text.h"

static void expect_safe(const char *text, const char *safe)
{
	char *got = text_safe(text);

	assert_string_equal(got, safe);
	free(got);
}

static void leaves_good_names_alone(void **state)
{
	(void)state;
	expect_safe("", "");
	expect_safe("nightly backup", "nightly backup");
	expect_safe("\xC3\xA9t\xC3\xA9 \xE2\x98\x83", "\xC3\xA9t\xC3\xA9 \xE2\x98\x83");
}

static void spells_out_what_deceives(void **state)
{
	(void)state;
	expect_safe("a\033[31mb", "a\\x1b[31mb");
	expect_safe("a\nb", "a\\x0ab");
	expect_safe("\xFFz", "\\xffz");
	expect_safe("\xE2\x80\xAE"
		    "x",
		"\\xe2\\x80\\xaex");
}

static void knows_words_of_a_shell(void **state)
{
	(void)state;
	assert_true(text_is_word("ci"));
	assert_true(text_is_word("a-b_c.d@e"));
	assert_false(text_is_word(""));
	assert_false(text_is_word("-x"));
	assert_false(text_is_word("two words"));
	assert_false(text_is_word("$(reboot)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_good_names_alone),
		cmocka_unit_test(spells_out_what_deceives),
		cmocka_unit_test(knows_words_of_a_shell),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
