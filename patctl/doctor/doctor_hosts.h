/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks by the programs that ask PAM: see patctl/base/pam_hosts.h. */
#pragma once

#include "patctl/doctor/doctor.h"
#include "patctl/doctor/pam/pam_stack.h"

/*
 * Whether the service is one where tokens and passwords are accepted, as far as the program decides
 * that asks for it.  False after a finding.  good: nothing was found of the service so far.
 * account, fallback: its lines, and those of "other", which count if it has none.
 */
bool doctor_host(struct doctor *doctor, const char *name, const struct stack *account,
	const struct stack *fallback, bool good);

/* The programs whose service has no file, so that "other", fallback, is what they get. */
void doctor_hosts_without_file(struct doctor *doctor, const struct service *fallback);

/* Services that remember a login, and accept a token after it was revoked. */
void doctor_caches(struct doctor *doctor);
