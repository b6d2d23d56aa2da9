/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a program for its output. */
#include <errno.h>
#include <string.h>

#include "patctl/base/program.h"
#include "patctl/base/text.h"
#include "tests/unit/unit.h"

#define ENOUGH 60000 /* milliseconds, which nothing here takes */

static int run(const char *script, int limit, char **ret_output)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	return program_read(argv, NULL, limit, ret_output);
}

static void both_outputs_and_the_status_are_read(void **state)
{
	cleanup_text char *output = NULL;

	(void)state;
	assert_int_equal(run("echo one; echo two >&2; exit 3", ENOUGH, &output), 3);
	assert_string_equal(output, "one\ntwo\n");
}

static void a_program_that_takes_too_long_is_killed(void **state)
{
	char *output = NULL;

	(void)state;
	assert_int_equal(run("exec sleep 1000", 50, &output), -ETIMEDOUT);
	/* It is waited for, although its output has ended. */
	assert_int_equal(run("exec >&- 2>&-; exec sleep 1000", 50, &output), -ETIMEDOUT);
	assert_null(output);
}

static void a_program_without_a_status_is_an_error(void **state)
{
	static const char *const argv[] = { "/nonexistent", NULL };
	char *output = NULL;

	(void)state;
	assert_int_equal(program_read(argv, NULL, ENOUGH, &output), -ENOENT);
	assert_int_equal(run("kill -9 $$", ENOUGH, &output), -ECANCELED);
	assert_null(output);
}

static void more_output_than_there_is_room_for_is_lost(void **state)
{
	cleanup_text char *output = NULL;

	(void)state;
	assert_int_equal(run("head -c 1000000 /dev/zero | tr '\\0' x", ENOUGH, &output), 0);
	assert_int_equal(strlen(output), 65535);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outputs_and_the_status_are_read),
		cmocka_unit_test(a_program_that_takes_too_long_is_killed),
		cmocka_unit_test(a_program_without_a_status_is_an_error),
		cmocka_unit_test(more_output_than_there_is_room_for_is_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
