/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups of the state, while patd serves: a thread of its own copies the database as it was at
 * one moment, and nobody waits for it.  One at a time.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

#include "patd/crypto/key.h"

struct backups;
struct backup;
struct sync;

/* How the caller of a backup is notified of it, in the loop. */
struct backup_order {
	/* Ten times a second at the most, in bytes of work. */
	void (*progress)(uint64_t done, uint64_t total, void *userdata);
	/*
	 * The last call.  0: it is written, and not synced.  -ECANCELED: patd ends.  -EFBIG: it
	 * took so long that the changes meanwhile fill SYNC_WAL_LIMIT.
	 * -EKEYREJECTED: the key on the disk is another one.  All others have been logged.
	 */
	void (*done)(int result, void *userdata);
	void *userdata;
};

/* Of state_dir, under that key; its changes are synced by sync, which must outlive it. */
int backups_new(sd_event *event, struct sync *sync, const char *state_dir, const struct key *key,
	struct backups **ret_backups);

/*
 * fn is called in the loop before each backup, until it returns 0: it writes into the database what
 * is kept elsewhere, so that the backup has it.  1: there is more; -EAGAIN: not now.  Below 0 the
 * backup fails.
 */
typedef int (*backup_flush_fn)(void *userdata);
void backups_flush_first(struct backups *backups, backup_flush_fn fn, void *userdata);

/*
 * Begins to write a backup into fd, an empty regular file, of which it keeps a copy.  -EBUSY: one
 * is under way.  *ret_backup is valid until done().
 */
int backups_start(struct backups *backups, int fd, const struct backup_order *order,
	struct backup **ret_backup);

/*
 * The same into a pipe, of which the caller owns the end to read from, *ret_fd: see
 * backup_stream().
 */
int backups_stream(struct backups *backups, const struct backup_order *order, int *ret_fd,
	struct backup **ret_backup);

/* Nobody wants it any more: it ends soon, and calls neither progress() nor done() again. */
void backup_abandon(struct backup *backup);

/* Ends what is under way.  NULL is allowed. */
void backups_free(struct backups *backups);
