/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs in a worker thread and back in the loop. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <systemd/sd-event.h>

#include "patd/util/worker.h"
#include "tests/unit/unit.h"

static sd_event *event;
static pthread_t loop_thread;

/* A job that notes what happens to it, in the order in which it happens. */
struct noted {
	struct job job;
	unsigned int ran, done; /* counted from 1; 0: not */
	bool in_loop, in_thread;
	sem_t *started, *go; /* NULL: at once */
};

static unsigned int runs, dones;

static void run(struct job *job)
{
	struct noted *noted = (struct noted *)job;

	if (noted->started)
		(void)sem_post(noted->started);
	while (noted->go && sem_wait(noted->go) < 0)
		;
	noted->ran = ++runs;
	noted->in_thread = !pthread_equal(pthread_self(), loop_thread);
}

static void done(struct job *job)
{
	struct noted *noted = (struct noted *)job;

	noted->done = ++dones;
	noted->in_loop = pthread_equal(pthread_self(), loop_thread);
}

static struct noted new_job(void)
{
	return (struct noted) { .job = { .run = run, .done = done } };
}

/* Turns the loop until that many are done. */
static void turn_until(unsigned int count)
{
	while (dones < count)
		assert_true(sd_event_run(event, 10 * 1000000) > 0);
}

static void jobs_are_done_in_order(void **state)
{
	struct noted jobs[50];
	struct worker *worker;

	(void)state;
	assert_int_equal(worker_new(event, 50, &worker), 0);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		jobs[i] = new_job();
		assert_int_equal(worker_submit(worker, &jobs[i].job), 0);
	}
	turn_until(COUNT(jobs));
	for (size_t i = 0; i < COUNT(jobs); i++) {
		assert_int_equal(jobs[i].ran, i + 1);
		assert_int_equal(jobs[i].done, i + 1);
		assert_true(jobs[i].in_thread);
		assert_true(jobs[i].in_loop);
	}
	worker_free(worker);
}

static void job_above_limit_is_refused(void **state)
{
	struct noted jobs[4];
	struct worker *worker;

	(void)state;
	assert_int_equal(worker_new(event, 3, &worker), 0);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		jobs[i] = new_job();
		assert_int_equal(worker_submit(worker, &jobs[i].job), i < 3 ? 0 : -EBUSY);
	}
	/* What was refused is not done, and one that is done makes room. */
	turn_until(3);
	assert_int_equal(jobs[3].done, 0);
	assert_int_equal(worker_submit(worker, &jobs[3].job), 0);
	turn_until(4);
	worker_free(worker);
}

/* What follows a job may write to the disk: others have their turn in between. */
static void loop_handles_one_job_a_turn(void **state)
{
	struct noted jobs[3];
	struct worker *worker;
	sem_t go;

	(void)state;
	assert_int_equal(sem_init(&go, 0, 0), 0);
	assert_int_equal(worker_new(event, 3, &worker), 0);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		jobs[i] = new_job();
		jobs[i].started = &go;
		assert_int_equal(worker_submit(worker, &jobs[i].job), 0);
	}
	/* The first two have been handed back when the third one runs. */
	for (size_t i = 0; i < COUNT(jobs); i++)
		while (sem_wait(&go) < 0)
			;
	assert_true(sd_event_run(event, 10 * 1000000) > 0);
	assert_int_equal(dones, 1);
	assert_true(sd_event_run(event, 10 * 1000000) > 0);
	assert_int_equal(dones, 2);
	turn_until(3);
	worker_free(worker);
	(void)sem_destroy(&go);
}

static struct worker *chain_worker;
static struct noted chained;

static void submit_next(struct job *job)
{
	done(job);
	assert_int_equal(worker_submit(chain_worker, &chained.job), 0);
}

static void done_can_submit_another_job(void **state)
{
	struct noted first = new_job();

	(void)state;
	chained = new_job();
	first.job.done = submit_next;
	/* There is room for it: the first one counts no longer. */
	assert_int_equal(worker_new(event, 1, &chain_worker), 0);
	assert_int_equal(worker_submit(chain_worker, &first.job), 0);
	turn_until(2);
	assert_int_equal(chained.done, 2);
	worker_free(chain_worker);
}

static void freed_worker_calls_done_of_every_job(void **state)
{
	struct noted jobs[4];
	struct worker *worker;
	sem_t started, go;

	(void)state;
	assert_int_equal(sem_init(&started, 0, 0), 0);
	assert_int_equal(sem_init(&go, 0, 0), 0);
	assert_int_equal(worker_new(event, 4, &worker), 0);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		jobs[i] = new_job();
		jobs[i].started = &started;
		jobs[i].go = &go;
		assert_int_equal(worker_submit(worker, &jobs[i].job), 0);
	}
	while (sem_wait(&started) < 0)
		;
	/* One runs, and more than one may still: all that do find the gate open. */
	for (size_t i = 0; i < COUNT(jobs); i++)
		(void)sem_post(&go);
	worker_free(worker);
	assert_int_equal(dones, COUNT(jobs));
	assert_int_not_equal(jobs[0].ran, 0);
	for (size_t i = 0; i < COUNT(jobs); i++)
		assert_true(jobs[i].in_loop);
	(void)sem_destroy(&started);
	(void)sem_destroy(&go);
}

static void idle_worker_can_be_freed(void **state)
{
	struct worker *worker;

	(void)state;
	assert_int_equal(worker_new(event, 1, &worker), 0);
	worker_free(worker);
	worker_free(NULL);
}

static int set_up(void **state)
{
	(void)state;
	runs = dones = 0;
	loop_thread = pthread_self();
	return sd_event_new(&event);
}

static int tear_down(void **state)
{
	(void)state;
	sd_event_unref(event);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(jobs_are_done_in_order),
		TEST(job_above_limit_is_refused),
		TEST(loop_handles_one_job_a_turn),
		TEST(done_can_submit_another_job),
		TEST(freed_worker_calls_done_of_every_job),
		TEST(idle_worker_can_be_freed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
