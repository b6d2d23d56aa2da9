#include "patd/history/history_rows.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "patd/db/row.h"
#include "patd/db/schema.h"
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
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	/* A row that stands there already is none of patd's, and must not stop what follows. */
	[APPEND] = "INSERT OR REPLACE INTO history ({columns}) VALUES ({parameters})",
	[PRUNE] = "DELETE FROM history WHERE seq <= ?1",
	[GET_SEAL] = "SELECT value FROM meta WHERE key = '" SEAL_KEY "'",
	[SET_SEAL] = "INSERT OR REPLACE INTO meta (key, value) VALUES ('" SEAL_KEY "', ?1)",
	[IS_SEEN] = "SELECT 1 FROM seen WHERE id = ?1 AND kind = ?2 AND value = ?3",
	[SEE] = "INSERT INTO seen (id, kind, value) SELECT ?1, ?2, ?3 WHERE"
		" (SELECT count(*) FROM seen WHERE id = ?1 AND kind = ?2) < ?4",
	[FORGET] = "DELETE FROM seen WHERE id = ?1",
	/* Past a damaged time, which no other entry must suffer from. */
	[FIRST_FROM] = "SELECT seq, at FROM history WHERE seq >= ?1 AND at >= 0"
		       " ORDER BY seq LIMIT 1",
};

struct history_rows {
	sqlite3 *db;
	sqlite3_stmt *prepared[STATEMENTS];
};

static int failure(struct history_rows *rows, int r)
{
	log_error("the database failed: %s", sqlite3_errmsg(rows->db));
	return schema_errno(r);
}

static int run(struct history_rows *rows, enum statement which)
{
	sqlite3_stmt *statement = rows->prepared[which];
	int r = sqlite3_step(statement);

	r = r == SQLITE_ROW || r == SQLITE_DONE ? 0 : failure(rows, r);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return r;
}

int history_rows_open(sqlite3 *db, struct history_rows **ret_rows)
{
	struct history_rows *rows = calloc(1, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	rows->db = db;
	for (int s = 0; s < STATEMENTS; s++) {
		int r = row_prepare(db, statements[s], &entry_table, SQLITE_PREPARE_PERSISTENT,
			&rows->prepared[s]);

		if (r != SQLITE_OK) {
			log_error("the database is damaged (%s): restore it from a backup",
				sqlite3_errmsg(db));
			history_rows_close(rows);
			return schema_errno(r);
		}
	}
	*ret_rows = rows;
	return 0;
}

void history_rows_close(struct history_rows *rows)
{
	if (!rows)
		return;
	for (int s = 0; s < STATEMENTS; s++)
		sqlite3_finalize(rows->prepared[s]);
	free(rows);
}

/* The seal as the database keeps it: its members one behind the other, numbers little-endian. */
_Static_assert(sizeof(struct history_seal) == 2 * 8 + 3 * ENTRY_MAC_LEN, "there is no padding");

int history_rows_seal(struct history_rows *rows, struct history_seal *ret_seal)
{
	sqlite3_stmt *statement = rows->prepared[GET_SEAL];
	struct history_seal seal = { 0 };
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		r = row_blob(statement, 0, &seal, sizeof(seal)) ? 0 : -EBADMSG;
	else
		r = r == SQLITE_DONE ? -ENOENT : failure(rows, r);
	sqlite3_reset(statement);
	if (r < 0)
		return r;
	seal.first = le64toh(seal.first);
	seal.last = le64toh(seal.last);
	*ret_seal = seal;
	return 0;
}

static int set_seal(struct history_rows *rows, const struct history_seal *seal)
{
	struct history_seal value = *seal;

	value.first = htole64(seal->first);
	value.last = htole64(seal->last);
	row_bind_blob(rows->prepared[SET_SEAL], 1, &value, sizeof(value));
	return run(rows, SET_SEAL);
}

int history_rows_append(
	struct history_rows *rows, const struct entry *entry, const struct history_seal *seal)
{
	sqlite3_stmt *statement = rows->prepared[APPEND];
	int r;

	row_bind(statement, &entry_table, entry);
	r = run(rows, APPEND);
	return r < 0 ? r : set_seal(rows, seal);
}

int history_rows_prune(struct history_rows *rows, uint64_t seq, const struct history_seal *seal)
{
	int r;

	row_bind_number(rows->prepared[PRUNE], 1, seq);
	r = run(rows, PRUNE);
	return r < 0 ? r : set_seal(rows, seal);
}

static void bind_seen(
	sqlite3_stmt *statement, const struct entry *entry, const char *kind, const char *value)
{
	row_bind_text(statement, 1, entry->id.text);
	row_bind_text(statement, 2, kind);
	row_bind_text(statement, 3, value);
}

static int see(struct history_rows *rows, const struct entry *entry, const char *kind,
	const char *value, bool *ret_new)
{
	sqlite3_stmt *statement = rows->prepared[IS_SEEN];
	int r;

	bind_seen(statement, entry, kind, value);
	r = sqlite3_step(statement);
	*ret_new = r == SQLITE_DONE;
	r = r == SQLITE_ROW || r == SQLITE_DONE ? 0 : failure(rows, r);
	sqlite3_reset(statement);
	if (r < 0 || !*ret_new)
		return r;
	bind_seen(rows->prepared[SEE], entry, kind, value);
	row_bind_number(rows->prepared[SEE], 4, HISTORY_SEEN_MAX);
	return run(rows, SEE);
}

int history_rows_see(struct history_rows *rows, struct entry *entry, const char *network)
{
	int r = see(rows, entry, "s", entry->service, &entry->new_service);

	return r < 0 ? r : see(rows, entry, "n", network, &entry->new_network);
}

int history_rows_forget(struct history_rows *rows, const char *id)
{
	row_bind_text(rows->prepared[FORGET], 1, id);
	return run(rows, FORGET);
}

/* The first entry from *seq on: its seq and time.  Both stay as they are if there is none. */
static int first_from(struct history_rows *rows, uint64_t *seq, uint64_t *at)
{
	sqlite3_stmt *statement = rows->prepared[FIRST_FROM];
	int r;

	row_bind_number(statement, 1, *seq);
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW) {
		*seq = (uint64_t)sqlite3_column_int64(statement, 0);
		*at = (uint64_t)sqlite3_column_int64(statement, 1);
	}
	r = r == SQLITE_ROW || r == SQLITE_DONE ? 0 : failure(rows, r);
	sqlite3_reset(statement);
	return r;
}

