/* Whether a database is sound, and all in it as patd wrote it under the key. */
#ifndef PATD_BACKUP_VERIFY_IMAGE_H
#define PATD_BACKUP_VERIFY_IMAGE_H

#include "patd/crypto/key.h"

/*
 * Of the database in the file fd, which stays as it is.  An older version is brought to the present
 * one in memory.  -EBADMSG, logged with what and where: it is not so.  Shows how far
 * it is as backup_read() does.
 */
int verify_image(int fd, const struct key *key);

#endif
