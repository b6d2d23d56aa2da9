/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines, words and controls of PAM's files. */
#include "patctl/doctor/pam/pam_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

/* All lines of text, "NUMBER:LINE|" each, with single blanks; "!" where the file breaks off. */
static void lines_of(const char *text, char *ret, size_t size)
{
	char copy[256];
	struct pam_lines lines = { .file = fmemopen(copy, strlen(strcpy(copy, text)), "r") };
	unsigned int number;
	size_t len = 0;
	char *line;
	int r;

	ret[0] = '\0';
	assert_non_null(lines.file);
	while ((r = pam_line_next(&lines, &line, &number)) > 0) {
		char *rest = line, *word;

		len += (size_t)snprintf(ret + len, size - len, "%u:", number);
		while ((word = pam_word_next(&rest)))
			len += (size_t)snprintf(ret + len, size - len, "%s ", word);
		len += (size_t)snprintf(ret + len, size - len, "|");
		free(line);
	}
	if (r == -EBADMSG)
		(void)snprintf(ret + len, size - len, "!");
	(void)fclose(lines.file);
}

static void lines_are_split_as_by_libpam(void **state)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{ "a b\n\n  # c\n\td  e # f\n", "1:a b |4:d e |" },
		{ "no newline", "1:no newline |" },
		{ "a \\\n b\\\nc\nd\n", "1:a b c |4:d |" },
		{ "a \\  \nb\n", "1:a b |" },
		{ "a # \\\nb\n", "1:a |2:b |" },
		{ "a \\\n# b\nc\n", "1:a |3:c |" },
		{ "a \\\n", "!" },
		{ "a\nb \\", "1:a |!" },
		{ "[x=1 default=bad] y", "1:x=1 default=bad y |" },
		{ "m [a \\] b][c", "1:m a ] b c |" },
		{ "a[b c] d", "1:a[b c] d |" },
		{ " \n", "" },
	};
	char got[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		lines_of(rows[i].text, got, sizeof(got));
		assert_that(strcmp(got, rows[i].lines) == 0, "\"%s\" is \"%s\"", rows[i].text, got);
	}
}

static void control_words_have_the_actions_of_pam_conf(void **state)
{
	static const struct {
		const char *control;
		int success, ignored, refused, expired;
	} rows[] = {
		{ "required", ACTION_OK, ACTION_IGNORE, ACTION_BAD, ACTION_OK },
		{ "Requisite", ACTION_OK, ACTION_IGNORE, ACTION_DIE, ACTION_OK },
		{ "SUFFICIENT", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE, ACTION_DONE },
		{ "optional", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE, ACTION_OK },
		{ "success=2 default=ignore", 2, ACTION_IGNORE, ACTION_IGNORE, ACTION_IGNORE },
		{ " success = done  auth_err=die", ACTION_DONE, ACTION_BAD, ACTION_DIE,
			ACTION_BAD },
		/* The first default counts, and what is said of a code also after it. */
		{ "default=reset default=ok auth_err=die", ACTION_RESET, ACTION_RESET, ACTION_DIE,
			ACTION_RESET },
		{ "success=okignore=done", ACTION_OK, ACTION_DONE, ACTION_BAD, ACTION_BAD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int actions[PAM_CODES];

		assert_true(pam_control_parse(rows[i].control, actions));
		assert_that(actions[PAM_SUCCESS] == rows[i].success, "%s", rows[i].control);
		assert_that(actions[PAM_IGNORE] == rows[i].ignored, "%s", rows[i].control);
		assert_that(actions[PAM_AUTH_ERR] == rows[i].refused, "%s", rows[i].control);
		assert_that(
			actions[PAM_NEW_AUTHTOK_REQD] == rows[i].expired, "%s", rows[i].control);
	}
}

static void invalid_control_makes_every_answer_bad(void **state)
{
	static const char *const bad[] = { "needed", "success", "success=", "success ok",
		"success=0", "success=-1", "Success=ok", "success=done nonsense=ok",
		"success=99999999999", "=ok", "success=ok," };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		int actions[PAM_CODES];

		assert_that(!pam_control_parse(bad[i], actions), "%s", bad[i]);
		for (int code = 0; code < PAM_CODES; code++)
			assert_that(actions[code] == ACTION_BAD, "%s", bad[i]);
	}
}

static void every_return_code_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(pam_code_name(PAM_SUCCESS), "success");
	assert_string_equal(pam_code_name(PAM_AUTHINFO_UNAVAIL), "authinfo_unavail");
	assert_string_equal(pam_code_name(PAM_MODULE_UNKNOWN), "module_unknown");
	assert_string_equal(pam_code_name(PAM_INCOMPLETE), "incomplete");
	assert_string_equal(pam_code_name(-1), "unknown");
	assert_string_equal(pam_code_name(PAM_CODES), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split_as_by_libpam),
		cmocka_unit_test(control_words_have_the_actions_of_pam_conf),
		cmocka_unit_test(invalid_control_makes_every_answer_bad),
		cmocka_unit_test(every_return_code_has_a_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
