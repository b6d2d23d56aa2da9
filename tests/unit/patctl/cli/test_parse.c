/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines parsed by a table of verbs of the test's own. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <string.h>

#include "common/restriction.h"
#include "common/token_format.h"
#include "patctl/base/text.h"
#include "patctl/cli/parse.h"
#include "patctl/cli/verb.h"

#define WORDS_MAX 9

static char *argv[WORDS_MAX + 1];

static const struct option_info option_lines = { "lines", "N", "", 'n' };
static const struct option_info option_follow = { "follow", NULL, "", 'f' };
static const struct option_info option_until = { "until", "WHEN", "", 0 };

static const struct verb list = {
	.name = "list",
	.operands = "",
	.options = OPTIONS(&option_user, &option_all, &option_host, &option_json),
	.exclusive = { OPTIONS(&option_user, &option_all) },
};
static const struct verb follow = {
	.name = "log",
	.operands = "[TOKEN...]",
	.options = OPTIONS(&option_user, &option_all, &option_until, &option_lines, &option_follow,
		&option_reason, &option_json, &option_quiet),
	.exclusive = { NULL, OPTIONS(&option_until, &option_follow) },
};
static const struct verb delete = {
	.name = "delete",
	.operands = "TOKEN...",
	.options = OPTIONS(&option_user, &option_yes, &option_quiet),
};
static const struct verb generate = {
	.name = "generate",
	.operands = "NAME",
	.options = OPTIONS(&option_restrictions, &option_quiet),
};
static const struct verb set = {
	.name = "set",
	.operands = "TOKEN",
	.options = OPTIONS(&option_restrictions, &option_note),
	.takes_any = true,
};
static const struct verb help = { .name = "help", .operands = "[VERB]" };
static const struct verb *const verbs[] = { &list, &follow, &delete, &generate, &set, &help, NULL };

/* The words are copied to argv, since getopt_long() sorts it.  Returns argc. */
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

static struct command parse(const char *const *words)
{
	struct command command;

	assert_int_equal(command_parse(verbs, copy(words), argv, &command), OUTCOME_DONE);
	return command;
}

static void refuse(const char *const *words)
{
	struct command command;

	assert_int_equal(command_parse(verbs, copy(words), argv, &command), OUTCOME_USAGE);
}

static struct partial_command parse_partial(const char *const *words)
{
	struct partial_command partial;

	command_parse_partial(verbs, copy(words), argv, &partial);
	return partial;
}

#define WORDS(...) ((const char *const[]) { "patctl", __VA_ARGS__, NULL })
#define PARSE(...) parse(WORDS(__VA_ARGS__))
#define REFUSE(...) refuse(WORDS(__VA_ARGS__))
#define PARSE_PARTIAL(...) parse_partial(WORDS(__VA_ARGS__))

static void no_verb_is_the_first_of_the_table(void **state)
{
	struct command command = parse((const char *const[]) { "patctl", NULL });

	(void)state;
	assert_ptr_equal(command.verb, &list);
	assert_false(command.verb_given);
	command = PARSE("--json", "--all");
	assert_ptr_equal(command.verb, &list);
	assert_true(command_given(&command, &option_json));
	assert_true(command_given(&command, &option_all));
	assert_false(command_given(&command, &option_user));
}

static void options_stand_before_the_verb_and_after_operands(void **state)
{
	struct command command = PARSE("-q", "delete", "ci", "--user=alice", "nas", "-y");

	(void)state;
	assert_ptr_equal(command.verb, &delete);
	assert_true(command.verb_given);
	assert_true(command_given(&command, &option_quiet));
	assert_true(command_given(&command, &option_yes));
	assert_string_equal(command_value(&command, &option_user), "alice");
	assert_int_equal(command.n_operands, 2);
	assert_string_equal(command.operands[0], "ci");
	assert_string_equal(command.operands[1], "nas");
}

static void option_given_twice_has_the_last_argument(void **state)
{
	struct command command = PARSE("delete", "ci", "--user=alice", "-qq", "--user", "bob");

	(void)state;
	assert_string_equal(command_value(&command, &option_user), "bob");
	assert_int_equal(command.n_given, 2);
}

static void dash_after_two_dashes_is_an_operand(void **state)
{
	struct command command = PARSE("generate", "--", "-q");

	(void)state;
	assert_int_equal(command.n_operands, 1);
	assert_string_equal(command.operands[0], "-q");
	assert_false(command_given(&command, &option_quiet));
}

static void short_option_takes_its_argument(void **state)
{
	struct command command = PARSE("log", "-fn", "5", "ci");

	(void)state;
	assert_true(command_given(&command, &option_follow));
	assert_string_equal(command_value(&command, &option_lines), "5");
	assert_int_equal(command.n_operands, 1);
	command = PARSE("log", "-n5");
	assert_string_equal(command_value(&command, &option_lines), "5");
}

