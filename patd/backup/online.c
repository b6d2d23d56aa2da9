/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backups while patd serves: the copy in a thread, and its reports in the loop. */
#include "patd/backup/online.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/backup/backup_file.h"
#include "patd/db/database.h"
#include "patd/db/schema.h"
#include "patd/db/state_dir.h"
#include "patd/db/sync.h"
#include "patd/db/wal.h"
#include "patd/util/log.h"
#include "patd/util/worker.h"

#define STEP_PAGES 256 /* between two checks whether it was abandoned */
#define BUSY_MS 1000   /* for what takes a lock for an instant */
#define PROGRESS_US (UINT64_C(100) * 1000)
#define PIPE_READY_US (UINT64_C(10) * 1000) /* who reads it learns soon that there is something */
#define ACCURACY_US 1000
#define FOLDING_US (UINT64_C(10) * 1000) /* between two looks whether the fold is over */

struct backups {
	struct worker *worker;
	struct sync *sync;
	sd_event_source *timer;
	char *database, *wal, *image, *state_dir;
	uint8_t check[KEY_CHECK_LEN];
	struct backup *running;
	backup_flush_fn flush;
	void *flush_userdata;
};

struct backup {
	struct job job;
	struct backups *backups;
	int fd, result;
	struct backup_order order;
	/* The loop's alone, as the above but fd and result. */
	bool piped;
	bool begun; /* it is the worker's */
	bool abandoned;
	bool released; /* the database may be folded in again */
	atomic_bool stop;
	atomic_bool copied;
	_Atomic uint64_t at, total;
};

/* --- in the worker --- */

