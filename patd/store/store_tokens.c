/* Tokens in the database, and the verifiers of their former secrets. */
#include <errno.h>
#include <sodium.h>

#include "patd/db/row.h"
#include "patd/store/store_private.h"
#include "patd/util/log.h"

/* Of a statement that gives one row with one number. */
static int ask_number(struct store *store, enum statement which, uint64_t *ret_number)
{
	sqlite3_stmt *statement = store->prepared[which];
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		r = row_number(statement, 0, INT64_MAX, ret_number) ? 0 : -EBADMSG;
	else
		r = r == SQLITE_DONE ? -EBADMSG : store_failure(store, r);
	sqlite3_reset(statement);
	return r;
}

int store_has_tokens(struct store *store, bool *ret_has)
{
	uint64_t has = 0;
	int r = ask_number(store, HAS_TOKENS, &has);

	if (r == 0)
		*ret_has = has != 0;
	return r;
}

int store_count(
	struct store *store, const char *user, uint32_t uid, uint64_t max, uint64_t *ret_count)
{
	row_bind_text(store->prepared[COUNT], 1, user);
	row_bind_number(store->prepared[COUNT], 2, uid);
	row_bind_number(store->prepared[COUNT], 3, max);
	return ask_number(store, COUNT, ret_count);
}

static int insert(struct store *store, const void *subject)
{
	row_bind(store->prepared[INSERT], &token_table, subject);
	return store_run(store, INSERT);
}

int store_insert(struct store *store, const struct token *token, const struct note *note)
{
	return store_change(store,
		&(const struct change) {
			.fn = insert, .subject = token, .note = note, .time = token->created_at });
}

int store_get(struct store *store, const char *id, struct token *ret_token)
{
	sqlite3_stmt *statement = store->prepared[GET];
	int r;

	row_bind_text(statement, 1, id);
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW) {
		r = row_read(statement, &token_table, ret_token);
		if (r < 0)
			log_error("the row of token %s is damaged", id);
	} else {
		r = r == SQLITE_DONE ? -ENOENT : store_failure(store, r);
	}
	sqlite3_reset(statement);
	return r;
}

static int update(struct store *store, const void *subject)
{
	row_bind(store->prepared[UPDATE], &token_table, subject);
	return store_run_one(store, UPDATE);
}

int store_update(struct store *store, const struct token *token, const struct note *note)
{
	return store_change(store, &(const struct change) { .fn = update,
					   .subject = token,
					   .note = note,
					   .time = note->entry.at,
					   .spare = true });
}

struct rotation {
	const struct token *token;
	const uint8_t *ended;
};

static int rotate(struct store *store, const void *subject)
{
	const struct rotation *rotation = subject;
	const struct token *token = rotation->token;
	uint64_t number = token->rotations;
	int r;

	row_bind_text(store->prepared[ADD_FORMER], 1, token->id.text);
	row_bind_number(store->prepared[ADD_FORMER], 2, number);
	row_bind_blob(store->prepared[ADD_FORMER], 3, rotation->ended, TOKEN_VERIFIER_LEN);
	r = store_run(store, ADD_FORMER);
	if (r == 0 && number > STORE_FORMER_MAX) {
		row_bind_text(store->prepared[DROP_FORMER], 1, token->id.text);
		row_bind_number(store->prepared[DROP_FORMER], 2, number - STORE_FORMER_MAX);
		r = store_run(store, DROP_FORMER);
	}
	return r < 0 ? r : update(store, token);
}

int store_rotate(struct store *store, const struct token *token,
	const uint8_t ended[static TOKEN_VERIFIER_LEN], const struct note *note)
{
	const struct rotation rotation = { token, ended };

	return store_change(store,
		&(const struct change) {
			.fn = rotate, .subject = &rotation, .note = note, .time = note->entry.at });
}

static void bind_use(sqlite3_stmt *statement, const struct token *token)
{
	row_bind_text(statement, 1, token->id.text);
	row_bind_number(statement, 2, token->former_until);
	row_bind_number(statement, 3, token->uses);
	row_bind_number(statement, 4, token->last_used_at);
	row_bind_text(statement, 5, token->last_used_service);
	row_bind_text(statement, 6, token->last_used_from);
	row_bind_blob(statement, 7, token->mac, sizeof(token->mac));
}

static int use(struct store *store, const void *subject)
{
	bind_use(store->prepared[USE], subject);
	return store_run_one(store, USE);
}

int store_use(struct store *store, const struct token *token, const struct note *note)
{
	return store_change(store,
		&(const struct change) {
			.fn = use, .subject = token, .note = note, .time = token->last_used_at });
}

int store_touch(struct store *store, const struct token *token)
{
	int r = store_begin_usage(store);

	if (r < 0)
		return r;
	store->usage_written = true;
	bind_use(store->prepared[USE], token);
	return store_run(store, USE); /* a token that has gone since is none to record */
}

static int delete (struct store *store, const void *subject)
{
	int r;

	row_bind_text(store->prepared[FORGET_FORMER], 1, subject);
	r = store_run(store, FORGET_FORMER);
	if (r == 0)
		r = history_rows_forget(store->history, subject);
	if (r < 0)
		return r;
	row_bind_text(store->prepared[DELETE], 1, subject);
	return store_run_one(store, DELETE);
}

int store_delete(struct store *store, const char *id, const struct note *note)
{
	return store_change(store, &(const struct change) { .fn = delete,
					   .subject = id,
					   .note = note,
					   .time = note->entry.at,
					   .spare = true });
}

int store_was_secret(struct store *store, const char *id,
	const uint8_t verifier[static TOKEN_VERIFIER_LEN], bool *ret_was)
{
	sqlite3_stmt *statement = store->prepared[GET_FORMER];
	uint8_t former[TOKEN_VERIFIER_LEN];
	bool was = false;
	int r;

	row_bind_text(statement, 1, id);
	while ((r = sqlite3_step(statement)) == SQLITE_ROW)
		if (row_blob(statement, 0, former, sizeof(former)) &&
			sodium_memcmp(former, verifier, sizeof(former)) == 0)
			was = true;
	r = r == SQLITE_DONE ? 0 : store_failure(store, r);
	sqlite3_reset(statement);
	if (r == 0)
		*ret_was = was;
	return r;
}

int store_list(
	struct store *store, const struct list_filter *filter, list_row_fn fn, void *userdata)
{
	return list_rows(store->db, filter, fn, userdata);
}

int store_list_deadlines(struct store *store, enum deadline deadline,
	const struct deadline_place *after, list_row_fn fn, void *userdata)
{
	return token_list_deadlines(store->db, deadline, after, fn, userdata);
}
