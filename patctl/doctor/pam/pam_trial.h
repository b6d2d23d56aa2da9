/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Logins to a service whose stack has pam_pat.so, tried in dry runs (pam_run.h): with a token or a
 * password, and with patd or the module missing.  A password is not sent to patd.
 */
#pragma once

#include <stdbool.h>

#include "patctl/doctor/pam/pam_run.h"

enum trial {
	TRIAL_TOKEN,
	TRIAL_TOKEN_REFUSED,
	TRIAL_PASSWORD,
	TRIAL_PASSWORD_WRONG,
	TRIAL_NO_PATD,
	TRIAL_NO_MODULE,
	TRIAL_NO_MODULE_WRONG,
	TRIALS
};

struct trial_info {
	const char *name; /* for programs: "token" */
	int pat;          /* what pam_pat.so answers, or libpam in its place */
	bool password;    /* the right one is given */
	bool opens;       /* as it should be */
};

extern const struct trial_info trials[TRIALS];

struct trial_result {
	int authenticate, setcred; /* setcred as authenticate where that failed */
	bool opens;                /* both let in */
	bool reached;              /* pam_pat.so was asked */
	bool password_first;       /* and before it, in vain, one that takes passwords */
	bool bad_jump;
	/* NULL if there is none: */
	const struct stack_line *decider; /* of the call that failed, else of authenticate */
	const struct stack_line *ender;   /* after it pam_pat.so was not reached */
	const struct stack_line *assumed; /* the result hangs on its unknown answer */
	const struct stack_line *behind;  /* takes, or counts, what pam_pat.so did not accept */
	const struct stack_line *prompts; /* asks the person again, after pam_pat.so has */
};

/* Whether any module of the stack takes passwords. */
bool trial_has_password(const struct stack *stack);

void trial_run(const struct stack *stack, bool debian, enum trial trial, struct trial_result *ret);