/* The WAL cannot be folded in before the copy has ended. */
static int check_wal(const struct backups *backups)
{
	struct stat st;

	if (stat(backups->wal, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if ((uint64_t)st.st_size <= SYNC_WAL_LIMIT)
		return 0;
	log_error("a backup took too long: %llu MiB of changes were made meanwhile",
		(unsigned long long)(SYNC_WAL_LIMIT >> 20));
	return -EFBIG;
}

static int copy_steps(struct backup *backup, sqlite3_backup *copying, uint64_t page_size)
{
	int r = SQLITE_OK, checked;

	while (r == SQLITE_OK) {
		if (atomic_load(&backup->stop))
			return -ECANCELED;
		checked = check_wal(backup->backups);
		if (checked < 0)
			return checked;
		r = sqlite3_backup_step(copying, STEP_PAGES);
		/* Each page is copied, and then written to the backup. */
		uint64_t pages = (uint64_t)sqlite3_backup_pagecount(copying);
		uint64_t left = (uint64_t)sqlite3_backup_remaining(copying);

		atomic_store(&backup->total, 2 * pages * page_size);
		atomic_store(&backup->at, (pages - left) * page_size);
	}
	return r == SQLITE_DONE ? 0 : schema_errno(r);
}

static int page_size_of(sqlite3 *db, uint64_t *ret_size)
{
	sqlite3_stmt *statement;
	int r = sqlite3_prepare_v2(db, "PRAGMA page_size", -1, &statement, NULL);

	if (r != SQLITE_OK)
		return schema_errno(r);
	r = sqlite3_step(statement);
	*ret_size = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return r == SQLITE_ROW ? 0 : schema_errno(r);
}

static int execute(sqlite3 *db, const char *sql)
{
	return schema_errno(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/* The read transaction keeps one state of the database: else each change would restart the copy. */
static int copy_snapshot(struct backup *backup, sqlite3 *from, sqlite3 *to)
{
	uint64_t page_size = 0;
	sqlite3_backup *copying;
	int r, finished;

	r = schema_errno(sqlite3_busy_timeout(from, BUSY_MS));
	if (r < 0)
		return r;
	r = execute(from, "BEGIN; SELECT count(*) FROM meta;");
	if (r < 0)
		return r;
	r = page_size_of(from, &page_size);
	if (r < 0)
		return r;
	/* A copy that is cut short is thrown away, so it needs neither journal nor sync. */
	r = execute(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
	if (r < 0)
		return r;
	copying = sqlite3_backup_init(to, "main", from, "main");
	if (!copying)
		return schema_errno(sqlite3_extended_errcode(to));
	r = copy_steps(backup, copying, page_size);
	finished = schema_errno(sqlite3_backup_finish(copying));
	return r < 0 ? r : finished;
}

static int copy_database(struct backup *backup)
{
	const struct backups *backups = backup->backups;
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
	sqlite3 *from = NULL, *to = NULL;
	int r, closed;

	errno = 0;
	r = schema_errno(sqlite3_open_v2(backups->database, &from, flags, DATABASE_VFS));
	if (r == 0)
		r = schema_errno(
			sqlite3_open_v2(backups->image, &to, flags | SQLITE_OPEN_CREATE, NULL));
	if (r == 0)
		r = copy_snapshot(backup, from, to);
	sqlite3_close(from);
	closed = schema_errno(sqlite3_close(to));
	return r < 0 ? r : closed;
}

static int on_written(uint64_t done, uint64_t size, void *userdata)
{
	struct backup *backup = userdata;

	atomic_store(&backup->total, 2 * size);
	atomic_store(&backup->at, size + done);
	return atomic_load(&backup->stop) ? -ECANCELED : 0;
}

/* bytes: the key; it may not be the one that patd runs with. */
static int check_key(const struct backups *backups, const uint8_t bytes[static KEY_LEN])
{
	uint8_t check[KEY_CHECK_LEN];
	cleanup_key struct key *key = NULL;
	int r = key_new(bytes, &key);

	if (r < 0)
		return r;
	key_check_value(key, check);
	return sodium_memcmp(check, backups->check, sizeof(check)) == 0 ? 0 : -EKEYREJECTED;
}

static int write_backup(struct backup *backup)
{
	cleanup_key_bytes uint8_t *bytes = NULL;
	cleanup_close int image = -1;
	int r;

	r = key_read_bytes(backup->backups->state_dir, &bytes);
	if (r < 0)
		return r;
	r = check_key(backup->backups, bytes);
	if (r < 0)
		return r;
	image = open(backup->backups->image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (image < 0)
		return -errno;
	return (backup->piped ? backup_stream : backup_write)(
		backup->fd, bytes, image, on_written, backup);
}

static void run(struct job *job)
{
	struct backup *backup = (struct backup *)job;

	backup->result = copy_database(backup);
	atomic_store(&backup->copied, true);
	if (backup->result == 0)
		backup->result = write_backup(backup);
	if (unlink(backup->backups->image) < 0 && errno != ENOENT)
		log_warning("cannot remove %s: %s", backup->backups->image, strerror(errno));
	if (backup->result < 0 && backup->result != -ECANCELED && backup->result != -EFBIG)
		log_error("a backup could not be made: %s", strerror(-backup->result));
}

/* --- in the loop --- */

/* From then on the image is all that is read, however long that takes. */
static void release_database(struct backup *backup)
{
	if (!backup->released)
		sync_release(backup->backups->sync);
	backup->released = true;
}

static void done(struct job *job)
{
	struct backup *backup = (struct backup *)job;

	backup->backups->running = NULL;
	release_database(backup);
	(void)sd_event_source_set_enabled(backup->backups->timer, SD_EVENT_OFF);
	close(backup->fd);
	/* Before it is over, who reads the pipe has it. */
	if (!backup->abandoned && backup->piped && backup->result == 0)
		backup->order.progress(atomic_load(&backup->at), atomic_load(&backup->total),
			backup->order.userdata);
	if (!backup->abandoned)
		backup->order.done(backup->result, backup->order.userdata);
	free(backup);
}

static int arm(const struct backups *backups, uint64_t usec)
{
	int r = sd_event_source_set_time_relative(backups->timer, usec);

	return r < 0 ? r : sd_event_source_set_enabled(backups->timer, SD_EVENT_ONESHOT);
}

/* Without the timer nobody sees the progress, and the backup is made all the same. */
static void show_progress(struct backup *backup)
{
	const struct backups *backups = backup->backups;

	if (backup->abandoned)
		return;
	if (atomic_load(&backup->copied))
		release_database(backup);
	if (atomic_load(&backup->total) > 0)
		backup->order.progress(atomic_load(&backup->at), atomic_load(&backup->total),
			backup->order.userdata);
	(void)arm(backups, PROGRESS_US);
}

static void fail(struct backup *backup, int result)
{
	backup->result = result;
	if (result != -ECANCELED)
		log_error("a backup could not be made: %s", strerror(-result));
	done(&backup->job);
}

/* Begins to copy once all that is to be in the copy is in the database. */
static void begin(struct backup *backup)
{
	const struct backups *backups = backup->backups;
	int r = -ECANCELED;

	if (!backup->abandoned)
		r = backups->flush ? backups->flush(backups->flush_userdata) : 0;
	if (r == -EAGAIN || r > 0)
		r = arm(backups, r > 0 ? 0 : FOLDING_US);
	else if (r == 0 && (r = worker_submit(backups->worker, &backup->job)) == 0) {
		backup->begun = true;
		(void)arm(backups, backup->piped ? PIPE_READY_US : PROGRESS_US);
	}
	if (r < 0)
		fail(backup, r);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	const struct backups *backups = userdata;
	struct backup *backup = backups->running;

	(void)source;
	(void)usec;
	if (backup)
		(backup->begun ? show_progress : begin)(backup);
	return 0;
}

DEFINE_CLEANUP(backups_free, backups)

int backups_new(sd_event *event, struct sync *sync, const char *state_dir, const struct key *key,
	struct backups **ret_backups)
{
	cleanup_with(backups_free) struct backups *backups = calloc(1, sizeof(*backups));
	int r;

	if (!backups)
		return -ENOMEM;
	backups->sync = sync;
	key_check_value(key, backups->check);
	if (asprintf(&backups->database, "%s/" DATABASE_FILE, state_dir) < 0 ||
		asprintf(&backups->wal, "%s/" WAL_FILE, state_dir) < 0 ||
		asprintf(&backups->image, "%s/" STATE_DIR_IMAGE, state_dir) < 0 ||
		!(backups->state_dir = strdup(state_dir)))
		return -ENOMEM;
	r = sd_event_add_time(event, &backups->timer, CLOCK_MONOTONIC, UINT64_MAX, ACCURACY_US,
		on_timer, backups);
	if (r < 0)
		return r;
	r = worker_new(event, 1, &backups->worker);
	if (r < 0)
		return r;
	*ret_backups = TAKE(backups);
	return 0;
}

void backups_flush_first(struct backups *backups, backup_flush_fn fn, void *userdata)
{
	backups->flush = fn;
	backups->flush_userdata = userdata;
}

/* fd is taken over. */
static int start(struct backups *backups, int fd, bool piped, const struct backup_order *order,
	struct backup **ret_backup)
{
	cleanup_close int own_fd = fd;
	struct backup *backup;
	int r;

	if (backups->running)
		return -EBUSY;
	/* In the next turn: done() is not called before the caller knows the backup. */
	r = arm(backups, 0);
	if (r < 0)
		return r;
	backup = calloc(1, sizeof(*backup));
	if (!backup)
		return -ENOMEM;
	backup->job = (struct job) { .run = run, .done = done };
	backup->backups = backups;
	backup->order = *order;
	backup->result = -ECANCELED; /* it may never run */
	backup->fd = take_fd(&own_fd);
	backup->piped = piped;
	backups->running = backup;
	sync_hold(backups->sync);
	*ret_backup = backup;
	return 0;
}

int backups_start(struct backups *backups, int fd, const struct backup_order *order,
	struct backup **ret_backup)
{
	int own_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return own_fd < 0 ? -errno : start(backups, own_fd, false, order, ret_backup);
}

int backups_stream(struct backups *backups, const struct backup_order *order, int *ret_fd,
	struct backup **ret_backup)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	if (r == 0)
		r = start(backups, take_fd(&ends[1]), true, order, ret_backup);
	if (r < 0) {
		(void)close(ends[0]);
		cleanup_close_fd(&ends[1]);
		return r;
	}
	*ret_fd = ends[0];
	return 0;
}

void backup_abandon(struct backup *backup)
{
	backup->abandoned = true;
	atomic_store(&backup->stop, true);
}

void backups_free(struct backups *backups)
{
	if (!backups)
		return;
	if (backups->running && !backups->running->begun)
		fail(backups->running, -ECANCELED);
	else if (backups->running)
		atomic_store(&backups->running->stop, true);
	worker_free(backups->worker);
	sd_event_source_disable_unref(backups->timer);
	free(backups->database);
	free(backups->wal);
	free(backups->image);
	free(backups->state_dir);
	free(backups);
}
