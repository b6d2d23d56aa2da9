/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of issuers of fleet tokens beside the tokens, and the order of their rows. */
#include <errno.h>

#include "patd/db/row.h"
#include "patd/store/store_private.h"

enum mark_statement {
	GET_MARK,
	PUT_MARK,
	REMOVE_MARK,
	LIST_MARKS,
	LIST_NUMBERED,
	LAST_NUMBER,
	COUNT_ISSUED,
	MARK_STATEMENTS
};

/* Of the index by number, whose WHERE must stand in the query. */
#define ISSUED " WHERE issuer = ?1 AND issuer <> ''"

static const char *const mark_statements[MARK_STATEMENTS] = {
	[GET_MARK] = "SELECT {columns} FROM fleet_mark WHERE issuer = ?1 AND id = ?2",
	[PUT_MARK] = "INSERT OR REPLACE INTO fleet_mark ({columns}) VALUES ({parameters})",
	[REMOVE_MARK] = "DELETE FROM fleet_mark WHERE issuer = ?1 AND id = ?2",
	[LIST_MARKS] = "SELECT {columns} FROM fleet_mark WHERE id = ?1",
	[LIST_NUMBERED] = "SELECT number, id, 0 FROM token" ISSUED " AND number > ?2"
			  " UNION ALL"
			  " SELECT number, id, 1 FROM fleet_mark WHERE issuer = ?1 AND number > ?2"
			  " ORDER BY 1 LIMIT ?3",
	[LAST_NUMBER] = ("SELECT max(ifnull((SELECT max(number) FROM token" ISSUED "), 0),"
			 " ifnull((SELECT max(number) FROM fleet_mark WHERE issuer = ?1), 0))"),
	[COUNT_ISSUED] = "SELECT count(*) FROM token" ISSUED,
};

enum ledger_statement {
	GET_LEDGER,
	PUT_LEDGER,
	LEDGER_STATEMENTS
};

static const char *const ledger_statements[LEDGER_STATEMENTS] = {
	[GET_LEDGER] = "SELECT {columns} FROM fleet_issuer WHERE name = ?1",
	[PUT_LEDGER] = "INSERT OR REPLACE INTO fleet_issuer ({columns}) VALUES ({parameters})",
};

int store_open_fleet(struct store *store)
{
	int r = statements_new(store->database, mark_statements, MARK_STATEMENTS, &fleet_mark_table,
		&store->marks);

	return r < 0 ? r
		     : statements_new(store->database, ledger_statements, LEDGER_STATEMENTS,
			       &fleet_ledger_table, &store->ledgers);
}

/* --- the order of rows --- */

static int read_numbered(sqlite3_stmt *statement, struct numbered *ret)
{
	uint64_t is_mark = 0;

	if (!row_number(statement, 0, INT64_MAX, &ret->number) ||
		!row_text(statement, 1, ret->id.text, sizeof(ret->id.text)) ||
		!row_number(statement, 2, 1, &is_mark))
		return -EBADMSG;
	ret->is_mark = is_mark != 0;
	return 0;
}

int store_list_numbered(struct store *store, const char *issuer, uint64_t after, uint32_t max,
	numbered_fn fn, void *userdata)
{
	sqlite3_stmt *statement = statement_get(store->marks, LIST_NUMBERED);
	struct numbered row;
	int r;

	row_bind_text(statement, 1, issuer);
	row_bind_number(statement, 2, after);
	row_bind_number(statement, 3, max);
	while ((r = statement_step(store->marks, LIST_NUMBERED)) > 0) {
		r = read_numbered(statement, &row);
		if (r == 0)
			r = fn(&row, userdata);
		if (r != 0)
			break;
	}
	sqlite3_reset(statement);
	return r;
}

/* A statement whose answer is one number. */
static int ask_number(struct store *store, enum mark_statement which, uint64_t *ret_number)
{
	sqlite3_stmt *statement = statement_get(store->marks, which);
	int r = statement_step(store->marks, which);

	if (r >= 0)
		r = r > 0 && row_number(statement, 0, INT64_MAX, ret_number) ? 0 : -EBADMSG;
	sqlite3_reset(statement);
	return r;
}

int store_last_number(struct store *store, const char *issuer, uint64_t *ret_number)
{
	row_bind_text(statement_get(store->marks, LAST_NUMBER), 1, issuer);
	return ask_number(store, LAST_NUMBER, ret_number);
}

int store_count_issued(struct store *store, const char *issuer, uint64_t *ret_count)
{
	row_bind_text(statement_get(store->marks, COUNT_ISSUED), 1, issuer);
	return ask_number(store, COUNT_ISSUED, ret_count);
}

/* --- marks --- */

int store_get_mark(
	struct store *store, const char *issuer, const char *id, struct fleet_mark *ret_mark)
{
	sqlite3_stmt *statement = statement_get(store->marks, GET_MARK);
	int r;

	row_bind_text(statement, 1, issuer);
	row_bind_text(statement, 2, id);
	r = statement_step(store->marks, GET_MARK);
	if (r >= 0)
		r = r > 0 ? row_read(statement, &fleet_mark_table, ret_mark) : -ENOENT;
	sqlite3_reset(statement);
	return r;
}

int store_put_mark(struct store *store, const struct fleet_mark *mark)
{
	row_bind(statement_get(store->marks, PUT_MARK), &fleet_mark_table, mark);
	return statement_run(store->marks, PUT_MARK);
}

int store_remove_mark(struct store *store, const char *issuer, const char *id)
{
	sqlite3_stmt *statement = statement_get(store->marks, REMOVE_MARK);

	row_bind_text(statement, 1, issuer);
	row_bind_text(statement, 2, id);
	return statement_run(store->marks, REMOVE_MARK);
}

int store_list_marks(struct store *store, const char *id, mark_fn fn, void *userdata)
{
	sqlite3_stmt *statement = statement_get(store->marks, LIST_MARKS);
	struct fleet_mark mark;
	int r;

	row_bind_text(statement, 1, id);
	while ((r = statement_step(store->marks, LIST_MARKS)) > 0) {
		if (row_read(statement, &fleet_mark_table, &mark) < 0)
			continue;
		r = fn(&mark, userdata);
		if (r != 0)
			break;
	}
	sqlite3_reset(statement);
	return r;
}

/* --- ledgers --- */

int store_get_ledger(struct store *store, const char *issuer, struct fleet_ledger *ret_ledger)
{
	sqlite3_stmt *statement = statement_get(store->ledgers, GET_LEDGER);
	int r;

	row_bind_text(statement, 1, issuer);
	r = statement_step(store->ledgers, GET_LEDGER);
	if (r >= 0)
		r = r > 0 ? row_read(statement, &fleet_ledger_table, ret_ledger) : -ENOENT;
	sqlite3_reset(statement);
	return r;
}

int store_put_ledger(struct store *store, const struct fleet_ledger *ledger)
{
	row_bind(statement_get(store->ledgers, PUT_LEDGER), &fleet_ledger_table, ledger);
	return statement_run(store->ledgers, PUT_LEDGER);
}
