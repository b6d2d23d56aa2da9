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

static void a_burst_is_let_through_and_no_more(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	assert_int_equal(take(&ratelimit, 1000, 5 * SECOND, 1000), BURST);
	assert_int_equal(take(&ratelimit, 1000, 5 * SECOND, 1000), 0);
}

static void allowance_grows_with_the_rate(void **state)
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

static void asking_in_vain_costs_nothing(void **state)
{
	struct ratelimit ratelimit = fresh;
	unsigned int taken = 0;

	(void)state;
	(void)take(&ratelimit, 1000, SECOND, 1000);
	for (uint64_t now = SECOND; now < 11 * SECOND; now += 1000)
		taken += take(&ratelimit, 1000, now, 3);
	assert_in_range(taken, 10 * PER_S - 1, 10 * PER_S);
}

static void allowance_never_exceeds_a_burst(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	(void)take(&ratelimit, 1000, SECOND, 1);
	assert_int_equal(take(&ratelimit, 1000, 1000000 * SECOND, 1000), BURST);
	assert_int_equal(take(&ratelimit, 1000, UINT64_MAX, 1000), BURST);
}

static void one_uid_does_not_use_up_anothers(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	for (uint32_t uid = 0; uid < RATELIMIT_UIDS; uid++)
		assert_int_equal(take(&ratelimit, uid, SECOND, 1000), BURST);
	for (uint32_t uid = 0; uid < RATELIMIT_UIDS; uid++)
		assert_int_equal(take(&ratelimit, uid, SECOND, 1), 0);
}

static void uid_zero_is_a_uid(void **state)
{
	struct ratelimit ratelimit = fresh;

	(void)state;
	assert_int_equal(take(&ratelimit, 0, 0, 1000), BURST);
	assert_int_equal(take(&ratelimit, 0, 0, 1000), 0);
	assert_int_equal(take(&ratelimit, UINT32_MAX, 0, 1000), BURST);
}

static void the_uid_unseen_longest_is_forgotten(void **state)
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

static void what_was_refused_is_counted_until_it_is_asked_for(void **state)
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

static void a_forgotten_uid_has_no_refusals(void **state)
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
		cmocka_unit_test(a_burst_is_let_through_and_no_more),
		cmocka_unit_test(allowance_grows_with_the_rate),
		cmocka_unit_test(asking_in_vain_costs_nothing),
		cmocka_unit_test(allowance_never_exceeds_a_burst),
		cmocka_unit_test(one_uid_does_not_use_up_anothers),
		cmocka_unit_test(uid_zero_is_a_uid),
		cmocka_unit_test(the_uid_unseen_longest_is_forgotten),
		cmocka_unit_test(what_was_refused_is_counted_until_it_is_asked_for),
		cmocka_unit_test(a_forgotten_uid_has_no_refusals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
