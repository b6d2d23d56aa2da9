/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What two threads do together, and that the caller has all of it done. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#include "patd/util/beside.h"
#include "tests/unit/unit.h"

#define MANY 1000

struct work {
	pthread_t caller;
	unsigned int calls[MANY]; /* of each number, which is one thread's at a time */
	atomic_uint by_others;
	sem_t met[2];
};

static struct work work;

static void count(size_t at, void *userdata)
{
	struct work *here = userdata;

	here->calls[at]++;
	if (!pthread_equal(pthread_self(), here->caller))
		here->by_others++;
}

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0)
		;
}

/* Each of the two ends after the other has begun. */
static void meet(size_t at, void *userdata)
{
	struct work *here = userdata;

	count(at, userdata);
	(void)sem_post(&here->met[at]);
	wait_for(&here->met[1 - at]);
}

static void assert_each_done(size_t n, unsigned int times)
{
	for (size_t at = 0; at < MANY; at++)
		assert_int_equal(work.calls[at], at < n ? times : 0);
}

static void each_is_done_once_before_it_returns(void **state)
{
	static const size_t numbers[] = { 0, 1, 2, 3, 32, MANY };
	struct beside *beside = beside_new();

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		memset(work.calls, 0, sizeof(work.calls));
		beside_run(beside, count, numbers[i], &work);
		assert_each_done(numbers[i], 1);
	}
	beside_free(beside);
}

static void run_after_run_is_done(void **state)
{
	struct beside *beside = beside_new();

	(void)state;
	for (unsigned int times = 1; times <= 2000; times++) {
		beside_run(beside, count, 3, &work);
		assert_each_done(3, times);
	}
	beside_free(beside);
}

static void two_are_done_at_a_time(void **state)
{
	struct beside *beside = beside_new();

	(void)state;
	beside_run(beside, meet, 2, &work);
	assert_each_done(2, 1);
	assert_int_equal(work.by_others, 1);
	beside_free(beside);
}

static void one_alone_is_done_by_the_caller(void **state)
{
	struct beside *beside = beside_new();

	(void)state;
	beside_run(beside, count, 1, &work);
	assert_each_done(1, 1);
	assert_int_equal(work.by_others, 0);
	beside_free(beside);
}

static void all_is_done_by_the_caller_without_a_thread(void **state)
{
	(void)state;
	beside_run(NULL, count, MANY, &work);
	assert_each_done(MANY, 1);
	assert_int_equal(work.by_others, 0);
}

static void unused_one_can_be_freed(void **state)
{
	(void)state;
	beside_free(beside_new());
	beside_free(NULL);
}

static int set_up(void **state)
{
	(void)state;
	work = (struct work) { .caller = pthread_self() };
	return sem_init(&work.met[0], 0, 0) < 0 || sem_init(&work.met[1], 0, 0) < 0;
}

static int tear_down(void **state)
{
	(void)state;
	return sem_destroy(&work.met[0]) < 0 || sem_destroy(&work.met[1]) < 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_is_done_once_before_it_returns),
		TEST(run_after_run_is_done),
		TEST(two_are_done_at_a_time),
		TEST(one_alone_is_done_by_the_caller),
		TEST(all_is_done_by_the_caller_without_a_thread),
		TEST(unused_one_can_be_freed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
