/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tokens patctl status counts as ending. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "patctl/doctor/status.h"

#define NOW UINT64_C(1800000000)
#define DAY UINT64_C(86400)

static struct token_row token(const char *state, uint64_t created_at, uint64_t expires_at)
{
	struct token_row row = { .created_at = created_at, .expires_at = expires_at };

	(void)snprintf(row.state, sizeof(row.state), "%s", state);
	return row;
}

static void token_ends_soon_or_lately_within_seven_days(void **state)
{
	static const struct {
		const char *state;
		uint64_t at;
		enum status_end end;
	} cases[] = {
		{ "active", 0, STATUS_END_NONE },
		{ "active", NOW + 1, STATUS_END_SOON },
		{ "active", NOW + 7 * DAY, STATUS_END_SOON },
		{ "active", NOW + 7 * DAY + 1, STATUS_END_NONE },
		{ "pending", NOW + DAY, STATUS_END_SOON },
		{ "stale", NOW + DAY, STATUS_END_SOON },
		{ "unknown-issuer", NOW + DAY, STATUS_END_NONE },
		{ "expired", NOW, STATUS_END_LATELY },
		{ "expired", NOW - 7 * DAY + 1, STATUS_END_LATELY },
		{ "expired", NOW - 7 * DAY, STATUS_END_NONE },
		{ "revoked", NOW + DAY, STATUS_END_NONE },
		{ "exhausted", NOW + DAY, STATUS_END_NONE },
		{ "ended", NOW + DAY, STATUS_END_NONE },
		{ "disabled", NOW + DAY, STATUS_END_NONE },
		{ "altered", NOW + DAY, STATUS_END_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct token_row row = token(cases[i].state, NOW - 30 * DAY, cases[i].at);

		assert_int_equal(status_end(&row, NOW), cases[i].end);
	}
}

static void end_of_a_token_for_seven_days_is_meant(void **state)
{
	const struct token_row week = token("active", NOW, NOW + 7 * DAY),
			       longer = token("active", NOW, NOW + 7 * DAY + 1);

	(void)state;
	assert_true(status_end_is_meant(&week));
	assert_false(status_end_is_meant(&longer));
}

static void tokens_are_counted_by_state(void **state)
{
	struct status_counts counts = { 0 };

	(void)state;
	for (enum status_state one = 0; one < STATUS_STATES; one++) {
		const struct token_row row = token(status_state_word(one), NOW, 0);

		for (unsigned int i = 0; i <= one; i++)
			status_count(&counts, &row);
	}
	for (enum status_state one = 0; one < STATUS_STATES; one++)
		assert_int_equal(counts.states[one], one + 1);
	assert_int_equal(counts.all, STATUS_STATES * (STATUS_STATES + 1) / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_ends_soon_or_lately_within_seven_days),
		cmocka_unit_test(end_of_a_token_for_seven_days_is_meant),
		cmocka_unit_test(tokens_are_counted_by_state),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
