/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What this PAM handle was opened with: the public id of the accepted token, and its user.
 *
 * The id is kept twice.  In the data of the handle, with the user, for its life.  And as
 * PAT_TOKEN_ID in the environment of PAM, for the session: sshd authenticates in a child, whose
 * data its other processes do not see, but it passes on the environment.
 */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>

#include "common/wire.h"

/* An escaped id, of any environment, for the log; longer ones are cut. */
#define GRANT_WORD_SIZE 64

/* Keeps the id and its user for the life of the handle.  0, or -ENOMEM. */
int grant_set(pam_handle_t *pamh, const struct pat_request *request);

/* Puts the id into the environment of the session; a failure is logged. */
void grant_announce(pam_handle_t *pamh, const char *id);

/* Takes an id out of the environment, not out of the handle.  0, or -ENOMEM. */
int grant_conceal(pam_handle_t *pamh);

/* The id, or NULL if no token was accepted.  The handle owns it. */
const char *grant_get(pam_handle_t *pamh);

/*
 * Whose token it is, which PAM_USER no longer says in a session of sudo or doas: that is the user
 * whom the command runs as.  False if another process accepted it.
 */
bool grant_user(pam_handle_t *pamh, struct pat_request *request);
