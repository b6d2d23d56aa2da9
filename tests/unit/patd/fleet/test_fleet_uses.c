/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses that patd-fleet is told of: each token's latest, when it takes them. */
#include "patd/fleet/fleet_uses.h"

#include <stdlib.h>

#include "tests/unit/patd/logged.h"

struct taker {
	sd_event *event;
	struct fleet_uses *uses;
	bool full; /* it takes nothing */
	unsigned int n;
	struct fleet_use latest;
};

static bool take(const struct fleet_use *use, void *userdata)
{
	struct taker *taker = userdata;

	if (taker->full)
		return false;
	taker->n++;
	taker->latest = *use;
	return true;
}

static int set_up(void **state)
{
	struct taker *taker = calloc(1, sizeof(*taker));

	assert_non_null(taker);
	assert_int_equal(sd_event_new(&taker->event), 0);
	assert_int_equal(fleet_uses_new(taker->event, take, taker, &taker->uses), 0);
	logged_clear();
	*state = taker;
	return 0;
}

static int tear_down(void **state)
{
	struct taker *taker = *state;

	fleet_uses_free(taker->uses);
	sd_event_unref(taker->event);
	free(taker);
	return 0;
}

/* Until what is due has been told; timers of later are not waited for. */
static void turn(struct taker *taker)
{
	int r;

	do {
		r = sd_event_run(taker->event, 2000);
		assert_true(r >= 0);
	} while (r > 0);
}

/* Until n have been told in all. */
static void wait_for(struct taker *taker, unsigned int n)
{
	while (taker->n < n)
		assert_true(sd_event_run(taker->event, UINT64_MAX) >= 0);
}

static void use(struct taker *taker, unsigned int number, uint64_t uses)
{
	struct token token = {
		.uses = uses,
		.last_used_at = 7,
		.last_used_service = "sshd",
		.last_used_from = "192.0.2.7",
	};

	(void)snprintf(token.id.text, sizeof(token.id.text), "%010u", number);
	fleet_uses_add(taker->uses, &token);
}

static void use_is_told_with_all_that_is_known_of_it(void **state)
{
	struct taker *taker = *state;

	use(taker, 1, 3);
	turn(taker);
	assert_int_equal(taker->n, 1);
	assert_string_equal(taker->latest.id, "0000000001");
	assert_string_equal(taker->latest.host, "");
	assert_int_equal(taker->latest.at, 7);
	assert_int_equal(taker->latest.uses, 3);
	assert_string_equal(taker->latest.service, "sshd");
	assert_string_equal(taker->latest.source, "192.0.2.7");
}

static void many_uses_of_a_token_are_one(void **state)
{
	struct taker *taker = *state;

	for (uint64_t i = 1; i <= 1000; i++)
		use(taker, 1, i);
	turn(taker);
	assert_int_equal(taker->n, 1);
	assert_int_equal(taker->latest.uses, 1000);
}

static void token_is_told_of_again_in_the_next_second(void **state)
{
	struct taker *taker = *state;

	use(taker, 1, 1);
	turn(taker);
	use(taker, 1, 2);
	turn(taker);
	assert_int_equal(taker->n, 1);
	wait_for(taker, 2);
	assert_int_equal(taker->latest.uses, 2);
}

static void uses_wait_until_they_are_taken(void **state)
{
	struct taker *taker = *state;

	taker->full = true;
	for (unsigned int i = 0; i < 100; i++)
		use(taker, i, 1);
	turn(taker);
	for (unsigned int i = 0; i < 100; i++)
		use(taker, i, 2);
	turn(taker);
	assert_int_equal(taker->n, 0);
	taker->full = false;
	fleet_uses_resume(taker->uses);
	turn(taker);
	assert_int_equal(taker->n, 100);
	assert_int_equal(taker->latest.uses, 2);
	fleet_uses_resume(taker->uses);
	turn(taker);
	assert_int_equal(taker->n, 100);
}

static void use_of_a_token_that_was_told_of_is_told_in_the_next_round(void **state)
{
	struct taker *taker = *state;

	for (unsigned int i = 0; i < 100; i++)
		use(taker, i, 1);
	/* One turn of the loop tells of some. */
	while (taker->n == 0)
		assert_true(sd_event_run(taker->event, UINT64_MAX) >= 0);
	assert_between(taker->n, 1, 99);
	use(taker, 0, 2);
	turn(taker);
	assert_int_equal(taker->n, 100);
	wait_for(taker, 101);
	assert_string_equal(taker->latest.id, "0000000000");
	assert_int_equal(taker->latest.uses, 2);
}

static void more_tokens_than_there_is_room_for_are_left_out_and_that_is_logged(void **state)
{
	struct taker *taker = *state;

	taker->full = true;
	for (unsigned int i = 0; i < FLEET_USES_MAX; i++)
		use(taker, i, 1);
	turn(taker);
	assert_string_equal(logged, "");
	use(taker, FLEET_USES_MAX, 1);
	assert_logged("more than");
	logged_clear();
	use(taker, FLEET_USES_MAX + 1, 1);
	assert_string_equal(logged, "");
	use(taker, 0, 2);
	taker->full = false;
	fleet_uses_resume(taker->uses);
	turn(taker);
	assert_int_equal(taker->n, FLEET_USES_MAX);
	use(taker, FLEET_USES_MAX, 1);
	wait_for(taker, FLEET_USES_MAX + 1);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(use_is_told_with_all_that_is_known_of_it),
		TEST(many_uses_of_a_token_are_one),
		TEST(token_is_told_of_again_in_the_next_second),
		TEST(uses_wait_until_they_are_taken),
		TEST(use_of_a_token_that_was_told_of_is_told_in_the_next_round),
		TEST(more_tokens_than_there_is_room_for_are_left_out_and_that_is_logged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
