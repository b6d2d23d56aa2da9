/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wait for a person's word, and what ends it. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "pam_pat/ask.h"

#define LONG 30000U /* milliseconds that no test waits for */
#define SHORT 50U

static const struct pat_process process = { .magic = PAT_PROCESS_MAGIC, .pid = 1 };
static int ours, patds;

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	(void)number;
	caught++;
}

static void handle(int number)
{
	const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	caught = 0;
	assert_int_equal(sigaction(number, &action, NULL), 0);
}

static int set_up(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	ours = fds[0];
	patds = fds[1];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)close(ours);
	if (patds >= 0)
		(void)close(patds);
	return 0;
}

static void say(enum pat_verdict verdict)
{
	const uint64_t seconds = verdict == PAT_ASKED ? 60 : 0;
	const struct pat_reply reply = { PAT_REPLY_MAGIC, (uint32_t)verdict, seconds, 0 };

	assert_int_equal(send(patds, &reply, sizeof(reply), 0), sizeof(reply));
}

static void process_is_sent_and_the_verdict_received(void **state)
{
	struct pat_process got;
	struct pat_reply reply;

	(void)state;
	say(PAT_ACCEPTED);
	assert_int_equal(ask_approval(ours, &process, LONG, &reply), 0);
	assert_int_equal(reply.verdict, PAT_ACCEPTED);
	assert_int_equal(recv(patds, &got, sizeof(got), 0), sizeof(got));
	assert_memory_equal(&got, &process, sizeof(got));
}

static void patd_that_hangs_up_or_asks_again_is_an_error(void **state)
{
	struct pat_reply reply = { 0 };

	(void)state;
	say(PAT_ASKED);
	assert_int_equal(ask_approval(ours, &process, LONG, &reply), -EPROTO);
	assert_int_equal(shutdown(patds, SHUT_WR), 0);
	assert_int_equal(ask_approval(ours, &process, LONG, &reply), -ECONNRESET);
	(void)close(patds);
	patds = -1;
	assert_true(ask_approval(ours, &process, LONG, &reply) < 0);
	assert_int_equal(reply.magic, 0);
}

static void confirmed_uses__wait_that_is_over_opens_nothing(void **state)
{
	struct pat_reply reply = { 0 };

	(void)state;
	assert_int_equal(ask_approval(ours, &process, SHORT, &reply), -ETIMEDOUT);
	/* As where a program was suspended meanwhile. */
	say(PAT_ACCEPTED);
	assert_int_equal(ask_approval(ours, &process, 0, &reply), -ETIMEDOUT);
	assert_int_equal(reply.magic, 0);
}

static void confirmed_uses__program_that_is_to_end_waits_no_more_and_is_not_let_in(void **state)
{
	struct pat_reply reply = { 0 };
	sigset_t mask;

	(void)state;
	assert_int_equal(sigemptyset(&mask), 0);
	assert_int_equal(sigaddset(&mask, SIGTERM), 0);
	for (int said = 0; said < 2; said++) {
		handle(SIGTERM);
		assert_int_equal(pthread_sigmask(SIG_BLOCK, &mask, NULL), 0);
		assert_int_equal(kill(getpid(), SIGTERM), 0);
		if (said)
			say(PAT_ACCEPTED);
		assert_int_equal(ask_approval(ours, &process, LONG, &reply), -ECANCELED);
		assert_int_equal(reply.magic, 0);
		assert_int_equal(caught, 0);
		assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &mask, NULL), 0);
		assert_int_equal(caught, 1);
	}
}

static void other_signals_do_not_end_the_wait(void **state)
{
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };
	struct pat_reply reply;

	(void)state;
	handle(SIGALRM);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_int_equal(ask_approval(ours, &process, SHORT, &reply), -ETIMEDOUT);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_true(caught > 1);
}

static void missing_descriptors_are_an_error(void **state)
{
	struct rlimit limit, none;
	struct pat_reply reply = { 0 };

	(void)state;
	say(PAT_ACCEPTED);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(ask_approval(ours, &process, LONG, &reply), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(reply.magic, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(process_is_sent_and_the_verdict_received),
		TEST(patd_that_hangs_up_or_asks_again_is_an_error),
		TEST(confirmed_uses__wait_that_is_over_opens_nothing),
		TEST(confirmed_uses__program_that_is_to_end_waits_no_more_and_is_not_let_in),
		TEST(other_signals_do_not_end_the_wait),
		TEST(missing_descriptors_are_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
