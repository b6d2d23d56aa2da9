/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patterns for names, and the time they take. */
#include "patd/util/item.h"

#include <string.h>

#include "common/name.h"
#include "tests/unit/unit.h"

static void pattern_matches_whole_name(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool matches;
	} table[] = {
		{ "laptop", "laptop", true },
		{ "laptop", "Laptop", false },
		{ "lap", "laptop", false },
		{ "lap*", "laptop", true },
		{ "*top", "laptop", true },
		{ "*", "", true },
		{ "*", ".hidden/and deep", true },
		{ "l?ptop", "laptop", true },
		{ "?", "\xC3\xA9", true }, /* one character of two bytes */
		{ "??", "\xC3\xA9", false },
		{ "[a-m]aptop", "laptop", true },
		{ "[^a-m]aptop", "laptop", false },
		{ "[*]", "*", true },
		{ "[*]", "x", false },
		{ "", "", true },
		{ "", "x", false },
		{ "%", "x", false },
		{ "[", "[", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(pattern_matches(table[i].pattern, table[i].name) == table[i].matches,
			"%s %s", table[i].pattern, table[i].name);
}

/* Where time grew exponentially, this would not end. */
static void matching_time_is_bounded(void **state)
{
	char pattern[PATTERN_MAX + 1], name[PAT_NAME_BYTES_MAX + 1];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(pattern); i++)
		pattern[i] = i % 2 == 0 ? '*' : 'a';
	pattern[sizeof(pattern) - 2] = 'b';
	pattern[sizeof(pattern) - 1] = '\0';
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_false(pattern_matches(pattern, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pattern_matches_whole_name),
		cmocka_unit_test(matching_time_is_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
