/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of patctl doctor, one function each. */
#pragma once

#include <jansson.h>

#include "patctl/base/sysroot.h"
#include "patctl/client/client.h"
#include "patctl/doctor/findings.h"

struct doctor {
	const struct sysroot *root;
	struct client *client; /* NULL: there is no bus */
	struct findings findings;
	json_t *services; /* the results of the trials of each PAM service, for programs */
};

/* Of the running machine, never of an image.  A check that needs client reports a missing one. */
void doctor_daemon(struct doctor *doctor);
void doctor_name(struct doctor *doctor);
void doctor_polkit(struct doctor *doctor);
void doctor_policy(struct doctor *doctor);
void doctor_sockets(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);
void doctor_time(struct doctor *doctor);

#define DOCTOR_DATABASE PAT_STATE_DIR "/patd.db"

/* False, after a finding, if patd's folder cannot be read.  check: the name of the finding. */
bool doctor_state_dir(struct doctor *doctor, const char *check, struct stat *ret);

/* Of files. */
void doctor_units(struct doctor *doctor);
void doctor_key(struct doctor *doctor);
void doctor_database(struct doctor *doctor);
void doctor_pam(struct doctor *doctor);
