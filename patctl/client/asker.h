/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The user as which a program asks PAM for a service, where that is not root. */
#pragma once

#include <stdbool.h>

#include "patctl/base/sysroot.h"
#include "patctl/client/records.h"

struct asker {
	const char
		*what; /* the program; the service where that is not known, and then the caller's */
	char *user;    /* owned */
	bool skips_account; /* it calls no account phase */
};

/*
 * By the table of pam_hosts.h, or else by a [verifier USER] section of patd.conf that names the
 * service.  settings: in force, NULL if not known.  False if it is root, or whoever runs the
 * program, or if nothing is known of it.
 */
bool asker_of(const struct sysroot *root, const struct records *settings, const char *service,
	struct asker *ret);

void asker_clear(struct asker *asker);
#define cleanup_asker __attribute__((cleanup(asker_clear)))
