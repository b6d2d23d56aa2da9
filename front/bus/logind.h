/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions that are to be ended, and systemd-logind, which ends them: polkit lets patd-bus ask for
 * that by dbus/patd.rules.
 *
 * A session of PAM is ended only if its process leads a session of logind, as those of sshd and
 * login do.  sudo within a session that a password has opened does not: nothing is ended then.
 *
 * Nothing here waits; so many are under way at a time, and the others wait for their turn.
 */
#pragma once

#include <dbus/dbus.h>

#include "protocol/rows.h"

struct logind;

int logind_new(struct logind **ret_logind);

/* NULL is allowed. */
void logind_free(struct logind *logind);

/*
 * The bus has greeted us on that connection; NULL: there is none any more, and what was under way
 * begins again with the next one.
 */
void logind_attach(struct logind *logind, DBusConnection *connection);

/* As soon as there is a connection.  Without memory that is only logged. */
void logind_end_session(struct logind *logind, const struct session_row *session);

/* patd has gone, and says anew what is to be ended: what waits is forgotten. */
void logind_forget(struct logind *logind);
