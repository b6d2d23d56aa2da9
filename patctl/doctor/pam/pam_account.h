/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The account phase of a service, tried in a dry run (pam_run.h), for a user of the machine and a
 * program that cannot read /etc/shadow: pam_unix.so then refuses every user but the program's own.
 */
#pragma once

#include <stdbool.h>

#include "patctl/doctor/pam/pam_stack.h"

/* Whether it lets the user in.  *ret_decider: the line that decided; NULL: no line did. */
bool account_permits(const struct stack *stack, const struct stack_line **ret_decider);
