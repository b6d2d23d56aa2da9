/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of patctl, as their table has them. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patctl/cli/parse.h"
#include "patctl/verb_table.h"

static void patctl_without_arguments_lists(void **state)
{
	(void)state;
	assert_string_equal(verb_table[0]->name, "list");
}

static void every_verb_has_help_with_an_example(void **state)
{
	(void)state;
	for (const struct verb *const *verb = verb_table; *verb; verb++) {
		assert_non_null((*verb)->run);
		assert_non_null((*verb)->summary);
		assert_non_null((*verb)->help[0]);
		assert_non_null(strstr((*verb)->examples, (*verb)->name));
	}
}

static void options_of_one_name_agree(void **state)
{
	const struct option_info *option, *other;

	(void)state;
	for (const struct verb *const *verb = verb_table; *verb; verb++)
		for (size_t i = 0; (option = options_at((*verb)->options, i)); i++) {
			other = command_find_option(verb_table, option->name, strlen(option->name));
			assert_int_equal(option->letter, other->letter);
			assert_int_equal(!option->argument, !other->argument);
		}
}

static void exclusive_options_are_options_of_their_verb(void **state)
{
	const struct option_info *option;

	(void)state;
	for (const struct verb *const *verb = verb_table; *verb; verb++)
		for (size_t i = 0; i < 2; i++)
			for (size_t j = 0; (option = options_at((*verb)->exclusive[i], j)); j++)
				assert_true(options_have((*verb)->options, option));
}

static void operands_are_counted_as_help_writes_them(void **state)
{
	static const struct {
		const char *operands;
		size_t min, max;
	} cases[] = {
		{ "", 0, 0 },
		{ "NAME", 1, 1 },
		{ "TOKEN NAME", 2, 2 },
		{ "[VERB]", 0, 1 },
		{ "TOKEN...", 1, SIZE_MAX },
		{ "[TOKEN...]", 0, SIZE_MAX },
		{ "-- WORD...", 1, SIZE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct verb verb = { .operands = cases[i].operands };
		size_t min, max;

		verb_count_operands(&verb, &min, &max);
		assert_int_equal(min, cases[i].min);
		assert_int_equal(max, cases[i].max);
	}
}

static const char *nearest(const char *word)
{
	const struct verb *verb = verb_nearest(verb_table, word);

	return verb ? verb->name : NULL;
}

static void slip_is_near_its_verb(void **state)
{
	(void)state;
	assert_string_equal(nearest("genrate"), "generate");
	assert_string_equal(nearest("lst"), "list");
	assert_string_equal(nearest("revoek"), "revoke");
	assert_string_equal(nearest("creat"), "generate");
	assert_string_equal(nearest("hist"), "log");
	assert_string_equal(nearest("histroy"), "log");
	assert_string_equal(nearest("rmv"), "delete");
	assert_string_equal(nearest("lsit"), "list");
	assert_string_equal(nearest("nwe"), "generate");
	assert_null(nearest("l"));
	assert_null(nearest("frobnicate"));
	assert_null(nearest("generategenerategenerategenerate"));
}

static void synonym_names_its_verb(void **state)
{
	(void)state;
	assert_string_equal(nearest("remove"), "delete");
	assert_string_equal(nearest("journal"), "log");
	assert_string_equal(nearest("renew"), "rotate");
	assert_string_equal(nearest("suspend"), "revoke");
	assert_string_equal(nearest("verify"), "check");
	assert_string_equal(nearest("lock"), "disable");
	assert_string_equal(nearest("info"), "show");
	assert_string_equal(nearest("whoami"), "status");
}

static void alias_is_its_verb(void **state)
{
	static const char *const aliases[][2] = { { "ls", "list" }, { "create", "generate" },
		{ "new", "generate" }, { "add", "generate" }, { "rm", "delete" },
		{ "history", "log" } };

	(void)state;
	for (size_t i = 0; i < COUNT(aliases); i++)
		assert_string_equal(verb_find(verb_table, aliases[i][0])->name, aliases[i][1]);
	assert_null(verb_find(verb_table, "remove"));
}

static void alias_is_of_one_verb_and_no_verb_itself(void **state)
{
	(void)state;
	for (const struct verb *const *verb = verb_table; *verb; verb++)
		for (size_t i = 0; (*verb)->aliases[i]; i++) {
			assert_ptr_equal(verb_find(verb_table, (*verb)->aliases[i]), *verb);
			for (const struct verb *const *other = verb_table; *other; other++)
				assert_string_not_equal((*other)->name, (*verb)->aliases[i]);
		}
}

static const char *nearest_option(const char *verb, const char *name)
{
	const struct option_info *option = option_nearest(verb_find(verb_table, verb), name);

	return option ? option->name : NULL;
}

static void slip_is_near_its_option(void **state)
{
	(void)state;
	assert_string_equal(nearest_option("list", "jsn"), "json");
	assert_string_equal(nearest_option("list", "expires"), "expiring");
	assert_string_equal(nearest_option("generate", "expire"), "expires");
	assert_string_equal(nearest_option("list", "no"), "no-legend");
	assert_string_equal(nearest_option("log", "folow"), "follow");
	assert_null(nearest_option("list", "frobnicate"));
	assert_null(nearest_option("list", "z"));
	assert_null(nearest_option("list", ""));
	assert_null(nearest_option("policy", "follow"));
	assert_null(nearest_option("list", "no-such-option-is-as-long-as-this"));
}

static void option_of_another_tool_names_the_one_here(void **state)
{
	(void)state;
	assert_string_equal(nearest_option("delete", "f"), "yes");
	assert_string_equal(nearest_option("delete", "force"), "yes");
	assert_string_equal(nearest_option("generate", "ttl"), "expires");
	assert_null(nearest_option("list", "force"));
}

static void synonym_is_of_one_verb_and_no_verb_itself(void **state)
{
	(void)state;
	for (const struct verb *const *verb = verb_table; *verb; verb++)
		for (size_t i = 0; (*verb)->synonyms[i]; i++) {
			assert_null(verb_find(verb_table, (*verb)->synonyms[i]));
			assert_ptr_equal(verb_nearest(verb_table, (*verb)->synonyms[i]), *verb);
		}
}

static void hidden_verb_is_found_and_never_suggested(void **state)
{
	const struct verb *complete = verb_find(verb_table, "complete");

	(void)state;
	assert_non_null(complete);
	assert_true(complete->hidden);
	assert_null(nearest("complet"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patctl_without_arguments_lists),
		cmocka_unit_test(every_verb_has_help_with_an_example),
		cmocka_unit_test(options_of_one_name_agree),
		cmocka_unit_test(exclusive_options_are_options_of_their_verb),
		cmocka_unit_test(operands_are_counted_as_help_writes_them),
		cmocka_unit_test(slip_is_near_its_verb),
		cmocka_unit_test(synonym_names_its_verb),
		cmocka_unit_test(alias_is_its_verb),
		cmocka_unit_test(alias_is_of_one_verb_and_no_verb_itself),
		cmocka_unit_test(slip_is_near_its_option),
		cmocka_unit_test(option_of_another_tool_names_the_one_here),
		cmocka_unit_test(synonym_is_of_one_verb_and_no_verb_itself),
		cmocka_unit_test(hidden_verb_is_found_and_never_suggested),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
