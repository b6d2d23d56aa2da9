/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The history as rows of the database. */
#include "patd/history/history_rows.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "patd/db/row.h"
#include "patd/db/statements.h"
#include "patd/util/log.h"

#define SEAL_KEY "history"

enum statement {
	APPEND,
	PRUNE,
	GET_SEAL,
	SET_SEAL,
	IS_SEEN,
	SEE,
	FORGET,
	FIRST_FROM,
	UNLISTED,
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	/* A row that is already there was forged, and must not stop the next entry. */
	[APPEND] = "INSERT OR REPLACE INTO history ({columns}) VALUES ({parameters})",
	[PRUNE] = "DELETE FROM history WHERE seq <= ?1",
	[GET_SEAL] = "SELECT value FROM meta WHERE key = '" SEAL_KEY "'",
	[SET_SEAL] = "INSERT OR REPLACE INTO meta (key, value) VALUES ('" SEAL_KEY "', ?1)",
	[IS_SEEN] = "SELECT 1 FROM seen WHERE id = ?1 AND kind = ?2 AND value = ?3",
	[SEE] = "INSERT OR IGNORE INTO seen (id, kind, value) SELECT ?1, ?2, ?3 WHERE"
		" (SELECT count(*) FROM seen WHERE id = ?1 AND kind = ?2) < ?4",
	[FORGET] = "DELETE FROM seen WHERE id = ?1",
	/* Past a damaged time, which no other entry must suffer from. */
	[FIRST_FROM] = "SELECT seq, at FROM history WHERE seq >= ?1 AND at >= 0"
		       " ORDER BY seq LIMIT 1",
	/* As lists go by these two. */
	[UNLISTED] = "SELECT seq FROM history AS one NOT INDEXED WHERE seq BETWEEN ?1 AND ?2 AND"
		     " NOT (EXISTS (SELECT 1 FROM history AS other INDEXED BY history_by_user"
		     " WHERE other.user = one.user AND other.seq = one.seq)"
		     " AND EXISTS (SELECT 1 FROM history AS other INDEXED BY history_by_token"
		     " WHERE other.id = one.id AND other.seq = one.seq)) ORDER BY seq LIMIT 1",
};

int history_rows_open(struct database *database, struct statements **ret_rows)
{
	return statements_new(database, statements, STATEMENTS, &entry_table, ret_rows);
}

/* The seal as the database keeps it: its members one after the other, numbers little-endian. */
_Static_assert(sizeof(struct history_seal) == 2 * 8 + 3 * ENTRY_MAC_LEN, "there is no padding");

int history_rows_seal(struct statements *rows, struct history_seal *ret_seal)
{
	sqlite3_stmt *statement = statement_get(rows, GET_SEAL);
	struct history_seal seal = { 0 };
	int r = statement_step(rows, GET_SEAL);

	if (r > 0)
		r = row_blob(statement, 0, &seal, sizeof(seal)) ? 0 : -EBADMSG;
	else if (r == 0)
		r = -ENOENT;
	sqlite3_reset(statement);
	if (r < 0)
		return r;
	seal.first = le64toh(seal.first);
	seal.last = le64toh(seal.last);
	*ret_seal = seal;
	return 0;
}

int history_rows_set_seal(struct statements *rows, const struct history_seal *seal)
{
	struct history_seal value = *seal;

	value.first = htole64(seal->first);
	value.last = htole64(seal->last);
	row_bind_blob(statement_get(rows, SET_SEAL), 1, &value, sizeof(value));
	return statement_run(rows, SET_SEAL);
}

int history_rows_put(struct statements *rows, const struct entry *entry)
{
	row_bind(statement_get(rows, APPEND), &entry_table, entry);
	return statement_run(rows, APPEND);
}

int history_rows_append(
	struct statements *rows, const struct entry *entry, const struct history_seal *seal)
{
	int r = history_rows_put(rows, entry);

	return r < 0 ? r : history_rows_set_seal(rows, seal);
}

int history_rows_prune(struct statements *rows, uint64_t seq, const struct history_seal *seal)
{
	int r;

	row_bind_number(statement_get(rows, PRUNE), 1, seq);
	r = statement_run(rows, PRUNE);
	return r < 0 ? r : history_rows_set_seal(rows, seal);
}

static void bind_seen(sqlite3_stmt *statement, const char *id, const char *kind, const char *value)
{
	row_bind_text(statement, 1, id);
	row_bind_text(statement, 2, kind);
	row_bind_text(statement, 3, value);
}

static int is_seen(struct statements *rows, const char *id, const char *kind, const char *value,
	bool *ret_seen)
{
	bind_seen(statement_get(rows, IS_SEEN), id, kind, value);
	return statement_has_row(rows, IS_SEEN, ret_seen);
}

int history_rows_look(struct statements *rows, struct entry *entry, const char *network)
{
	bool service_seen = true, network_seen = true;
	int r = is_seen(rows, entry->id.text, "s", entry->service, &service_seen);

	if (r == 0)
		r = is_seen(rows, entry->id.text, "n", network, &network_seen);
	entry->new_service = !service_seen;
	entry->new_network = !network_seen;
	return r;
}

static int see(struct statements *rows, const char *id, const char *kind, const char *value)
{
	bind_seen(statement_get(rows, SEE), id, kind, value);
	row_bind_number(statement_get(rows, SEE), 4, HISTORY_SEEN_MAX);
	return statement_run(rows, SEE);
}