/*
 * The least seq whose entry is not before time, by bisection: their order is that of time.  Over
 * all numbers there are, since the seal, which knows the ends, may be what was altered.
 */
static int find_time(struct history_rows *rows, uint64_t time, uint64_t *ret_seq)
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

#define SELECT "SELECT {columns} FROM history WHERE seq > ?1 AND seq < ?2"
#define BY_USER " AND user = ?3"
#define BY_USER_TOO " AND +user = ?3"       /* not by that index: a token has fewer entries */
#define BY_UID " AND (uid = ?4 OR id = '')" /* what is about no token has no uid */
#define BY_ID " AND id = ?5"
#define ORDER " ORDER BY seq"
#define REVERSE " DESC"
#define SQL_MAX sizeof(SELECT BY_USER_TOO BY_UID BY_ID ORDER REVERSE)

static int prepare(struct history_rows *rows, const struct entry_filter *filter, uint64_t after,
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
	r = row_prepare(rows->db, sql, &entry_table, 0, ret_statement);
	if (r != SQLITE_OK)
		return failure(rows, r);
	row_bind_number(*ret_statement, 1, after);
	row_bind_number(*ret_statement, 2, before);
	/* A parameter that the statement has not got is refused, which is as well. */
	row_bind_text(*ret_statement, 3, filter->user);
	row_bind_number(*ret_statement, 4, filter->uid);
	row_bind_text(*ret_statement, 5, filter->id);
	return 0;
}

static int bounds(struct history_rows *rows, const struct entry_filter *filter, uint64_t *ret_after,
	uint64_t *ret_before)
{
	uint64_t before = filter->before == 0 ? INT64_MAX : filter->before;
	uint64_t since = 1, until = INT64_MAX; /* seqs */
	int r = 0;

	if (filter->since != 0)
		r = find_time(rows, filter->since, &since);
	if (r == 0 && filter->until != 0)
		r = find_time(rows, filter->until, &until);
	*ret_after = since - 1 > filter->after ? since - 1 : filter->after;
	*ret_before = until < before ? until : before;
	return r;
}

int history_rows_list(struct history_rows *rows, const struct entry_filter *filter, entry_row_fn fn,
	void *userdata)
{
	sqlite3_stmt *statement = NULL;
	uint64_t after, before;
	int r, step = SQLITE_DONE;

	r = bounds(rows, filter, &after, &before);
	if (r == 0)
		r = prepare(rows, filter, after, before, &statement);
	if (r != 0)
		return r;
	while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
		struct entry entry;

		if (row_read(statement, &entry_table, &entry) < 0)
			log_error("left a damaged entry out of the history");
		else
			r = fn(&entry, userdata);
	}
	if (r == 0 && step != SQLITE_DONE)
		r = failure(rows, step);
	sqlite3_finalize(statement);
	return r;
}
