/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A database in one file, opened in memory: what SQLite changes in it never reaches the file, and
 * it needs no other file beside it.
 */
#pragma once

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct image {
	uint8_t *bytes;
	size_t size, room; /* room: for what an older database becomes */
};

/* Maps the file.  -EBADMSG: it is no database. */
int image_map(int fd, struct image *ret_image);

/* A connection to it, to be closed before it is unmapped; one at a time. */
int image_open(const struct image *image, sqlite3 **ret_db);

/* All zeros are allowed. */
void image_unmap(struct image *image);
