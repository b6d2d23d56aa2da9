/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backup: into a file that the caller gives. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patd/backup/online.h"
#include "patd/bus/arguments.h"
#include "patd/bus/interface.h"
#include "patd/bus/polkit.h"

struct work {
	struct backup *backup;
};

/* The call ends: by its reply, or because its sender has left. */
static void on_end(struct call *call)
{
	struct work *work = call->work;

	if (work->backup)
		backup_abandon(work->backup);
}

static void on_progress(uint64_t done, uint64_t total, void *userdata)
{
	const struct call *call = userdata;

	if (!call->dropped)
		call_send_progress(call, "BackupProgress", done, total);
}

static const struct failure {
	int result; /* 0: every other */
	enum pat_error error;
	const char *why;
} failures[] = {
	{ -ECANCELED, PAT_ERR_BUSY, N_("patd is stopping; try again") },
	{ -EFBIG, PAT_ERR_BUSY,
		N_("the backup took too long: too many changes were made meanwhile; try again") },
	{ -ENOSPC, PAT_ERR_STORAGE,
		N_("the disk is full: a backup needs twice the size of the database, next to "
		   "it and in the file") },
	{ -EKEYREJECTED, PAT_ERR_STORAGE,
		N_("the key on disk is not the one that patd uses: restore that one") },
	{ 0, PAT_ERR_STORAGE, N_("the backup failed; see the log of patd") },
};

static void on_done(int result, void *userdata)
{
	struct call *call = userdata;
	struct work *work = call->work;
	const struct failure *failure = failures;

	work->backup = NULL;
	if (result == 0) {
		call_reply_args(call, DBUS_TYPE_INVALID);
		return;
	}
	while (failure->result != 0 && failure->result != result)
		failure++;
	call_refuse(call, failure->error, failure->why);
}

/* NULL, or what is wrong.  O_APPEND would put all that is written at the end. */
static const char *check_file(int fd)
{
	const int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return N_("a backup can only be written to a regular file");
	if ((flags & O_PATH) || (flags & O_ACCMODE) == O_RDONLY || (flags & O_APPEND))
		return N_(
			"the file for the backup must be open for writing, and not for appending");
	return st.st_size == 0 ? NULL : N_("the file for the backup must be empty");
}

static void start(struct call *call, int fd)
{
	const struct backup_order order = { on_progress, on_done, call };
	struct work *work = call_new_work(call, sizeof(*work));
	int r;

	if (!work)
		return;
	if (!call_watch_sender(call)) {
		call_refuse(call, PAT_ERR_BUSY,
			N_("too many operations are in progress; try "
			   "again"));
		return;
	}
	call->abandon = on_end;
	r = backups_start(call->context->backups, fd, &order, &work->backup);
	if (r == -EBUSY)
		call_refuse(call, PAT_ERR_BUSY, N_("another backup is in progress; try again"));
	else if (r < 0)
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory"));
}

static void serve_backup(struct call *call)
{
	cleanup_close int fd = -1;
	const char *problem;
	enum pat_error error = tokens_may_backup(&call->caller, &call->refusal);

	if (error != PAT_OK) {
		polkit_refuse(call, error, "", "");
		return;
	}
	if (!bus_options_of_call(call, &fd, NULL))
		return;
	problem = check_file(fd);
	if (problem)
		call_refuse(call, PAT_ERR_INVALID_ARGS, problem);
	else
		start(call, fd);
}

const struct bus_method bus_backup_methods[] = {
	{ "Backup", serve_backup, .in = { { "file", "h" }, { "options", "a{sv}" } } },
	{ 0 },
};
