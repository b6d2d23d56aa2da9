/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The write-ahead log of the database as a file, beside what SQLite does with it: patd syncs it
 * itself, through a descriptor that stays open, since the kernel reports what it could not write
 * once to each descriptor that was open then, and to later ones perhaps never.
 *
 * The format is that of sqlite.org/fileformat2.html, section 4: a header, then frames, each of a
 * page; the checksum of each covers all before it.  Only what is checked here is used: that a frame
 * is whole, and follows the one before.
 *
 * Functions return 0 or a negative errno, and log nothing.
 */
#pragma once

#include <stdint.h>

#define WAL_FILE "patd.db-wal" /* in the state directory; SQLite chooses the name */

/* Opens it, or makes it.  For our own calls alone: SQLite has descriptors of its own. */
int wal_open(int state_fd, int *ret_fd);

/* In bytes: of the file, and of that many frames of a page of page_size bytes. */
int wal_size(int fd, uint64_t *ret_size);
uint64_t wal_size_of(uint32_t page_size, uint32_t frames);

/*
 * After a sync that failed, or in a file that another process wrote: reads all frames that are
 * whole, writes the same bytes again, so that the kernel counts them as unwritten, and syncs.
 * *ret_frames: how many are committed; also set if no more than the sync fails.  -EBADMSG: fewer
 * than at_least, and nothing was synced; what was in them is lost.
 */
int wal_write_back(int fd, uint32_t at_least, uint32_t *ret_frames);

/*
 * Cuts off what follows that many frames of a page of page_size bytes: a commit that failed may
 * have left whole frames, which SQLite would take for committed at the next start.
 */
int wal_cut(int fd, uint32_t page_size, uint32_t frames);

/* Makes an empty one empty on disk too, also where an earlier attempt to sync it failed. */
int wal_sync_empty(int fd);
