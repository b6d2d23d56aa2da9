/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The secret of a new token, in memory that is not swapped and is wiped when the last reference
 * goes. */
#pragma once

#include <gio/gio.h>

typedef struct PatdSecret PatdSecret;

/* Reads what patd passed, all of it, and closes nothing.  NULL with error set. */
PatdSecret *patd_secret_read(int fd, GError **error);
PatdSecret *patd_secret_ref(PatdSecret *secret);
void patd_secret_unref(PatdSecret *secret);

/* The token, with a NUL behind it; as long as the reference. */
const char *patd_secret_get_text(const PatdSecret *secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PatdSecret, patd_secret_unref)
