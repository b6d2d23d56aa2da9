/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backups, which root reads from a pipe. */
#include <errno.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"

struct backing_up {
	struct backup *backup; /* NULL: it is over */
	int fd;                /* to read it from; -1 when it has been sent */
};

/* By its answer, or because nobody wants it any more. */
void backup_ended(struct work *work, bool delivered)
{
	struct backing_up *backing_up = work->state;

	(void)delivered;
	if (!backing_up)
		return;
	if (backing_up->backup)
		backup_abandon(backing_up->backup);
	cleanup_close_fd(&backing_up->fd);
}

static void on_progress(uint64_t done, uint64_t total, void *userdata)
{
	struct work *work = userdata;
	struct backing_up *backing_up = work->state;

	work_progress(work, done, total, backing_up->fd);
	cleanup_close_fd(&backing_up->fd);
	backing_up->fd = -1;
}

static const struct failure {
	int result; /* 0: every other */
	enum pat_error error;
	const char *why;
} failures[] = {
	{ -ECANCELED, PAT_ERR_BUSY, N_("patd is stopping; try again") },
	{ -EFBIG, PAT_ERR_BUSY,
		N_("the backup took too long: too many changes were made meanwhile; try again") },
	{ -EPIPE, PAT_ERR_BUSY, N_("nobody reads the backup") },
	{ -ENOSPC, PAT_ERR_STORAGE,
		N_("the disk is full: a backup needs twice the size of the database, next to "
		   "it and in the file") },
	{ -EKEYREJECTED, PAT_ERR_STORAGE,
		N_("the key on disk is not the one that patd uses: restore that one") },
	{ 0, PAT_ERR_STORAGE, N_("the backup failed; see the log of patd") },
};

static void on_done(int result, void *userdata)
{
	struct work *work = userdata;
	struct backing_up *backing_up = work->state;
	const struct failure *failure = failures;

	backing_up->backup = NULL;
	if (result == 0) {
		(void)work_done(work, NULL, 0, -1);
		return;
	}
	while (failure->result != 0 && failure->result != result)
		failure++;
	(void)work_refuse_for(work, failure->error, failure->why);
}

enum progress serve_backup(struct work *work)
{
	const struct backup_order order = { on_progress, on_done, work };
	const enum pat_error error = tokens_may_backup(&work->caller, &work->refusal);
	struct backing_up *backing_up;
	int r;

	if (error != PAT_OK)
		return work_refuse(work, error);
	backing_up = work_state(work, sizeof(*backing_up));
	if (!backing_up)
		return WORK_ANSWERED;
	backing_up->fd = -1;
	r = backups_stream(work->peer->requests->context.backups, &order, &backing_up->fd,
		&backing_up->backup);
	if (r == -EBUSY)
		return work_refuse_for(
			work, PAT_ERR_BUSY, N_("another backup is in progress; try again"));
	if (r < 0)
		return work_refuse_for(work, PAT_ERR_NO_MEMORY, N_("out of memory"));
	return WORK_WAITS;
}