static void every_restriction_is_an_option_of_its_verb(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++) {
		const struct option_info *option = &restrictions[i].option;
		char word[64] = "--", with_value[64];
		struct command command;

		strcat(word, option->name);
		strcat(strcpy(with_value, word), "=x");
		if (option->argument) {
			command = PARSE("generate", "ci", with_value);
			assert_string_equal(command_value(&command, option), "x");
		} else {
			command = PARSE("generate", "ci", word);
			assert_true(command_given(&command, option));
			REFUSE("generate", "ci", with_value);
		}
		REFUSE("list", word);
		REFUSE("list", with_value);
	}
}

static void option_of_another_verb_is_refused(void **state)
{
	(void)state;
	REFUSE("list", "--until=1d");
	REFUSE("list", "-n5");
	REFUSE("delete", "ci", "--all");
	REFUSE("delete", "ci", "--host=web1");
	REFUSE("help", "--json");
	REFUSE("help", "--host=web1");
}

static void option_given_by_its_letter_is_known_as_such(void **state)
{
	struct command command = PARSE("log", "-f", "--lines=5", "-u", "alice");

	(void)state;
	assert_int_equal(command.n_given, 3);
	assert_true(command.given[0].by_letter);
	assert_false(command.given[1].by_letter);
	assert_true(command.given[2].by_letter);
	assert_string_equal(command_value(&command, &option_user), "alice");
	assert_true(command_given(&command, &option_follow));
	command = PARSE("log", "-a");
	assert_true(command_given(&command, &option_all));
	command = PARSE("-V");
	assert_true(command_given(&command, &option_version));
}

/* As --help and --version, so that a script can give it always. */
static void every_verb_takes_no_pager(void **state)
{
	struct command command = PARSE("--no-pager", "delete", "ci");

	(void)state;
	assert_true(command_given(&command, &option_no_pager));
	command = PARSE("help", "--no-pager");
	assert_true(command_given(&command, &option_no_pager));
	command = PARSE("help");
	assert_false(command_given(&command, &option_no_pager));
	REFUSE("help", "--no-pager=1");
}

static void unknown_word_is_refused(void **state)
{
	(void)state;
	REFUSE("frobnicate");
	REFUSE("");
	REFUSE("list", "--frobnicate");
	REFUSE("list", "-z");
	REFUSE("list", "--user");
	REFUSE("list", "--json=yes");
}

static void too_few_or_many_operands_are_refused(void **state)
{
	(void)state;
	REFUSE("list", "ci");
	REFUSE("delete");
	REFUSE("generate");
	REFUSE("generate", "two", "names");
	REFUSE("help", "two", "verbs");
}

static void all_with_operands_is_refused(void **state)
{
	struct command command = PARSE("log", "--all");

	(void)state;
	assert_true(command_given(&command, &option_all));
	REFUSE("log", "--all", "ci");
	REFUSE("list", "--all", "ci");
}

static void exclusive_options_together_are_refused(void **state)
{
	(void)state;
	REFUSE("list", "--user=alice", "--all");
	REFUSE("log", "--follow", "--until=2027-01-31");
	(void)PARSE("log", "--user=alice", "--all");
	(void)PARSE("log", "-f", "--lines=5");
}

static void argument_that_is_empty_or_not_utf8_is_refused(void **state)
{
	struct command command = PARSE("log", "--reason=\xC3\xA9");

	(void)state;
	assert_string_equal(command_value(&command, &option_reason), "\xC3\xA9");
	REFUSE("log", "--reason=");
	REFUSE("log", "--reason=\xFF");
	REFUSE("generate", "ci", "--service=");
	REFUSE("generate", "ci", "--hours=\xFF");
}

/* Of all that a token can be given: it decides nothing. */
static void only_a_note_may_be_empty(void **state)
{
	struct command command = PARSE("set", "ci", "--note=");

	(void)state;
	assert_string_equal(command_value(&command, &option_note), "");
	REFUSE("set", "ci", "--note=\xFF");
	for (size_t r = 0; r < PAT_RESTRICTIONS; r++) {
		cleanup_text char *word = text_format("--%s=", restrictions[r].option.name);

		REFUSE("set", "ci", word);
	}
}

static void user_that_cannot_exist_is_refused(void **state)
{
	(void)state;
	REFUSE("list", "--user=");
	REFUSE("list", "--user=\xFF");
	REFUSE("list", "--user=\033[31m");
}

static void host_that_cannot_exist_is_refused(void **state)
{
	struct command command = PARSE("list", "--host=web1");

	(void)state;
	assert_string_equal(command_value(&command, &option_host), "web1");
	REFUSE("list", "--host=");
	REFUSE("list", "--host=-oProxyCommand=x");
}

