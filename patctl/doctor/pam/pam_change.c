/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running the stack of a change of the password. */
#include "patctl/doctor/pam/pam_change.h"

#include "patctl/doctor/pam/pam_trial.h"

#define OWNERS_MAX 100 /* tried: a stack has a few, and one that was made to take long has many */

struct asked {
	int pat;
	const struct stack_line *owner; /* the alternative that knows the user; NULL: all do */
};

/* One of several modules, of which the first that agrees ends the stack or passes others by. */
static bool is_alternative(const struct stack_line *line)
{
	const int action = line->actions[PAM_SUCCESS];

	return action == ACTION_DONE || action > 0;
}

static int answer(const struct stack_line *line, void *userdata)
{
	const struct asked *asked = userdata;

	if (stack_line_is(line, PAM_PAT))
		return asked->pat;
	if (line->missing)
		return PAM_MODULE_UNKNOWN;
	if (asked->owner && line != asked->owner && is_alternative(line))
		return PAM_USER_UNKNOWN;
	return stack_line_is(line, "pam_deny.so") ? PAM_AUTHTOK_ERR : PAM_SUCCESS;
}

static void run_once(const struct stack *stack, struct asked asked, struct change_result *ret)
{
	cleanup_run struct run run = { 0 };

	run_authenticate(stack, answer, &asked, &run);
	*ret = (struct change_result) {
		.changes = run.result == PAM_SUCCESS,
		.decider = run.decider == RUN_NOBODY ? NULL : &stack->lines[run.decider],
	};
}

void change_run(const struct stack *stack, int pat, struct change_result *ret)
{
	struct change_result other;
	unsigned int owners = 0;

	run_once(stack, (struct asked) { .pat = pat }, ret);
	for (size_t i = 0; i < stack->n && !ret->changes && owners < OWNERS_MAX; i++) {
		if (!is_alternative(&stack->lines[i]))
			continue;
		owners++;
		run_once(stack, (struct asked) { pat, &stack->lines[i] }, &other);
		if (other.changes)
			*ret = other;
	}
}
