/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals that end a program, during a wait and after it. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>

#include "pam_pat/end_signals.h"

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	(void)number;
	caught++;
}

static void handle(int number, void (*handler)(int))
{
	const struct sigaction action = { .sa_handler = handler };

	assert_int_equal(sigaction(number, &action, NULL), 0);
}

static int set_up(void **state)
{
	(void)state;
	caught = 0;
	for (int number = SIGHUP; number <= SIGTERM; number++)
		if (number != SIGKILL)
			handle(number, SIG_DFL);
	return 0;
}

static bool is_seen(const struct end_signals *signals)
{
	struct pollfd event = { .fd = signals->fd, .events = POLLIN };

	return poll(&event, 1, 0) == 1;
}

static bool is_blocked(int number)
{
	sigset_t mask;

	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
	return sigismember(&mask, number) == 1;
}

static void signal_is_seen_and_delivered_after_the_wait(void **state)
{
	static const int ends[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct end_signals signals = END_SIGNALS_NONE;

		caught = 0;
		handle(ends[i], on_signal);
		assert_int_equal(end_signals_hold(&signals), 0);
		assert_false(is_seen(&signals));
		assert_int_equal(kill(getpid(), ends[i]), 0);
		assert_true(is_seen(&signals));
		assert_int_equal(caught, 0);
		errno = EXDEV;
		end_signals_release(&signals);
		assert_int_equal(errno, EXDEV);
		assert_int_equal(caught, 1);
		assert_false(is_blocked(ends[i]));
		/* A second time does nothing. */
		end_signals_release(&signals);
	}
}

/* As sudo does. */
static void signal_that_the_host_blocks_is_seen_and_stays_pending(void **state)
{
	struct end_signals signals = END_SIGNALS_NONE;
	sigset_t mask, pending;

	(void)state;
	handle(SIGINT, on_signal);
	assert_int_equal(sigemptyset(&mask), 0);
	assert_int_equal(sigaddset(&mask, SIGINT), 0);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, &mask, NULL), 0);
	assert_int_equal(kill(getpid(), SIGINT), 0);
	assert_int_equal(end_signals_hold(&signals), 0);
	assert_true(is_seen(&signals));
	end_signals_release(&signals);
	assert_true(is_blocked(SIGINT));
	assert_int_equal(sigpending(&pending), 0);
	assert_true(sigismember(&pending, SIGINT) == 1);
	assert_int_equal(caught, 0);
	assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &mask, NULL), 0);
	assert_int_equal(caught, 1);
}

static void signal_that_the_host_ignores_is_not_seen(void **state)
{
	struct end_signals signals = END_SIGNALS_NONE;

	(void)state;
	handle(SIGHUP, SIG_IGN);
	assert_int_equal(end_signals_hold(&signals), 0);
	assert_int_equal(kill(getpid(), SIGHUP), 0);
	assert_false(is_seen(&signals));
	end_signals_release(&signals);
}

static void other_signals_come_during_the_wait(void **state)
{
	struct end_signals signals = END_SIGNALS_NONE;

	(void)state;
	handle(SIGALRM, on_signal);
	assert_int_equal(end_signals_hold(&signals), 0);
	assert_int_equal(kill(getpid(), SIGALRM), 0);
	assert_int_equal(caught, 1);
	assert_false(is_seen(&signals));
	end_signals_release(&signals);
}

static void nothing_is_held_without_a_descriptor(void **state)
{
	struct end_signals signals = END_SIGNALS_NONE;
	struct rlimit limit, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(end_signals_hold(&signals), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_false(is_blocked(SIGINT));
	end_signals_release(&signals);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signal_is_seen_and_delivered_after_the_wait),
		TEST(signal_that_the_host_blocks_is_seen_and_stays_pending),
		TEST(signal_that_the_host_ignores_is_not_seen),
		TEST(other_signals_come_during_the_wait),
		TEST(nothing_is_held_without_a_descriptor),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
