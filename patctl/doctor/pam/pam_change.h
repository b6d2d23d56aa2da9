/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of the password by a service, tried in a dry run (pam_run.h): whether pam_pat.so can
 * refuse it, and whether it refuses one that it should not.
 */
#pragma once

#include <stdbool.h>

#include "patctl/doctor/pam/pam_run.h"

struct change_result {
	bool changes;                     /* of some user */
	const struct stack_line *decider; /* NULL: no line decided */
};

/*
 * pam_pat.so answers pat, or libpam in its place, and each other module agrees: the preliminary
 * check, which ends a change of the password before any module has changed anything.  Then alike
 * with users whom only one of several modules knows: it may end the stack where another does not,
 * as pam_sss.so does in Debian's.
 */
void change_run(const struct stack *stack, int pat, struct change_result *ret);
