/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the stacks of a PAM service that has pam_pat.so; findings name the service. */
#pragma once

#include "patctl/doctor/doctor.h"
#include "patctl/doctor/pam/pam_stack.h"
#include "patctl/doctor/pam/pam_trial.h"

/*
 * The auth lines, and their results for programs; session: the lines of that type.  False, after a
 * finding, if they are not good.
 */
bool doctor_login_stack(struct doctor *doctor, bool debian, const char *name,
	const struct stack *stack, const struct stack *session);

/*
 * Modules that ask for a password again, in logins with these results.  False, after a finding, if
 * there are any.
 */
bool doctor_prompts(struct doctor *doctor, const char *name,
	const struct trial_result results[static TRIALS], const struct stack *session);

/*
 * The password lines: a host that changes the password in the transaction that a token opened is
 * refused, and no other.  False, after a finding, if that is not so.
 */
bool doctor_password_stack(struct doctor *doctor, const char *name, const struct stack *stack);

/*
 * The session lines: without one of pam_pat.so, which is no fault, a note says what is missing.
 * False, after a finding, if they are not good.
 */
bool doctor_session_stack(struct doctor *doctor, const char *name, const struct stack *stack);

/*
 * Advice to enable a profile of pam-auth-update: the command, where that file is.  Debian's package
 * has it; "make install" and other packages leave the files in /etc/pam.d alone.  Static.
 */
const char *doctor_profile_advice(
	const struct doctor *doctor, const char *profile, const char *command);
