/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the person was notified of, so that each thing is said once, also after a restart: a small
 * file of the user.  It has ids and numbers of the history, and no secret.
 */
#pragma once

#include <glib.h>

typedef struct PatdSeen PatdSeen;

/* path: of the file; one that is missing or damaged counts as empty. */
PatdSeen *patd_seen_load(const char *path);
void patd_seen_free(PatdSeen *seen);

/* The Seq of the last history entry that was looked at; FALSE: none ever was. */
gboolean patd_seen_get_entry(PatdSeen *seen, guint64 *ret_seq);
void patd_seen_set_entry(PatdSeen *seen, guint64 seq);

/* Whether nobody was notified yet that the token expires then; from now on somebody was.
 * expires_at: seconds since 1970 UTC; a rotation gives a token another one. */
gboolean patd_seen_add_expiry(PatdSeen *seen, const char *token, guint64 expires_at);

/* Forgets what expired before now. */
void patd_seen_prune(PatdSeen *seen, guint64 now);

/* Writes what is different from the file.  On failure things may be said twice, no more: a warning
 * is logged. */
void patd_seen_save(PatdSeen *seen);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PatdSeen, patd_seen_free)
