/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of a database that came in a backup: its pages, key, rows and history. */
#include "patd/backup/restore.h"

#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "common/progress.h"
#include "patd/db/hardening.h"
#include "patd/db/image.h"
#include "patd/db/meta.h"
#include "patd/db/row.h"
#include "patd/db/schema.h"
#include "patd/history/history.h"
#include "patd/store/store.h"
#include "patd/util/log.h"

#define IMAGE_NAME "in the backup" /* of the database, in messages */
#define ADVICE "; nothing was changed: use another backup"

/* Logs why there is nothing to check. */
static int refuse_database(int r)
{
	if (r == -EBADMSG)
		log_error(
			"the database in the backup is damaged or was not written by patd" ADVICE);
	else
		log_error("cannot verify the database in the backup: %s; nothing was changed",
			strerror(-r));
	return r;
}

/* The single value of a statement: a number, or the text "ok", which is 1. */
static int ask(sqlite3 *db, const char *sql, uint64_t *ret_value)
{
	sqlite3_stmt *statement;
	int r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	char text[sizeof("ok")];

	if (r != SQLITE_OK) /* SQLITE_ERROR: there is no such table */
		return (r & 0xFF) == SQLITE_ERROR ? -EBADMSG : schema_errno(r);
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW && !row_number(statement, 0, INT64_MAX, ret_value))
		*ret_value = row_text(statement, 0, text, sizeof(text)) && strcmp(text, "ok") == 0;
	sqlite3_finalize(statement);
	return r == SQLITE_ROW ? 0 : r == SQLITE_DONE ? -EBADMSG : schema_errno(r);
}

/*
 * SQLite's steps in checking a whole database, per byte of it and in hundredths: as measured where
 * there are ten entries of the history for each token.  Only the progress bar uses it.
 */
#define STEPS_PERCENT 34
#define STEPS_AT_ONCE 100000

struct page_check {
	struct progress progress;
	uint64_t steps, total;
};

static int on_steps(void *userdata)
{
	struct page_check *page_check = userdata;

	page_check->steps += STEPS_AT_ONCE;
	progress_show(&page_check->progress, page_check->steps, page_check->total);
	return 0;
}

static int run_integrity_check(sqlite3 *db, size_t size, uint64_t *ret_sound)
{
	struct page_check page_check = { .total = (uint64_t)size / 100 * STEPS_PERCENT };
	int r;

	progress_begin(&page_check.progress, "Checking the database", !isatty(STDOUT_FILENO));
	sqlite3_progress_handler(db, STEPS_AT_ONCE, on_steps, &page_check);
	r = ask(db, "PRAGMA integrity_check(1)", ret_sound);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	progress_end(&page_check.progress);
	return r;
}

static int check_pages_of(sqlite3 *db, size_t size, uint64_t *ret_tokens)
{
	uint64_t sound = 0;
	int r;

	r = run_integrity_check(db, size, &sound);
	if (r < 0)
		return r;
	return sound ? ask(db, "SELECT count(*) FROM token", ret_tokens) : -EBADMSG;
}

/* Before anything else reads it.  *ret_tokens: how many rows there are. */
static int check_pages(const struct image *image, uint64_t *ret_tokens)
{
	sqlite3 *db = NULL;
	int64_t version;
	int r = image_open(image, &db);

	if (r == 0)
		r = schema_errno(connection_harden(db));
	if (r < 0) {
		sqlite3_close(db);
		return refuse_database(r);
	}
	/* That logs why it refuses. */
	r = schema_check(db, IMAGE_NAME, &version);
	if (r == 0) {
		r = check_pages_of(db, image->size, ret_tokens);
		if (r < 0)
			(void)refuse_database(r);
	}
	sqlite3_close(db);
	return r;
}

static int check_key(struct database *database, const struct key *key)
{
	uint8_t stored[KEY_CHECK_LEN], ours[KEY_CHECK_LEN];
	int r = meta_get_key_check(database, stored);

	key_check_value(key, ours);
	if (r == 0 && sodium_memcmp(stored, ours, sizeof(ours)) != 0)
		r = -EBADMSG;
	if (r < 0)
		log_error("the key in the backup does not match the database in it" ADVICE);
	return r == -ENOENT ? -EBADMSG : r;
}

struct rows {
	const struct key *key;
	uint64_t n;
};

static int check_row(const struct token *token, void *userdata)
{
	struct rows *rows = userdata;
	uint8_t mac[TOKEN_MAC_LEN];

	rows->n++;
	key_row_mac(rows->key, token, mac);
	if (sodium_memcmp(mac, token->mac, sizeof(mac)) == 0)
		return 0;
	log_error("token %s in the backup was altered, outside of patd" ADVICE, token->id.text);
	return -EBADMSG;
}

/* expected: a row that cannot be read is left out of a list. */
static int check_rows(struct store *store, const struct key *key, uint64_t expected)
{
	const struct list_filter all = { 0 };
	struct rows rows = { .key = key };
	int r = store_list(store, &all, check_row, &rows);

	if (r == 0 && rows.n != expected) {
		log_error("a token in the backup was altered, outside of patd" ADVICE);
		r = -EBADMSG;
	}
	return r;
}

static int check_history(struct database *database, const struct key *key)
{
	struct history_check check = { 0 };
	struct progress progress;
	struct history *history;
	int r = history_new(database, key, &history);

	if (r < 0)
		return r;
	progress_begin(&progress, "Checking the history", !isatty(STDOUT_FILENO));
	while (r == 0 && !check.done) {
		r = history_check_some(history, &check);
		progress_show(&progress, check.entries, check.last - check.first + 1);
	}
	progress_end(&progress);
	history_free(history);
	if (r == 0 && check.bad != 0) {
		log_error("the history in the backup was altered, outside of patd, at entry %llu "
			  "(%s)" ADVICE,
			(unsigned long long)check.bad, check.problem);
		return -EBADMSG;
	}
	return r;
}

static int check_tables(struct database *database, const struct key *key, uint64_t tokens)
{
	struct store *store;
	int r = check_key(database, key);

	if (r < 0)
		return r;
	r = store_new(database, &store);
	if (r < 0)
		return r;
	r = check_rows(store, key, tokens);
	store_free(store);
	return r < 0 ? r : check_history(database, key);
}

static int check_contents(const struct image *image, const struct key *key)
{
	struct database *database;
	uint64_t tokens = 0;
	int r;

	r = check_pages(image, &tokens);
	if (r < 0)
		return r;
	r = database_open_image(image, IMAGE_NAME, &database);
	if (r < 0)
		return r;
	r = check_tables(database, key, tokens);
	database_free(database);
	return r;
}

int verify_image(int fd, const struct key *key)
{
	struct image image = { 0 };
	int r = image_map(fd, &image);

	r = r < 0 ? refuse_database(r) : check_contents(&image, key);
	image_unmap(&image);
	return r;
}
