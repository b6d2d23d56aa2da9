/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The session that a token opens, which patd records while it is open, and may end.
 *
 * It is recorded in the process that opens it, by its pid and start time, and only by root: nobody
 * else may say which sessions there are.  What was opened without a token, or not as root, is left
 * alone.
 */
#pragma once

#include <security/pam_modules.h>

/*
 * The functions of pam_sm_open_session(3) and pam_sm_close_session(3).
 *
 * PAM_PERM_DENIED: there must be no session, as after a revocation since the token was accepted, or
 * patd does not know of it.  Not PAM_SESSION_ERR, with which sudo(8) goes on.
 */
int session_open(pam_handle_t *pamh, int flags, int argc, const char **argv);

/* PAM_SUCCESS whatever happens: patd finds out by itself when the process has ended. */
int session_close(pam_handle_t *pamh, int argc, const char **argv);
