/* The command line taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "common/token_format.h"
#include "patctl/cli/command.h"
#include "patctl/cli/options.h"
#include "patctl/cli/verbs.h"

#define WORDS_MAX 9

static char *argv[WORDS_MAX + 1];

/* What stands on argv is copied, since getopt sorts it.  Returns argc. */
static int copy(const char *const *words)
{
	int argc = 0;

	for (; words[argc]; argc++) {
		assert_true(argc < WORDS_MAX);
		memcpy(&argv[argc], &words[argc], sizeof(argv[0]));
	}
	argv[argc] = NULL;
	return argc;
}

static enum outcome parse(const char *const *words, struct command *ret)
{
	return command_parse(copy(words), argv, ret);
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
	assert_int_equal(PARSE(&command, "rename", "ci"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "rotate", "ci", "nas"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "check", "ci"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "enable"), OUTCOME_USAGE);
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

static void all_stands_for_the_operands(void **state)
{
	static const char *const verbs_with_all[] = { "revoke", "disable", "enable", "log",
		"list" };
	struct command command;

	(void)state;
	for (size_t i = 0; i < sizeof(verbs_with_all) / sizeof(verbs_with_all[0]); i++) {
		assert_int_equal(PARSE(&command, verbs_with_all[i], "--all"), OUTCOME_DONE);
		assert_true(command.all);
		assert_int_equal(PARSE(&command, verbs_with_all[i], "--all", "x"), OUTCOME_USAGE);
	}
}

static void all_and_user_are_one_of_the_two_but_to_revoke(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "log", "--all", "--user=alice"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "revoke", "--all", "--user=alice"), OUTCOME_DONE);
	assert_string_equal(command.user, "alice");
}

static void what_excludes_each_other_is_refused(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "log", "--follow", "--until=2027-01-31"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "log", "-f", "--verify"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "log", "-f", "--since=2h"), OUTCOME_DONE);
}

static void a_letter_takes_its_argument(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "log", "-fn", "5", "ci"), OUTCOME_DONE);
	assert_true(command.follow);
	assert_string_equal(command.lines, "5");
	assert_int_equal(command.n, 1);
	assert_int_equal(PARSE(&command, "log", "-n5"), OUTCOME_DONE);
	assert_string_equal(command.lines, "5");
}

static void arguments_are_there_and_utf8(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(PARSE(&command, "revoke", "ci", "--reason="), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "revoke", "ci", "--reason=\xFF"), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "revoke", "ci", "--reason=\xC3\xA9"), OUTCOME_DONE);
	assert_int_equal(PARSE(&command, "generate", "ci", "--service="), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "generate", "ci", "--hours=\xFF"), OUTCOME_USAGE);
}

static void a_token_is_no_operand_of_any_verb(void **state)
{
	struct command command;
	struct pat_id id;
	char token[PAT_TOKEN_LEN + 1];

	(void)state;
	assert_true(sodium_init() >= 0);
	pat_token_new(token, &id);
	assert_int_equal(PARSE(&command, token), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "check", token), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "revoke", "ci", token), OUTCOME_USAGE);
	assert_int_equal(PARSE(&command, "generate", token), OUTCOME_USAGE);
	/* What has been changed is none. */
	token[20] = token[20] == 'a' ? 'b' : 'a';
	assert_int_equal(PARSE(&command, "revoke", token), OUTCOME_DONE);
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
	assert_string_equal(verb_nearest("history"), "log");
	assert_string_equal(verb_nearest("renew"), "rotate");
	assert_string_equal(verb_nearest("suspend"), "revoke");
	assert_string_equal(verb_nearest("verify"), "check");
	assert_string_equal(verb_nearest("lock"), "disable");
	assert_null(verb_nearest("frobnicate"));
	assert_null(verb_nearest("generategenerategenerategenerate"));
}

static void every_synonym_is_none_of_the_verbs(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERBS; i++)
		assert_string_equal(verb_nearest(verbs[i].name), verbs[i].name);
}

static void every_verb_has_help_with_an_example(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERBS; i++)
		assert_true(verbs[i].help[0] && *verbs[i].examples != '\0');
}

/* Of the words before the one that is being typed. */
static void peek(const char *const *words, struct typing *ret)
{
	command_peek(copy(words), argv, ret);
}

#define PEEK(typing, ...) peek((const char *const[]) { "patctl", __VA_ARGS__, NULL }, typing)

static void what_is_being_typed_is_read_as_far_as_it_goes(void **state)
{
	struct typing typing;

	(void)state;
	peek((const char *const[]) { "patctl", NULL }, &typing);
	assert_false(typing.command.verb_given);
	assert_null(typing.open);

	PEEK(&typing, "--user=alice", "show", "ci", "--json", "nas");
	assert_string_equal(typing.command.verb->name, "show");
	assert_string_equal(typing.command.user, "alice");
	assert_int_equal(typing.given, OPTION_USER | OPTION_JSON);
	assert_int_equal(typing.command.n, 2);
	assert_string_equal(typing.command.items[1], "nas");

	PEEK(&typing, "frobnicate", "--user");
	assert_true(typing.command.verb_given);
	assert_null(typing.command.verb);
	assert_string_equal(typing.open->name, "user");
}

static void an_option_waits_for_its_argument(void **state)
{
	struct typing typing;

	(void)state;
	PEEK(&typing, "list", "--sort");
	assert_string_equal(typing.open->name, "sort");
	PEEK(&typing, "log", "-fn");
	assert_string_equal(typing.open->name, "lines");
	PEEK(&typing, "log", "-n", "5");
	assert_null(typing.open);
	PEEK(&typing, "list", "--all");
	assert_null(typing.open);
	PEEK(&typing, "list", "--no-such-option", "--json=1", "-z");
	assert_null(typing.open);
}

static void two_dashes_end_the_options_of_what_is_typed(void **state)
{
	struct typing typing;

	(void)state;
	PEEK(&typing, "show", "--", "--json");
	assert_true(typing.operands_only);
	assert_int_equal(typing.given, 0);
	assert_int_equal(typing.command.n, 1);
	PEEK(&typing, "--", "show");
	assert_true(typing.operands_only);
	assert_string_equal(typing.command.verb->name, "show");
	PEEK(&typing, "show", "a");
	assert_false(typing.operands_only);
}

static void complete_is_a_verb_that_no_list_has(void **state)
{
	(void)state;
	assert_non_null(verb_find("complete"));
	for (size_t i = 0; i < VERBS; i++)
		assert_string_not_equal(verbs[i].name, "complete");
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
		cmocka_unit_test(all_stands_for_the_operands),
		cmocka_unit_test(all_and_user_are_one_of_the_two_but_to_revoke),
		cmocka_unit_test(what_excludes_each_other_is_refused),
		cmocka_unit_test(a_letter_takes_its_argument),
		cmocka_unit_test(arguments_are_there_and_utf8),
		cmocka_unit_test(a_token_is_no_operand_of_any_verb),
		cmocka_unit_test(help_needs_no_operands),
		cmocka_unit_test(suggests_what_was_probably_meant),
		cmocka_unit_test(every_synonym_is_none_of_the_verbs),
		cmocka_unit_test(every_verb_has_help_with_an_example),
		cmocka_unit_test(what_is_being_typed_is_read_as_far_as_it_goes),
		cmocka_unit_test(an_option_waits_for_its_argument),
		cmocka_unit_test(two_dashes_end_the_options_of_what_is_typed),
		cmocka_unit_test(complete_is_a_verb_that_no_list_has),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
