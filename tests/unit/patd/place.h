/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A directory of a test's own, and the files in it. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

struct place {
	char dir[32];
	char path[128]; /* of what place_path() was asked for last */
};

static inline void place_make(struct place *place)
{
	(void)strcpy(place->dir, "/tmp/test_patd.XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	/* As patd's main() does. */
	umask(077);
}

static inline int place_remove_one(
	const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void place_remove(struct place *place)
{
	(void)nftw(place->dir, place_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *place_path(struct place *place, const char *name)
{
	(void)snprintf(place->path, sizeof(place->path), "%s/%s", place->dir, name);
	return place->path;
}

/* A file of that content, whatever the umask. */
static inline void place_write(
	struct place *place, const char *name, mode_t mode, const void *bytes, size_t size)
{
	int fd = open(place_path(place, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static inline void place_copy(struct place *place, const char *from, const char *to)
{
	int in = open(place_path(place, from), O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	out = open(place_path(place, to), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(in >= 0 && out >= 0);
	while ((n = sendfile(out, in, NULL, 1 << 20)) > 0)
		;
	assert_int_equal(n, 0);
	assert_int_equal(close(in) | close(out), 0);
}

/* Its size, at most that of bytes. */
static inline size_t place_read(struct place *place, const char *name, void *ret_bytes, size_t size)
{
	int fd = open(place_path(place, name), O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, ret_bytes, size);
	assert_true(n >= 0);
	assert_int_equal(close(fd), 0);
	return (size_t)n;
}

static inline bool place_has(struct place *place, const char *name)
{
	struct stat st;

	return lstat(place_path(place, name), &st) == 0;
}

static inline struct stat place_stat(struct place *place, const char *name)
{
	struct stat st;

	assert_int_equal(lstat(place_path(place, name), &st), 0);
	return st;
}

/* Somebody with the right to write to the database, and without the key, changes it by hand. */
static inline void place_edit(struct place *place, const char *sql)
{
	sqlite3 *db;
	char *problem = NULL;

	assert_int_equal(sqlite3_open(place_path(place, "patd.db"), &db), SQLITE_OK);
	(void)sqlite3_exec(db, sql, NULL, NULL, &problem);
	assert_that(problem == NULL, "%s: %s", sql, problem);
	sqlite3_close(db);
}

/* The first number that the query gives, by a connection of its own. */
static inline int64_t place_ask(struct place *place, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	int64_t number;

	assert_int_equal(sqlite3_open(place_path(place, "patd.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}
