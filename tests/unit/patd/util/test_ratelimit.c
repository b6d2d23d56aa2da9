/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate limit of each uid. */
#include "tests/unit/unit.h"

#include "patd/util/ratelimit.h"

#define SECOND UINT64_C(1000000)
#define BURST 40
#define PER_S 20

/* Nobody has asked yet. */
static const struct ratelimit fresh = { .cost_us = SECOND / PER_S, .burst = BURST };

/* How many of tries are let through, all at that moment. */
static unsigned int take(
	struct ratelimit *ratelimit, uint32_t uid, uint64_t now_us, unsigned int tries)
{
	unsigned int taken = 0;

	while (tries-- > 0)
		if (ratelimit_take(ratelimit, uid, now_us))
			taken++;
	return taken;
}

static void burst_is_the_most_at_once(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	assert_int_equal(take(&ratelimit, 1000, 5 * SECOND, 1000), BURST);
	assert_int_equal(take(&ratelimit, 1000, 5 * SECOND, 1000), 0);
}

static void allowance_grows_at_the_rate(void **state)
{
	struct ratelimit ratelimit = fresh;
	uint64_t now = SECOND;

	(void)state;
	(void)take(&ratelimit, 1000, now, 1000);
	now += SECOND / PER_S - 1;
	assert_int_equal(take(&ratelimit, 1000, now, 10), 0);
	now += 1;
	assert_int_equal(take(&ratelimit, 1000, now, 10), 1);
	now += SECOND;
	assert_int_equal(take(&ratelimit, 1000, now, 1000), PER_S);
}

static void refused_request_costs_no_allowance(void **state)
{
	struct ratelimit ratelimit = fresh;
	unsigned int taken = 0;

	(void)state;
	(void)take(&ratelimit, 1000, SECOND, 1000);
	for (uint64_t now = SECOND; now < 11 * SECOND; now += 1000)
		taken += take(&ratelimit, 1000, now, 3);
	assert_between(taken, 10 * PER_S - 1, 10 * PER_S);
}

static void allowance_never_exceeds_burst(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	(void)take(&ratelimit, 1000, SECOND, 1);
	assert_int_equal(take(&ratelimit, 1000, 1000000 * SECOND, 1000), BURST);
	assert_int_equal(take(&ratelimit, 1000, UINT64_MAX, 1000), BURST);
}

static void uids_have_separate_allowances(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	for (uint32_t uid = 0; uid < RATELIMIT_UIDS; uid++)
		assert_int_equal(take(&ratelimit, uid, SECOND, 1000), BURST);
	for (uint32_t uid = 0; uid < RATELIMIT_UIDS; uid++)
		assert_int_equal(take(&ratelimit, uid, SECOND, 1), 0);
}

static void uid_zero_is_limited_too(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	assert_int_equal(take(&ratelimit, 0, 0, 1000), BURST);
	assert_int_equal(take(&ratelimit, 0, 0, 1000), 0);
	assert_int_equal(take(&ratelimit, UINT32_MAX, 0, 1000), BURST);
}

static void uid_unseen_longest_is_forgotten(void **state)
{
	struct ratelimit ratelimit = fresh;
	uint64_t now = SECOND;

	(void)state;
	for (uint32_t uid = 0; uid < RATELIMIT_UIDS; uid++)
		(void)take(&ratelimit, uid, now + uid, 1000);
	now += RATELIMIT_UIDS;
	assert_false(ratelimit_take(&ratelimit, 0, now));
	/* Now uid 1 is the one. */
	assert_int_equal(take(&ratelimit, 5000, now, 1000), BURST);
	assert_false(ratelimit_take(&ratelimit, 0, now));
	assert_false(ratelimit_take(&ratelimit, 2, now));
	assert_int_equal(take(&ratelimit, 1, now, 1000), BURST);
}

static void refusals_are_counted_until_read(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	assert_int_equal(ratelimit_refused(&ratelimit, 1000), 0);
	assert_int_equal(take(&ratelimit, 1000, SECOND, BURST), BURST);
	assert_int_equal(ratelimit_refused(&ratelimit, 1000), 0);
	(void)take(&ratelimit, 1000, SECOND, 7);
	assert_int_equal(ratelimit_refused(&ratelimit, 1001), 0);
	assert_true(ratelimit_take(&ratelimit, 1000, 2 * SECOND));
	assert_int_equal(ratelimit_refused(&ratelimit, 1000), 7);
	assert_int_equal(ratelimit_refused(&ratelimit, 1000), 0);
}

static void forgotten_uid_has_no_refusals(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	(void)take(&ratelimit, 1000, SECOND, BURST + 7);
	for (uint32_t uid = 0; uid < RATELIMIT_UIDS; uid++)
		assert_true(ratelimit_take(&ratelimit, uid, 2 * SECOND));
	assert_int_equal(ratelimit_refused(&ratelimit, 1000), 0);
	assert_int_equal(take(&ratelimit, 1000, 2 * SECOND, BURST), BURST);
	assert_int_equal(ratelimit_refused(&ratelimit, 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_is_the_most_at_once),
		cmocka_unit_test(allowance_grows_at_the_rate),
		cmocka_unit_test(refused_request_costs_no_allowance),
		cmocka_unit_test(allowance_never_exceeds_burst),
		cmocka_unit_test(uids_have_separate_allowances),
		cmocka_unit_test(uid_zero_is_limited_too),
		cmocka_unit_test(uid_unseen_longest_is_forgotten),
		cmocka_unit_test(refusals_are_counted_until_read),
		cmocka_unit_test(forgotten_uid_has_no_refusals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
