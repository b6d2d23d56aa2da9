/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/model/services. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/wire.h"
#include "patd/model/limits.h"
#include "patd/model/services.h"

/* As many bytes as a service may have, and one more. */
#define LONGEST "123456789-123456789-123456789-123456789-123456789-123456789-123"
_Static_assert(sizeof(LONGEST) - 1 == PAT_SERVICE_MAX, "the longest service");

static void services_have_a_canonical_spelling(void **state)
{
	static const struct {
		const char *text, *list;
	} table[] = {
		{ "sudo", "sudo" },
		{ "sudo,sshd", "sshd,sudo" },
		{ " sudo ,\tsshd  ", "sshd,sudo" },
		{ "sudo,sshd,sudo,sudo", "sshd,sudo" },
		{ "b,a,B,A", "A,B,a,b" },
		{ "sudo-i,sudo", "sudo,sudo-i" },
		{ "sudo*,sudo", "sudo,sudo*" },
		{ "*", "*" },
		{ "postgresql*,?ogin,[a-m]*", "?ogin,[a-m]*,postgresql*" },
		{ "[]],[^]],[[],]", "[[],[]],[^]],]" },
		{ "[^!]", "[^!]" },
		{ "!\"#$%&'()+-.:;<=>@\\^_`{|}~", "!\"#$%&'()+-.:;<=>@\\^_`{|}~" },
		{ LONGEST, LONGEST },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char list[LIMITS_SERVICES_MAX + 1], again[sizeof(list)];

		assert_null(services_parse(table[i].text, list, sizeof(list)));
		assert_string_equal(list, table[i].list);
		assert_null(services_parse(list, again, sizeof(again)));
		assert_string_equal(again, list);
	}
}

static void bad_list_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text, *said;
	} table[] = {
		{ "", "empty" },
		{ " ", "empty" },
		{ ",", "empty" },
		{ "sudo,", "empty" },
		{ ",sudo", "empty" },
		{ "sudo, ,sshd", "empty" },
		{ "su do", "blank" },
		{ "su\tdo", "blank" },
		{ "sudo\n", "blank" },
		{ "\x1b[2Jsudo", "another invalid character" },
		{ "sudo\x7f", "another invalid character" },
		{ "sud\xC3\xB3", "another invalid character" },
		{ "/etc/pam.d/sudo", "without a directory" },
		{ "[", "without \"]\"" },
		{ "[a", "without \"]\"" },
		{ "[]", "without \"]\"" },
		{ "[^", "without \"]\"" },
		{ "[^]", "without \"]\"" },
		{ "[a][b", "without \"]\"" },
		{ "[a,b]", "without \"]\"" },
		{ "[!a]*", "[^...]" },
		{ "x[a][!a]", "[^...]" },
		{ LONGEST "4", "63" },
		{ "sudo," LONGEST "4", "63" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		char list[LIMITS_SERVICES_MAX + 1] = "untouched";
		const char *problem = services_parse(table[i].text, list, sizeof(list));

		assert_that(problem && strstr(problem, table[i].said), "%s: %s", table[i].text,
			problem ? problem : "taken");
		assert_string_equal(list, "untouched");
	}
}

static void list_fits_the_buffer_exactly(void **state)
{
	char text[LIMITS_SERVICES_MAX + 2] = "", list[LIMITS_SERVICES_MAX + 1];
	size_t len = 0;

	(void)state;
	for (int i = 0; len < LIMITS_SERVICES_MAX; i++)
		len += (size_t)sprintf(text + len, "%s%03d", i == 0 ? "" : ",", i);
	assert_int_equal(len, LIMITS_SERVICES_MAX);
	assert_null(services_parse(text, list, sizeof(list)));
	assert_string_equal(list, text);

	(void)snprintf(list, sizeof(list), "untouched");
	text[len] = 'x';
	assert_non_null(strstr(services_parse(text, list, sizeof(list)), "too long"));
	assert_non_null(strstr(services_parse("sshd", list, 4), "too long"));
	assert_non_null(services_parse("", list, 0));
	assert_string_equal(list, "untouched");
}

static void list_has_the_services_that_its_patterns_match(void **state)
{
	static const struct {
		const char *list, *service;
		bool has;
	} table[] = {
		{ "sudo", "sudo", true },
		{ "sudo", "sudo-i", false },
		{ "sudo-i", "sudo", false },
		{ "sudo", "Sudo", false },
		{ "sudo", "", false },
		{ "sshd,sudo", "sshd", true },
		{ "sshd,sudo", "sudo", true },
		{ "sshd,sudo", "su", false },
		{ "sshd,sudo", "sshd,sudo", false },
		{ "su?o*", "sudo-i", true },
		{ "login,postgresql*", "postgresql16", true },
		{ "[^s]*", "login", true },
		{ "[^s]*", "sudo", false },
		{ "*", "anything", true },
		{ "*", LONGEST, true },
		{ LONGEST, LONGEST, true },
		{ "\\*", "sudo", false },
		{ "", "sudo", false },
		{ "", "", false },
		/* Damaged: what is not a pattern has no service, and never all of them. */
		{ ",", "", false },
		{ "[", "[", false },
		{ LONGEST "*", LONGEST, false },
		{ LONGEST "*,sudo", "sudo", true },
		/* Longer than any service is. */
		{ "*", LONGEST "4", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_that(services_match(table[i].list, table[i].service) == table[i].has,
			"%s %s", table[i].list, table[i].service);
}

/* Nor does an overlong "s" pass for one: what is not UTF-8 is no character of a pattern. */
static void name_of_odd_bytes_matches_no_ordinary_pattern(void **state)
{
	static const char *const services[] = { "\xC1\xB3udo", "\xFFsudo", "sudo\xC3", "\x80sudo" };

	(void)state;
	for (size_t i = 0; i < COUNT(services); i++)
		assert_false(services_match("sudo,[a-z]udo,[a-z]sudo,sudo[!-~]", services[i]));
}

/* As an altered row could have it, had it no MAC: what narrows is decided by what is kept. */
static void list_that_is_not_canonical_is_within_none(void **state)
{
	(void)state;
	assert_true(services_within("sudo", "su*"));
	assert_false(services_within("", "*"));
	assert_false(services_within("sudo,", "*"));
	assert_false(services_within(LONGEST "4", "*"));
	assert_false(services_within("sudo", ""));
	assert_false(services_within(LONGEST, LONGEST "4"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_that_is_not_canonical_is_within_none),
		cmocka_unit_test(services_have_a_canonical_spelling),
		cmocka_unit_test(bad_list_is_refused_with_a_reason),
		cmocka_unit_test(list_fits_the_buffer_exactly),
		cmocka_unit_test(list_has_the_services_that_its_patterns_match),
		cmocka_unit_test(name_of_odd_bytes_matches_no_ordinary_pattern),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
