/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands as a shell would take them. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/name.h"
#include "patd/model/login_process.h"

static const char *command_of(const char *words, size_t len, bool cut)
{
	static struct process process;
	struct pat_process from = { .command_len = (uint32_t)len, .command_cut = cut };

	assert_true(len <= sizeof(from.command));
	memcpy(from.command, words, len);
	process_read(&from, &process);
	assert_null(pat_text_problem(process.command));
	return process.command;
}

#define COMMAND(words) command_of(words, sizeof(words), false) /* the last NUL ends a word */

static void words_are_told_apart(void **state)
{
	(void)state;
	assert_string_equal(COMMAND("sudo\0apt\0upgrade"), "sudo apt upgrade");
	assert_string_equal(COMMAND("sudo\0apt upgrade"), "sudo 'apt upgrade'");
	assert_string_equal(COMMAND("sudo\0"
				    "sh\0-c\0rm -rf /; echo 'x'"),
		"sudo sh -c 'rm -rf /; echo '\\''x'\\'''");
	assert_string_equal(COMMAND("sudo\0\0x"), "sudo '' x");
	assert_string_equal(COMMAND("sudo\0~root"), "sudo '~root'");
	assert_string_equal(COMMAND("sudo\0[...]"), "sudo '[...]'");
}

static void what_could_deceive_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(COMMAND("sudo\0a\nb"), "sudo $'a\\x0ab'");
	assert_string_equal(COMMAND("sudo\0\033[2J"), "sudo $'\\x1b[2J'");
	assert_string_equal(COMMAND("sudo\0\033'\\"), "sudo $'\\x1b\\'\\\\'");
	assert_string_equal(COMMAND("sudo\0x\xE2\x80\xAEy"), "sudo $'x\\xe2\\x80\\xaey'");
	assert_string_equal(COMMAND("sudo\0\xFF"), "sudo $'\\xff'");
	assert_string_equal(COMMAND("sudo\0gr\xC3\xBC\xC3\x9F"), "sudo 'gr\xC3\xBC\xC3\x9F'");
}

static void what_is_cut_says_so(void **state)
{
	char words[sizeof(((struct pat_process *)0)->command)];

	(void)state;
	assert_string_equal(command_of("sudo\0ap", 7, true), "sudo ap [...]");
	for (size_t i = 0; i < sizeof(words); i += 2)
		memcpy(words + i, "\xC3\xBC", 2);
	for (size_t len = 900; len < 1100; len++) {
		const char *command = command_of(words, len, false);
		const size_t n = strlen(command);

		assert_true(n <= PROCESS_COMMAND_MAX);
		if (len > 1030)
			assert_string_equal(command + n - strlen(PROCESS_CUT), PROCESS_CUT);
	}
}

static void no_command_is_empty_text(void **state)
{
	(void)state;
	assert_string_equal(command_of("", 0, false), "");
}

static void the_process_is_one_line(void **state)
{
	char text[PROCESS_TEXT_MAX + 1];
	struct process process = { .pid = 4711, .uid = 1000 };

	(void)state;
	process_describe(&process, text);
	assert_string_equal(text, "pid 4711 of uid 1000");
	strcpy(process.directory, "/home/alice");
	process.parent_pid = 4700;
	strcpy(process.parent, "agent --resume");
	process_describe(&process, text);
	assert_string_equal(
		text, "pid 4711 of uid 1000 in /home/alice, started by agent --resume (4700)");
	memset(process.directory, 'd', sizeof(process.directory) - 1);
	memset(process.parent, 'p', sizeof(process.parent) - 1);
	process_describe(&process, text);
	assert_true(strlen(text) < sizeof(text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_told_apart),
		cmocka_unit_test(what_could_deceive_is_escaped),
		cmocka_unit_test(what_is_cut_says_so),
		cmocka_unit_test(no_command_is_empty_text),
		cmocka_unit_test(the_process_is_one_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
