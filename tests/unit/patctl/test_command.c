/* The command line taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "patctl/command.h"
#include "patctl/verbs.h"

#define WORDS_MAX 9

/* What stands on argv is copied, since getopt sorts it. */
static enum outcome parse(const char *const *words, struct command *ret)
{
	static char *argv[WORDS_MAX + 1];
	int argc = 0;

	for (; words[argc]; argc++) {
		assert_true(argc < WORDS_MAX);
		memcpy(&argv[argc], &words[argc], sizeof(argv[0]));
	}
	argv[argc] = NULL;
	return command_parse(argc, argv, ret);
}

#define PARSE(command, ...) parse((const char *const[]) { "patctl", __VA_ARGS__, NULL }, command)

static void no_verb_lists(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse((const char *const[]) { "patctl", NULL }, &command), OUTCOME_DONE);
	assert_string_equal(command.verb->name, "list");
	assert_int_equal(PARSE(&command, "--json", "--all"), OUTCOME_DONE);
	assert_string_equal(command.verb->name, "list");
	assert_true(command.json && command.all);
}

static void options_may_stand_anywhere(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(
		PARSE(&command, "-q", "delete", "ci", "--user=alice", "nas", "-y"), OUTCOME_DONE);
	assert_string_equal(command.verb->name, "delete");
	assert_true(command.quiet && command.yes);
	assert_string_equal(command.user, "alice");
	assert_int_equal(command.n, 2);
	assert_string_equal(command.items[0], "ci");
	assert_string_equal(command.items[1], "nas");
}

static void all_is_operand_after_two_dashes(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "generate", "--", "-q"), OUTCOME_DONE);
	assert_int_equal(command.n, 1);
	assert_string_equal(command.items[0], "-q");
	assert_false(command.quiet);
}

static void refuses_what_a_verb_does_not_take(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "list", "--expires=1d"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "revoke", "ci", "--yes"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "delete", "ci", "--all"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "ci"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "revoke"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "generate"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "generate", "two", "names"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "help", "two", "verbs"), OUTCOME_USAGE);
}

static void refuses_what_it_does_not_know(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "frobnicate"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, ""), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "--frobnicate"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "-z"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "--user"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "--json=yes"), OUTCOME_USAGE);
}

static void refuses_a_user_that_cannot_be(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "list", "--user="), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "--user=\xFF"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "--user=\033[31m"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "list", "--user=alice", "--all"), OUTCOME_USAGE);
}

static void help_needs_no_operands(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "revoke", "--help"), OUTCOME_DONE);
	assert_true(command.help);
	assert_string_equal(command.verb->name, "revoke");
	assert_true(command.verb_given);
	assert_int_equal(PARSE(&command, "--help", "--json"), OUTCOME_DONE);
	assert_false(command.verb_given);
	assert_int_equal(PARSE(&command, "--version"), OUTCOME_DONE);
	assert_true(command.version);
}

static void suggests_what_was_probably_meant(void **state)
{
	(void)state;
	assert_string_equal(verb_nearest("genrate"), "generate");
	assert_string_equal(verb_nearest("lst"), "list");
	assert_string_equal(verb_nearest("revoek"), "revoke");
	assert_string_equal(verb_nearest("rm"), "delete");
	assert_null(verb_nearest("frobnicate"));
	assert_null(verb_nearest("generategenerategenerategenerate"));
}

static void every_verb_has_help_with_an_example(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERBS; i++)
		assert_non_null(strstr(verbs[i].help, "Example"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_verb_lists),
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(all_is_operand_after_two_dashes),
		cmocka_unit_test(refuses_what_a_verb_does_not_take),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(refuses_a_user_that_cannot_be),
		cmocka_unit_test(help_needs_no_operands),
		cmocka_unit_test(suggests_what_was_probably_meant),
		cmocka_unit_test(every_verb_has_help_with_an_example),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
