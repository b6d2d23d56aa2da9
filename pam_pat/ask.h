/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request to patd, and its reply; and the wait for a person who decides. */
#pragma once

#include <security/pam_modules.h>

#include "common/wire.h"

#define ASK_PEER "patd" /* beside root, the user whose socket is trusted */

/*
 * Connects to the socket at path, checks that it is patd's, sends the request and waits for the
 * reply; once more if it was not read: all of it within timeout milliseconds.  0, or
 *
 *     -ETIMEDOUT   the time is over
 *     -EPERM       the listener is neither root nor ASK_PEER; no request was sent
 *     -ECONNRESET  no reply
 *     -EPROTO      a reply that breaks the rules of common/wire.h
 *     or an error of the system: -ENOENT, -ECONNREFUSED, -EACCES, -EMFILE …
 *
 * If the reply is PAT_ASKED, the caller owns *ret_fd, the connection, for ask_approval().
 */
int ask(pam_handle_t *pamh, const char *path, unsigned int timeout,
	const struct pat_request *request, struct pat_reply *ret_reply, int *ret_fd);

/*
 * As ask(), of a session that opens or closes, which nobody is asked about: PAT_ASKED is -EPROTO.
 */
int ask_session(pam_handle_t *pamh, const char *path, unsigned int timeout,
	const struct pat_session *session, struct pat_reply *ret_reply);

/*
 * Sends the process over that connection, and waits for the verdict after a person's word, at most
 * timeout milliseconds.  0, or an error as ask(), or -ECANCELED: a signal came that ends programs,
 * which the host gets when this returns.
 */
int ask_approval(int fd, const struct pat_process *process, unsigned int timeout,
	struct pat_reply *ret_reply);

/* Such an error as text for the log.  Static, or valid for the life of the thread. */
const char *ask_problem(int error);
