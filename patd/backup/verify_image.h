/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a database is sound, and everything in it as patd wrote it under the key. */
#pragma once

#include "patd/crypto/key.h"

/*
 * Checks the database in the file fd, which it does not change.  An older version is brought to
 * the present one in memory.  -EBADMSG: it is damaged or altered; the log says what, and where.
 * Shows its progress as backup_read() does.
 */
int verify_image(int fd, const struct key *key);
