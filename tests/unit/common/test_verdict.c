/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of verdicts. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/verdict.h"

/* Part of the wire format, of the database's format, and of the contract of the bus. */
static void numbers_and_words_never_change(void **state)
{
	static const char *const words[PAT_VERDICTS] = { "wrong", "accepted", "revoked", "expired",
		"other-user", "not-allowed", "busy", "failed", "not-yet", "out-of-hours",
		"wrong-service", "wrong-source", "exhausted", "rotated", "disabled",
		"against-policy", "account-closed", "wrong-clock", "denied", "unconfirmed", "asked",
		"ended", "wrong-host", "stale", "unknown-issuer", "unclaimed" };

	(void)state;
	for (uint32_t v = 0; v < PAT_VERDICTS; v++) {
		assert_string_equal(verdict_word(v), words[v]);
		assert_ptr_equal(verdict_from_word(words[v]), verdict_row(v));
	}
	assert_null(verdict_from_word("altered"));
}

static void unknown_number_is_undecided(void **state)
{
	(void)state;
	assert_string_equal(verdict_word(PAT_VERDICTS), "unknown");
	assert_string_equal(verdict_word(UINT32_MAX), "unknown");
	assert_true(verdict_row(PAT_VERDICTS)->undecided);
	assert_null(verdict_row(PAT_VERDICTS)->notice);
}

/* Nothing is told of a token whose secret did not match, or that nobody has looked at. */
static void privacy__notice_only_after_the_secret_matched(void **state)
{
	static const bool silent[PAT_VERDICTS] = {
		[PAT_WRONG] = true,
		[PAT_ACCEPTED] = true,
		[PAT_NOT_ALLOWED] = true,
		[PAT_BUSY] = true,
		[PAT_FAILED] = true,
		[PAT_ASKED] = true,
	};

	(void)state;
	for (uint32_t v = 0; v < PAT_VERDICTS; v++)
		assert_that(!verdict_row(v)->notice == silent[v], "%s", verdict_word(v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_words_never_change),
		cmocka_unit_test(unknown_number_is_undecided),
		cmocka_unit_test(privacy__notice_only_after_the_secret_matched),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
