/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of tokens and settings. */

#include "patd/requests/handlers.h"
#include "patd/requests/paging.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/token_rows.h"

/* Tokens that a request looks at in all, however few it finds. */
#define LIST_EFFORT_MAX 4096U

enum progress serve_manager(struct work *work)
{
	struct tokens *tokens = tokens_of(work);
	const struct answer_manager body = {
		.now = tokens_now(tokens),
		.default_lifetime = tokens_policy(tokens)->default_lifetime,
		.history_break = tokens_history_break(tokens),
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
		.fleet = (list->given & GIVEN_FLEET) != 0,
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

/* A page is no longer what the tokens were at one moment. */
enum progress serve_list(struct work *work)
{
	const struct request_list *list = &work->request.list;
	struct token_query query = query_of(list);
	struct paging *paging = paging_begin(work, list->limit, &query.cursor);
	struct rows rows = rows_begin(work);
	enum pat_error error;

	if (!paging)
		return WORK_ANSWERED;
	query.limit = paging->left;
	query.effort = work->effort;
	error = tokens_list(tokens_of(work), &work->caller, &query, add_token, &rows,
		paging->cursor, &work->refusal);
	paging->effort += work->effort;
	/* Whose they are cannot be said. */
	if (error == PAT_OK && work->caller.uid == 0)
		paging->damaged += tokens_listed_damaged(tokens_of(work));
	return paging_end(work, paging, &rows, error, paging->effort >= LIST_EFFORT_MAX);
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
