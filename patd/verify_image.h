/* Whether a database is sound, and all in it as patd wrote it under the key. */
#ifndef PATD_VERIFY_IMAGE_H
#define PATD_VERIFY_IMAGE_H

#include "patd/key.h"

/*
 * Of the database in folder, which is nobody else's.  An older version is brought to the present
 * one first.  -EBADMSG, logged with what and where: it is not so.
 */
int verify_image(const char *folder, const struct key *key);

#endif
