/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A dry run of a stack: the result that libpam would compute from the answers of its modules.
 * After libpam/pam_dispatch.c of Linux-PAM 1.5 and 1.7.
 */
#pragma once

#include <stdint.h>

#include "patctl/doctor/pam/pam_stack.h"

/* The answer of a line's module: a return code of PAM. */
typedef int (*run_answer_fn)(const struct stack_line *line, void *userdata);

#define RUN_NOT_CALLED (-1)
#define RUN_NOBODY SIZE_MAX

struct run {
	int result;     /* what pam_authenticate() or pam_setcred() returns */
	int *answers;   /* owned, of each line; RUN_NOT_CALLED */
	size_t decider; /* the line that decided the result; RUN_NOBODY: no line did */
	bool bad_jump;  /* there, over more lines than follow */
};

/* As pam_authenticate(). */
void run_authenticate(
	const struct stack *stack, run_answer_fn answer, void *userdata, struct run *ret);

/*
 * As pam_setcred() after it: libpam goes the way that the answers of before say.  debian: a jump is
 * ignored there, and does not count as a "required".
 */
void run_setcred(const struct stack *stack, const struct run *before, bool debian,
	run_answer_fn answer, void *userdata, struct run *ret);

void run_clear(struct run *run);
#define cleanup_run __attribute__((cleanup(run_clear)))
