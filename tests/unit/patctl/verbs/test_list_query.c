/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From list's options to what patd is asked, and the order of a list. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patctl/cli/command.h"
#include "patctl/verbs/list_query.h"

#define NOW UINT64_C(1800000000)

static void no_option_asks_for_all_tokens_of_the_caller(void **state)
{
	const struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	assert_true(filter_of(&command, NOW, &filter));
	assert_false(filter_given(&command));
	assert_false(filter.all);
	assert_null(filter.user);
}

static void periods_are_sent_as_times(void **state)
{
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	command_give(&command, &option_unused_for, "90d");
	command_give(&command, &option_expiring, "7d");
	assert_true(filter_of(&command, NOW, &filter));
	assert_int_equal(filter.unused_since, NOW - 90 * 86400);
	assert_int_equal(filter.expiring_before, NOW + 7 * 86400);
	assert_true(filter_given(&command));
}

static void period_longer_than_all_time_still_filters(void **state)
{
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	command_give(&command, &option_unused_for, "9000y");
	assert_true(filter_of(&command, NOW, &filter));
	assert_int_equal(filter.unused_since, 1);
}

static void unknown_state_is_refused(void **state)
{
	static const char *const good[] = { "active", "revoked", "expired", "ended", "exhausted",
		"disabled", "pending", "stale", "unknown-issuer", "altered" };
	static const char *const bad[] = { "Active", "used", "active ", "active,", ",active",
		"active,,revoked", "active, revoked", "revoked,used", "activerevoked" };
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		command_give(&command, &option_state, good[i]);
		assert_true(filter_of(&command, NOW, &filter));
		assert_string_equal(filter.state, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		command_give(&command, &option_state, bad[i]);
		assert_false(filter_of(&command, NOW, &filter));
	}
}

static void several_states_are_picked_from_what_patd_answers(void **state)
{
	static const char *const states[] = { "revoked", "active", "expired", "revoked",
		"pending" };
	struct command command = { 0 };
	struct client_filter filter;
	struct records tokens = { .table = token_row_table() };

	(void)state;
	command_give(&command, &option_state, "revoked,expired");
	assert_true(filter_of(&command, NOW, &filter));
	assert_null(filter.state);
	assert_true(filter_given(&command));
	for (size_t i = 0; i < COUNT(states); i++) {
		struct token_row token = { .uses = i };

		(void)strcpy(token.state, states[i]);
		records_append(&tokens, &token);
	}
	filter_keep(&command, &filter, &tokens);
	assert_int_equal(tokens.n, 3);
	assert_int_equal(((struct token_row *)tokens.items)[0].uses, 0);
	assert_int_equal(((struct token_row *)tokens.items)[1].uses, 2);
	assert_int_equal(((struct token_row *)tokens.items)[2].uses, 3);
	records_clear(&tokens);
}

static void state_is_in_a_list_as_a_whole(void **state)
{
	(void)state;
	assert_true(filter_has_state(NULL, "active"));
	assert_true(filter_has_state("active", "active"));
	assert_true(filter_has_state("revoked,active", "active"));
	assert_false(filter_has_state("revoked,active", "act"));
	assert_false(filter_has_state("revoked,active", "activity"));
	assert_false(filter_has_state("revoked", "active"));
}

static void service_and_user_are_sent(void **state)
{
	struct command command = { 0 };
	struct client_filter filter;

	(void)state;
	command_give(&command, &option_service, "sudo");
	command_give(&command, &option_user, "alice");
	assert_true(filter_of(&command, NOW, &filter));
	assert_string_equal(filter.good_for, "sudo");
	assert_string_equal(filter.user, "alice");
}

static void revoked_since_keeps_what_is_revoked_since(void **state)
{
	static const struct {
		const char *state;
		uint64_t revoked_at;
	} rows[] = { { "revoked", NOW - 3601 }, { "revoked", NOW - 3600 }, { "revoked", NOW },
		{ "active", 0 }, { "active", NOW }, { "altered", NOW } };
	struct command command = { 0 };
	struct client_filter filter;
	struct records tokens = { .table = token_row_table() };

	(void)state;
	command_give(&command, &option_revoked_since, "1h");
	assert_true(filter_of(&command, NOW, &filter));
	assert_true(filter_given(&command));
	assert_int_equal(filter.revoked_since, NOW - 3600);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct token_row token = { .uses = i, .revoked_at = rows[i].revoked_at };

		(void)strcpy(token.state, rows[i].state);
		records_append(&tokens, &token);
	}
	filter_keep(&command, &filter, &tokens);
	assert_int_equal(tokens.n, 2);
	assert_int_equal(((struct token_row *)tokens.items)[0].uses, 1);
	assert_int_equal(((struct token_row *)tokens.items)[1].uses, 2);
	records_clear(&tokens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_option_asks_for_all_tokens_of_the_caller),
		cmocka_unit_test(periods_are_sent_as_times),
		cmocka_unit_test(period_longer_than_all_time_still_filters),
		cmocka_unit_test(unknown_state_is_refused),
		cmocka_unit_test(several_states_are_picked_from_what_patd_answers),
		cmocka_unit_test(state_is_in_a_list_as_a_whole),
		cmocka_unit_test(service_and_user_are_sent),
		cmocka_unit_test(revoked_since_keeps_what_is_revoked_since),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