static void token_as_operand_is_refused(void **state)
{
	struct pat_id id;
	char token[PAT_TOKEN_LEN + 1];

	(void)state;
	assert_true(sodium_init() >= 0);
	pat_token_new(token, &id);
	REFUSE(token);
	REFUSE("log", token);
	REFUSE("delete", "ci", token);
	REFUSE("generate", token);
	/* With another character it is no token. */
	token[20] = token[20] == 'a' ? 'b' : 'a';
	(void)PARSE("delete", token);
}

static void help_and_version_need_no_operands(void **state)
{
	struct command command = PARSE("delete", "--help");

	(void)state;
	assert_true(command_given(&command, &option_help));
	assert_ptr_equal(command.verb, &delete);
	assert_true(command.verb_given);
	command = PARSE("--help", "--json");
	assert_false(command.verb_given);
	command = PARSE("--version");
	assert_true(command_given(&command, &option_version));
}

static void partial_command_is_parsed_as_far_as_it_goes(void **state)
{
	struct partial_command partial = parse_partial((const char *const[]) { "patctl", NULL });

	(void)state;
	assert_false(partial.command.verb_given);
	assert_null(partial.waiting);

	partial = PARSE_PARTIAL("--user=alice", "delete", "ci", "--json", "nas");
	assert_ptr_equal(partial.command.verb, &delete);
	assert_string_equal(command_value(&partial.command, &option_user), "alice");
	assert_true(command_given(&partial.command, &option_json));
	assert_int_equal(partial.command.n_given, 2);
	assert_int_equal(partial.command.n_operands, 2);
	assert_string_equal(partial.command.operands[1], "nas");

	partial = PARSE_PARTIAL("frobnicate", "--user");
	assert_true(partial.command.verb_given);
	assert_null(partial.command.verb);
	assert_ptr_equal(partial.waiting, &option_user);
}

static void option_waits_for_its_argument(void **state)
{
	(void)state;
	assert_ptr_equal(PARSE_PARTIAL("log", "--until").waiting, &option_until);
	assert_ptr_equal(PARSE_PARTIAL("log", "-fn").waiting, &option_lines);
	assert_null(PARSE_PARTIAL("log", "-n", "5").waiting);
	assert_null(PARSE_PARTIAL("list", "--all").waiting);
	assert_null(PARSE_PARTIAL("list", "--no-such-option", "--json=1", "-z").waiting);
}

static void two_dashes_end_the_options_of_a_partial_command(void **state)
{
	struct partial_command partial = PARSE_PARTIAL("log", "--", "--json");

	(void)state;
	assert_true(partial.operands_only);
	assert_int_equal(partial.command.n_given, 0);
	assert_int_equal(partial.command.n_operands, 1);
	partial = PARSE_PARTIAL("--", "log");
	assert_true(partial.operands_only);
	assert_ptr_equal(partial.command.verb, &follow);
	assert_false(PARSE_PARTIAL("log", "a").operands_only);
}

static void option_is_found_by_its_whole_name(void **state)
{
	(void)state;
	assert_ptr_equal(command_find_option(verbs, "until=x", 5), &option_until);
	assert_ptr_equal(command_find_option(verbs, "hours", 5), &restrictions[PAT_HOURS].option);
	assert_null(command_find_option(verbs, "until", 4));
	assert_null(command_find_option(verbs, "untilx", 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_verb_is_the_first_of_the_table),
		cmocka_unit_test(options_stand_before_the_verb_and_after_operands),
		cmocka_unit_test(option_given_twice_has_the_last_argument),
		cmocka_unit_test(dash_after_two_dashes_is_an_operand),
		cmocka_unit_test(short_option_takes_its_argument),
		cmocka_unit_test(every_restriction_is_an_option_of_its_verb),
		cmocka_unit_test(option_of_another_verb_is_refused),
		cmocka_unit_test(option_given_by_its_letter_is_known_as_such),
		cmocka_unit_test(every_verb_takes_no_pager),
		cmocka_unit_test(unknown_word_is_refused),
		cmocka_unit_test(too_few_or_many_operands_are_refused),
		cmocka_unit_test(all_with_operands_is_refused),
		cmocka_unit_test(exclusive_options_together_are_refused),
		cmocka_unit_test(argument_that_is_empty_or_not_utf8_is_refused),
		cmocka_unit_test(only_a_note_may_be_empty),
		cmocka_unit_test(user_that_cannot_exist_is_refused),
		cmocka_unit_test(host_that_cannot_exist_is_refused),
		cmocka_unit_test(token_as_operand_is_refused),
		cmocka_unit_test(help_and_version_need_no_operands),
		cmocka_unit_test(partial_command_is_parsed_as_far_as_it_goes),
		cmocka_unit_test(option_waits_for_its_argument),
		cmocka_unit_test(two_dashes_end_the_options_of_a_partial_command),
		cmocka_unit_test(option_is_found_by_its_whole_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
