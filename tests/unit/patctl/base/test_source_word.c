/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words for the source of a login. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patctl/base/source_word.h"

static void source_is_one_of_four_kinds(void **state)
{
	static const struct {
		const char *from;
		enum source_kind kind;
	} rows[] = {
		{ "", SOURCE_LOCAL },
		{ "local", SOURCE_LOCAL },
		{ "unknown", SOURCE_UNKNOWN },
		{ "192.0.2.7", SOURCE_ADDRESS },
		{ "2001:db8::1", SOURCE_ADDRESS },
		{ "::ffff:192.0.2.7", SOURCE_ADDRESS },
		{ "fe80::1%eth0", SOURCE_ADDRESS },
		{ "localhost", SOURCE_NAME },
		{ "local.", SOURCE_NAME },
		{ "host.example", SOURCE_NAME },
		{ "192.0.2.example", SOURCE_NAME },
		{ "1234567890123456789012345678901234567890123456789", SOURCE_NAME },
		{ "%", SOURCE_NAME },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_that(source_kind(rows[i].from) == rows[i].kind, "%s", rows[i].from);
}

static void problem_is_of_what_no_restriction_has(void **state)
{
	static const struct {
		const char *service, *from, *problem; /* NULL: none */
	} rows[] = {
		{ "sudo", "", NULL },
		{ "sshd", "192.0.2.7", NULL },
		{ "monit", "unknown", "the service does not report where logins come from" },
		{ "proftpd", "localhost",
			"the service named the host localhost instead of an address; this prevents "
			"it: UseReverseDNS off" },
		{ "postgresql-15", "db.example",
			"the service named the host db.example instead of an address; this prevents "
			"it: pam_use_hostname=0" },
		{ "pure-ftpd", "a\nb", "the service named the host a\\x0ab instead of an address" },
		{ "", "localhost", "the service named the host localhost instead of an address" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *problem = source_problem(rows[i].service, rows[i].from);

		if (rows[i].problem)
			assert_string_equal(problem, rows[i].problem);
		else
			assert_null(problem);
		free(problem);
	}
}

static void list_has_words_by_its_patterns(void **state)
{
	static const struct {
		const char *list, *word;
		bool has;
	} rows[] = {
		{ "gdm*,login,su", "login", true },
		{ "gdm*,login,su", "gdm-password", true },
		{ "gdm*,login,su", "sudo", false },
		{ "gdm*,login,su", "", false },
		{ "", "su", false },
		{ "none", "su", false },
		{ "*", "squid", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_that(source_list_has(rows[i].list, rows[i].word) == rows[i].has, "%s in %s",
			rows[i].word, rows[i].list);
}

static bool is_silent(const char *service)
{
	for (const char *const *silent = source_silent_services; *silent; silent++)
		if (strcmp(*silent, service) == 0)
			return true;
	return false;
}

/* The cell of a row "| a | b |", without its blanks and back quotes. */
static char *cell_next(char **row)
{
	char *cell = strsep(row, "|");

	if (!cell)
		return NULL;
	cell += strspn(cell, " `");
	cell[strcspn(cell, " `")] = '\0';
	return cell;
}

/* login is at the console as well; imapx is a name of the test's, for a client of saslauthd. */
static void servers_measured_without_a_source_are_in_the_list(void **state)
{
	enum {
		SERVICE = 4,
		RHOST = 5,
		LOCAL = 11,
		CELLS
	};
	FILE *file = fopen("doc/applications.md", "re");
	size_t size = 0, found = 0;
	char *line = NULL;

	(void)state;
	assert_non_null(file);
	while (getline(&line, &size, file) >= 0) {
		const char *cells[CELLS] = { 0 };
		char *rest = line;

		for (size_t i = 0; i < CELLS; i++)
			cells[i] = cell_next(&rest);
		if (!cells[LOCAL] || strcmp(cells[LOCAL], "no") != 0 ||
			(strcmp(cells[RHOST], "unset") != 0 &&
				strcmp(cells[RHOST], "empty") != 0) ||
			strcmp(cells[SERVICE], "login") == 0 ||
			strcmp(cells[SERVICE], "imapx") == 0)
			continue;
		assert_that(is_silent(cells[SERVICE]), "%s", cells[SERVICE]);
		found++;
	}
	assert_true(found > 15);
	free(line);
	(void)fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(source_is_one_of_four_kinds),
		cmocka_unit_test(problem_is_of_what_no_restriction_has),
		cmocka_unit_test(list_has_words_by_its_patterns),
		cmocka_unit_test(servers_measured_without_a_source_are_in_the_list),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
