/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Things that end in threads, one of which blocks as long as the test wants. */
#include "front/base/closers.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>

#include "tests/unit/unit.h"

static struct closers *closers;
static sem_t ended, blocked, released;

static void end(void *thing)
{
	(void)thing;
	sem_post(&ended);
}

static void end_late(void *thing)
{
	(void)thing;
	sem_post(&blocked);
	while (sem_wait(&released) < 0)
		;
	sem_post(&ended);
}

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0)
		assert_int_equal(errno, EINTR);
}

static void things_end(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 100; n++)
		closers_give(closers, n % 7, end, NULL);
	for (uint32_t n = 0; n < 100; n++)
		wait_for(&ended);
}

static void descriptor_closed(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	closers_give_fd(closers, 1000, ends[1]);
	/* The end of the file, once nobody can write any more. */
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_int_equal(close(ends[0]), 0);
}

static void uid_that_blocks_waits_alone(void **state)
{
	(void)state;
	closers_give(closers, 1000, end_late, NULL);
	wait_for(&blocked);
	closers_give(closers, 1000, end, NULL);
	for (uint32_t n = 0; n < 100; n++)
		closers_give(closers, 1001 + n, end, NULL);
	for (uint32_t n = 0; n < 100; n++)
		wait_for(&ended);
	/* A thing is counted until its end has returned. */
	while (closers_held(closers) > 2)
		(void)sched_yield();
	assert_int_equal(closers_held(closers), 2);
	assert_int_equal(sem_trywait(&ended), -1);
	sem_post(&released);
	wait_for(&ended);
	wait_for(&ended);
}

static void things_kept_while_all_threads_block(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < CLOSERS_MAX; n++)
		closers_give(closers, n, end_late, NULL);
	for (uint32_t n = 0; n < CLOSERS_MAX; n++)
		wait_for(&blocked);
	/* Kept until one of them ends. */
	closers_give(closers, 1000, end, NULL);
	assert_int_equal(closers_held(closers), CLOSERS_MAX + 1);
	for (uint32_t n = 0; n < CLOSERS_MAX; n++)
		sem_post(&released);
	for (uint32_t n = 0; n < CLOSERS_MAX + 1; n++)
		wait_for(&ended);
}

static void end_does_not_wait_for_what_blocks(void **state)
{
	/* Never freed, but never lost either. */
	static struct closers *stuck;

	(void)state;
	assert_int_equal(closers_new(&stuck), 0);
	closers_give(stuck, 1000, end_late, NULL);
	wait_for(&blocked);
	closers_free(stuck);
	sem_post(&released);
	wait_for(&ended);
	closers_free(NULL);
}

static int set_up(void **state)
{
	(void)state;
	sem_init(&ended, 0, 0);
	sem_init(&blocked, 0, 0);
	sem_init(&released, 0, 0);
	return closers_new(&closers);
}

static int tear_down(void **state)
{
	(void)state;
	closers_free(closers);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(things_end),
		TEST(descriptor_closed),
		TEST(uid_that_blocks_waits_alone),
		TEST(things_kept_while_all_threads_block),
		TEST(end_does_not_wait_for_what_blocks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