int history_rows_see(
	struct statements *rows, const char *id, const char *service, const char *network)
{
	int r = see(rows, id, "s", service);

	return r < 0 ? r : see(rows, id, "n", network);
}

int history_rows_forget(struct statements *rows, const char *id)
{
	row_bind_text(statement_get(rows, FORGET), 1, id);
	return statement_run(rows, FORGET);
}

/* The first entry from *seq on: its seq and time.  Both stay as they are if there is none. */
static int first_from(struct statements *rows, uint64_t *seq, uint64_t *at)
{
	sqlite3_stmt *statement = statement_get(rows, FIRST_FROM);
	int r;

	row_bind_number(statement, 1, *seq);
	r = statement_step(rows, FIRST_FROM);
	if (r > 0) {
		*seq = (uint64_t)sqlite3_column_int64(statement, 0);
		*at = (uint64_t)sqlite3_column_int64(statement, 1);
	}
	sqlite3_reset(statement);
	return r < 0 ? r : 0;
}

/*
 * The least seq whose entry is not before time, by bisection: their order is that of time, but
 * where the time was reset; then it may be that of an entry from before, when the clock was ahead.
 * Over all numbers there are, since the seal, which knows the ends, may be what was altered.
 */
static int find_time(struct statements *rows, uint64_t time, uint64_t *ret_seq)
{
	uint64_t low = 1, high = INT64_MAX; /* the answer is in [low, high] */

	while (low < high) {
		uint64_t middle = low + (high - low) / 2, seq = middle, at = UINT64_MAX;
		int r = first_from(rows, &seq, &at);

		if (r < 0)
			return r;
		if (at < time)
			low = seq + 1;
		else
			high = middle;
	}
	*ret_seq = low;
	return 0;
}

int history_rows_unlisted(struct statements *rows, uint64_t first, uint64_t last, uint64_t *ret_seq)
{
	sqlite3_stmt *statement = statement_get(rows, UNLISTED);
	int r;

	row_bind_number(statement, 1, first);
	row_bind_number(statement, 2, last);
	r = statement_step(rows, UNLISTED);
	*ret_seq = r > 0 ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return r < 0 ? r : 0;
}

#define SELECT "SELECT {columns} FROM history WHERE seq > ?1 AND seq < ?2"
#define BY_USER " AND user = ?3"
#define BY_USER_TOO " AND +user = ?3" /* not by that index: a token has fewer entries */
/* What is about no token has no uid, and that of another machine TOKEN_UID_ANY. */
#define BY_UID " AND (uid IN (?4, 4294967295) OR id = '')"
_Static_assert(TOKEN_UID_ANY == 4294967295, "it is that one");
#define BY_ID " AND id = ?5"
#define ORDER " ORDER BY seq"
#define REVERSE " DESC"
#define SQL_MAX sizeof(SELECT BY_USER_TOO BY_UID BY_ID ORDER REVERSE)

static int compile(struct statements *rows, const struct entry_filter *filter, uint64_t after,
	uint64_t before, sqlite3_stmt **ret_statement)
{
	const struct {
		bool wanted;
		const char *sql;
	} parts[] = {
		{ true, SELECT },
		{ filter->user && !filter->id, BY_USER },
		{ filter->user && filter->id, BY_USER_TOO },
		{ filter->user && filter->by_uid, BY_UID },
		{ filter->id != NULL, BY_ID },
		{ true, ORDER },
		{ filter->reverse, REVERSE },
	};
	char sql[SQL_MAX] = "", *end = sql;
	int r;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].wanted)
			end = stpcpy(end, parts[i].sql);
	r = statement_compile(rows, sql, ret_statement);
	if (r < 0)
		return r;
	row_bind_number(*ret_statement, 1, after);
	row_bind_number(*ret_statement, 2, before);
	/* SQLite refuses a parameter that the statement has not got; it is not needed then. */
	row_bind_text(*ret_statement, 3, filter->user);
	row_bind_number(*ret_statement, 4, filter->uid);
	row_bind_text(*ret_statement, 5, filter->id);
	return 0;
}

static int bounds(struct statements *rows, const struct entry_filter *filter, uint64_t *ret_after,
	uint64_t *ret_before)
{
	uint64_t before = filter->before == 0 ? INT64_MAX : filter->before;
	uint64_t since = 1, until = INT64_MAX; /* seqs */
	int r;

	if ((filter->since != 0 && (r = find_time(rows, filter->since, &since)) < 0) ||
		(filter->until != 0 && (r = find_time(rows, filter->until, &until)) < 0))
		return r;
	*ret_after = since - 1 > filter->after ? since - 1 : filter->after;
	*ret_before = until < before ? until : before;
	return 0;
}

int history_rows_list(
	struct statements *rows, const struct entry_filter *filter, entry_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement;
	uint64_t after, before;
	int r, step = SQLITE_DONE;

	if ((r = bounds(rows, filter, &after, &before)) < 0 ||
		(r = compile(rows, filter, after, before, &statement)) < 0)
		return r;
	while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		struct entry entry;

		if (row_read(statement, &entry_table, &entry) < 0)
			log_error("skipped a damaged entry of the history");
		else
			r = fn(&entry, userdata);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = statement_failure(rows, step);
	statement_release(rows, statement);
	return r;
}
