/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A backup as a file: everything that the tokens need to come back, on any machine.
 *
 *     offset  bytes
 *          0  16     "patd backup 1\n", NUL to the end
 *         16  8      the size of the image, little-endian
 *         24  32     the key
 *         56  32     BLAKE2b-256 of all but itself
 *         88         the image: the database, as SQLite has it in one file
 *
 * The checksum finds what was cut or damaged by accident.  Against who can write to the file,
 * which has the key, nothing in it can help.
 */
#pragma once

#include <stdint.h>

#include "patd/crypto/key.h"

#define BACKUP_HEADER_LEN 88

/* How far it has come, in bytes of the image.  Nonzero: stop with that result. */
typedef int (*backup_progress_fn)(uint64_t done, uint64_t total, void *userdata);

/*
 * Writes the backup of that key and image into fd, a pipe that does not block: first the image, and
 * then the header that stands before it in the file, so that what was cut short is no backup.
 * Waits for who reads it as long as progress() returns 0.  progress may be NULL.
 */
int backup_stream(int fd, const uint8_t key[static KEY_LEN], int image, backup_progress_fn progress,
	void *userdata);

/*
 * Reads a backup from fd, from where it stands to its end, into the empty file image.  -EBADMSG,
 * logged: it is none, or it is damaged; what was written into image is worth nothing then.
 * The caller wipes the key.  A person at a terminal, if standard output is one, too, sees how far
 * it is.
 */
int backup_read(int fd, int image, uint8_t ret_key[static KEY_LEN]);
