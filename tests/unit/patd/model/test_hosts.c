/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/model/hosts. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patd/model/hosts.h"
#include "patd/model/limits.h"

#define NAME_63 "a23456789012345678901234567890123456789012345678901234567890123"

static void hosts_have_a_canonical_spelling(void **state)
{
	static const struct {
		const char *text, *list;
	} table[] = {
		{ "web1", "web1" },
		{ "WEB1.Example.ORG", "web1.example.org" },
		{ " web1 ,\tdb1  ", "db1,web1" },
		{ "web1,Web1,WEB1", "web1" },
		{ "*", "*" },
		{ "web*,?b,db_1,a-b", "?b,a-b,db_1,web*" },
		{ NAME_63, NAME_63 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char list[LIMITS_HOSTS_MAX + 1], again[sizeof(list)];

		assert_null(hosts_parse(table[i].text, list, sizeof(list)));
		assert_string_equal(list, table[i].list);
		assert_null(hosts_parse(list, again, sizeof(again)));
		assert_string_equal(again, list);
	}
}

static void bad_list_of_hosts_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text, *said;
	} table[] = {
		{ "", "empty" },
		{ ",", "empty" },
		{ "web1,", "empty" },
		{ "web 1", "character" },
		{ "web[12]", "character" },
		{ "web1:22", "character" },
		{ "user@web1", "character" },
		{ "a/b", "character" },
		{ "!web1", "character" },
		{ "w\xC3\xA4", "character" },
		{ NAME_63 "4", "63" },
	};
	char list[LIMITS_HOSTS_MAX + 1], longest[LIMITS_HOSTS_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const char *problem = hosts_parse(table[i].text, list, sizeof(list));

		assert_non_null(problem);
		assert_that(strstr(problem, table[i].said) != NULL, "%s", problem);
	}
	for (size_t i = 0; i < sizeof(longest) - 1; i++)
		longest[i] = i % 2 == 0 ? 'a' : ',';
	longest[sizeof(longest) - 1] = '\0';
	assert_non_null(strstr(hosts_parse(longest, list, sizeof(list)), "too long"));
	longest[sizeof(longest) - 2] = '\0';
	assert_null(hosts_parse(longest, list, sizeof(list)));
	assert_string_equal(list, "a");
}

static void host_matches_in_any_case_and_as_a_whole(void **state)
{
	static const struct {
		const char *list, *host;
		bool matches;
	} table[] = {
		{ "web1", "web1", true },
		{ "web1", "Web1", true },
		{ "web1", "web10", false },
		{ "web1", "web1.example.org", false },
		{ "web*", "web", true },
		{ "web*", "WEB1.example.org", true },
		{ "web?", "web", false },
		{ "web?", "web1", true },
		{ "db1,web*", "web2", true },
		{ "db1,web*", "db2", false },
		{ "*", NAME_63, true },
		{ "*", NAME_63 "4", false },
		{ "web1", "", false },
		{ "", "web1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(hosts_match(table[i].list, table[i].host) == table[i].matches,
			"%s in %s", table[i].host, table[i].list);
}

static void hosts_are_within_what_has_them_all(void **state)
{
	static const struct {
		const char *list, *outer;
		bool within;
	} table[] = {
		{ "web1", "web1", true },
		{ "web1", "db1,web*", true },
		{ "web1*", "web*", true },
		{ "web*", "web1", false },
		{ "db1,web1", "web*", false },
		{ "web?", "web*", true },
		{ "*", "web*", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(hosts_within(table[i].list, table[i].outer) == table[i].within,
			"%s in %s", table[i].list, table[i].outer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_have_a_canonical_spelling),
		cmocka_unit_test(bad_list_of_hosts_is_refused_with_a_reason),
		cmocka_unit_test(host_matches_in_any_case_and_as_a_whole),
		cmocka_unit_test(hosts_are_within_what_has_them_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
