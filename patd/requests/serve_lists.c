/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of tokens and settings. */
#include <string.h>

#include "common/bus.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/token_rows.h"

/* Tokens that a request looks at in all, however few it finds. */
#define LIST_EFFORT_MAX 4096U

static struct tokens *tokens_of(const struct work *work)
{
	return work->peer->requests->context.tokens;
}

enum progress serve_manager(struct work *work)
{
	struct tokens *tokens = tokens_of(work);
	const struct answer_manager body = {
		.now = tokens_now(tokens),
		.default_lifetime = tokens_policy(tokens)->default_lifetime,
	};

	return work_done(work, &body, sizeof(body), -1);
}

static void add_setting(const struct policy_line *line, void *userdata)
{
	struct setting_row row;

	setting_row_fill(line, &row);
	rows_add(userdata, &setting_row_table, &row);
}

enum progress serve_policy(struct work *work)
{
	struct rows rows = rows_begin(work);

	policy_each(work->peer->requests->policy, add_setting, &rows);
	rows_end(&rows);
	return work_done(work, NULL, 0, -1);
}

static int add_token(const struct token *token, void *userdata)
{
	struct rows *rows = userdata;
	struct token_row row;

	token_row_fill(tokens_of(rows->work), token, &row);
	rows_add(rows, token_row_table(), &row);
	return 0;
}

enum progress serve_get(struct work *work)
{
	struct rows rows = rows_begin(work);
	struct token token;
	const enum pat_error error = tokens_find(
		tokens_of(work), &work->caller, work->request.token.id, &token, &work->refusal);

	if (error == PAT_OK)
		(void)add_token(&token, &rows);
	rows_end(&rows);
	return work_end(work, error);
}

static const char *given(const struct request_list *list, enum request_given bit, const char *text)
{
	return (list->given & bit) != 0 ? text : NULL;
}

static struct token_query query_of(const struct request_list *list)
{
	return (struct token_query) {
		.user = given(list, GIVEN_USER, list->user),
		.all = (list->given & GIVEN_ALL) != 0,
		.name = given(list, GIVEN_NAME, list->name),
		.name_pattern = given(list, GIVEN_NAME_PATTERN, list->name_pattern),
		.id_prefix = given(list, GIVEN_ID_PREFIX, list->id_prefix),
		.state = given(list, GIVEN_STATE, list->state),
		.service = given(list, GIVEN_SERVICE, list->service),
		.good_for = given(list, GIVEN_GOOD_FOR, list->good_for),
		.has_unused_since = (list->given & GIVEN_UNUSED_SINCE) != 0,
		.unused_since = list->unused_since,
		.has_expiring_before = (list->given & GIVEN_EXPIRING_BEFORE) != 0,
		.expiring_before = list->expiring_before,
		.cursor = list->cursor,
	};
}

/* A list under way. */
struct listing {
	char cursor[TOKENS_CURSOR_MAX]; /* where the last slice ended */
	uint32_t found, effort;
};

struct slice {
	struct rows rows;
	uint32_t found;
};

static int add_found(const struct token *token, void *userdata)
{
	struct slice *slice = userdata;

	slice->found++;
	return add_token(token, &slice->rows);
}

static enum progress end_list(struct work *work, const char *cursor)
{
	struct answer_page page = { 0 };

	pat_field_cut(page.cursor, sizeof(page.cursor), cursor);
	return work_done(work, &page, sizeof(page), -1);
}

/* In slices, each a turn: a page is no longer what the tokens were at one moment. */
enum progress serve_list(struct work *work)
{
	const struct request_list *list = &work->request.list;
	const uint32_t limit =
		list->limit == 0 || list->limit > PAT_PAGE_MAX ? PAT_PAGE_MAX : list->limit;
	struct listing *listing = work_state(work, sizeof(*listing));
	struct slice slice = { .rows = rows_begin(work) };
	struct token_query query = query_of(list);
	enum pat_error error;

	if (!listing)
		return WORK_ANSWERED;
	if (listing->cursor[0] != '\0')
		query.cursor = listing->cursor;
	query.limit = limit - listing->found;
	query.effort = work->effort;
	error = tokens_list(tokens_of(work), &work->caller, &query, add_found, &slice,
		listing->cursor, &work->refusal);
	rows_end(&slice.rows);
	if (error != PAT_OK)
		return work_refuse(work, error);
	listing->found += slice.found;
	listing->effort += work->effort;
	if (listing->cursor[0] == '\0' || listing->found >= limit ||
		listing->effort >= LIST_EFFORT_MAX)
		return end_list(work, listing->cursor);
	return WORK_GOES_ON;
}

static int add_disabled(const struct disabled *disabled, void *userdata)
{
	struct disabled_row row;

	disabled_row_fill(disabled, &row);
	rows_add(userdata, &disabled_row_table, &row);
	return 0;
}

enum progress serve_list_disabled(struct work *work)
{
	struct rows rows = rows_begin(work);
	const enum pat_error error = tokens_list_disabled(
		tokens_of(work), &work->caller, add_disabled, &rows, &work->refusal);

	rows_end(&rows);
	return work_end(work, error);
}
