/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that tokens have opened, so that the next patd knows of them. */
#include "patd/db/row.h"
#include "patd/store/store_private.h"

enum statement {
	WRITE_SESSION,
	REMOVE_SESSION,
	REMOVE_SESSIONS_BEFORE,
	LIST_SESSIONS,
	STATEMENTS
};

static const char *const statements[STATEMENTS] = {
	[WRITE_SESSION] = "INSERT OR REPLACE INTO session ({columns}) VALUES ({parameters})",
	[REMOVE_SESSION] = "DELETE FROM session WHERE number = ?1",
	[REMOVE_SESSIONS_BEFORE] = "DELETE FROM session WHERE boot <> ?1",
	[LIST_SESSIONS] = "SELECT {columns} FROM session ORDER BY number",
};

int store_open_sessions(struct store *store)
{
	return statements_new(
		store->database, statements, STATEMENTS, &session_table, &store->sessions);
}

int store_write_session(struct store *store, const struct session *session)
{
	row_bind(statement_get(store->sessions, WRITE_SESSION), &session_table, session);
	return statement_run(store->sessions, WRITE_SESSION);
}

int store_remove_session(struct store *store, uint64_t number)
{
	row_bind_number(statement_get(store->sessions, REMOVE_SESSION), 1, number);
	return statement_run(store->sessions, REMOVE_SESSION);
}

int store_remove_sessions_before(struct store *store, const char *boot)
{
	row_bind_text(statement_get(store->sessions, REMOVE_SESSIONS_BEFORE), 1, boot);
	return statement_run(store->sessions, REMOVE_SESSIONS_BEFORE);
}

int store_list_sessions(struct store *store, session_row_fn fn, void *userdata)
{
	sqlite3_stmt *statement = statement_get(store->sessions, LIST_SESSIONS);
	struct session session;
	int r;

	while ((r = statement_step(store->sessions, LIST_SESSIONS)) > 0) {
		if (row_read(statement, &session_table, &session) < 0)
			continue;
		r = fn(&session, userdata);
		if (r != 0)
			break;
	}
	sqlite3_reset(statement);
	return r;
}
