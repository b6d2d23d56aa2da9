/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes run, by the real /proc. */
#include "patd/util/proc.h"

#include "tests/unit/patd/tokens/sleeper.h"

static void process_runs_until_it_ends(void **state)
{
	pid_t pid = sleeper_start();
	uint64_t start = sleeper_start_time(pid);

	(void)state;
	assert_true(proc_runs((uint32_t)pid, start));
	sleeper_end(pid);
	assert_false(proc_runs((uint32_t)pid, start));
}

static void zombie_does_not_run(void **state)
{
	pid_t pid = sleeper_start();
	uint64_t start = sleeper_start_time(pid);
	siginfo_t ended;

	(void)state;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
	assert_false(proc_runs((uint32_t)pid, start));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void pid_of_another_process_does_not_count(void **state)
{
	(void)state;
	assert_true(proc_runs((uint32_t)getpid(), sleeper_start_time(getpid())));
	assert_false(proc_runs((uint32_t)getpid(), sleeper_start_time(getpid()) + 1));
}

static void impossible_pids_do_not_run(void **state)
{
	(void)state;
	assert_false(proc_runs(0, 0));
	assert_false(proc_runs(UINT32_MAX, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_runs_until_it_ends),
		cmocka_unit_test(zombie_does_not_run),
		cmocka_unit_test(pid_of_another_process_does_not_count),
		cmocka_unit_test(impossible_pids_do_not_run),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
