/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A backup back in place, by a patd that does nothing else: `patd --restore-backup`.  What is
 * wrong has been logged when these return a negative errno.
 */
#pragma once

#include "patd/crypto/key.h"

/*
 * Whether the backup at path, "-" for standard input, is whole: the database sound, of a version
 * that this patd knows, each row and the history as patd wrote them under the key that is in it.
 * Takes room in $TMPDIR or /var/tmp for a while, and leaves nothing there, however it ends.
 */
int restore_verify(const char *path);

/*
 * The same, and then it takes the place of what is in state_dir, which is made if it is missing;
 * that is kept aside.  -EBUSY while a patd uses state_dir.  On failure nothing has changed.
 */
int restore_run(const char *state_dir, const char *path);

/*
 * verify_image.c: checks the database in the file fd, which it does not change.  An older version
 * is brought to the present one in memory.  -EBADMSG: it is damaged or altered; the log says what,
 * and where.  Shows its progress as backup_read() does.
 */
int verify_image(int fd, const struct key *key);
