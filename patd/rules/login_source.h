/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a login comes from, by what its service told PAM.  Verdict, history and journal have the
 * same answer from here.
 */
#pragma once

#include <stdbool.h>

#include "common/wire.h"
#include "patd/policy/policy.h"

/*
 * Writes the source to ret_source: "" of a local login, which has no remote host and is of a
 * service that is known to run at the console or within a session (local_services of
 * patd.conf(5)); SOURCES_UNKNOWN if the service does not say; else rhost, an address or the name of
 * a host.  A host whose name is SOURCES_LOCAL gets the dot of an absolute name.
 *
 * rhost, tty: PAM_RHOST and PAM_TTY, "" if unset.  tty NULL: not asked about, and then as it is
 * where the service is local.  service NULL: not asked about, and then a login without a host is
 * local.
 */
void login_source(const struct policy *policy, const char *service, const char *rhost,
	const char *tty, char ret_source[static sizeof(((struct pat_request *)0)->rhost)]);

/*
 * Whether the source counts as the name of a host, whatever it is, as name_services of
 * patd.conf(5) has the service: whoever runs the reverse zone of an address can give it the name
 * "10.0.0.1".  A local login has no name.
 */
bool login_source_is_name(const struct policy *policy, const char *service, const char *source);
