/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running the stack of a change of the password. */
#include "patctl/doctor/pam/pam_change.h"

#include "patctl/doctor/pam/pam_trial.h"

static int answer(const struct stack_line *line, void *userdata)
{
	const int *pat = userdata;

	if (stack_line_is(line, PAM_PAT))
		return *pat;
	if (line->missing)
		return PAM_MODULE_UNKNOWN;
	return stack_line_is(line, "pam_deny.so") ? PAM_AUTHTOK_ERR : PAM_SUCCESS;
}

void change_run(const struct stack *stack, int pat, struct change_result *ret)
{
	cleanup_run struct run run = { 0 };

	run_authenticate(stack, answer, &pat, &run);
	*ret = (struct change_result) {
		.changes = run.result == PAM_SUCCESS,
		.decider = run.decider == RUN_NOBODY ? NULL : &stack->lines[run.decider],
	};
}
