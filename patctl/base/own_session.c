/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By the control group, or what pam_systemd(8) has set. */
#include "patctl/base/own_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

bool own_session(char ret_id[static OWN_SESSION_SIZE])
{
	char *found = NULL;
	const char *id;
	int n;

	/* Programs of a desktop are run by the user's manager, beside the session. */
	id = sd_pid_get_session(0, &found) >= 0 ? found : getenv("XDG_SESSION_ID");
	n = id ? snprintf(ret_id, OWN_SESSION_SIZE, "%s", id) : 0;
	free(found);
	return n > 0 && n < OWN_SESSION_SIZE;
}
