/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of the history, and checks: of it, and of a token. */
#include <string.h>

#include "patd/model/sources.h"
#include "patd/requests/handlers.h"
#include "patd/requests/paging.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/token_rows.h"

static int add_entry(const struct entry *entry, void *userdata)
{
	struct entry_row row;

	entry_row_fill(entry, &row);
	rows_add(userdata, &entry_row_table, &row);
	return 0;
}

static struct history_query query_of(const struct request_history *request)
{
	return (struct history_query) {
		.user = (request->given & GIVEN_USER) != 0 ? request->user : NULL,
		.all = (request->given & GIVEN_ALL) != 0,
		.id = (request->given & GIVEN_TOKEN) != 0 ? request->id : NULL,
		.since = request->since,
		.until = request->until,
		.after = request->after,
		.reverse = (request->given & GIVEN_REVERSE) != 0,
		.cursor = request->cursor,
	};
}

enum progress serve_history(struct work *work)
{
	const struct request_history *request = &work->request.history;
	struct history_query query = query_of(request);
	struct paging *paging = paging_begin(work, request->limit, &query.cursor);
	struct rows rows = rows_begin(work);
	enum pat_error error;

	if (!paging)
		return WORK_ANSWERED;
	query.limit = paging->left < work->effort ? paging->left : work->effort;
	error = tokens_list_history(tokens_of(work), &work->caller, &query, add_entry, &rows,
		paging->cursor, &work->refusal);
	return paging_end(work, paging, &rows, error, false);
}

static int add_source(const struct entry *entry, void *userdata)
{
	struct source_row row;

	source_row_fill(entry, &row);
	rows_add(userdata, &source_row_table, &row);
	return 0;
}

enum progress serve_sources(struct work *work)
{
	struct rows rows = rows_begin(work);
	const enum pat_error error = tokens_list_sources(tokens_of(work), &work->caller,
		work->request.token.id, add_source, &rows, &work->refusal);

	rows_end(&rows);
	return work_end(work, error);
}

enum progress serve_check(struct work *work)
{
	const struct request_check *request = &work->request.check;
	const char *service = (request->given & GIVEN_SERVICE) != 0 ? request->service : NULL;
	const char *from = (request->given & GIVEN_FROM) != 0 ? request->from : NULL;
	const uint32_t account =
		(request->given & GIVEN_ACCOUNT) != 0 ? request->account : PAT_ACCOUNT_SEEN;
	enum pat_verdict verdicts[PAT_VERDICTS];
	struct answer_check body = { 0 };
	struct pat_id id;
	enum pat_error error;
	unsigned int n = 0;

	if (!pat_id_valid(request->id))
		return work_refuse_for(work, PAT_ERR_INVALID_ARGS, "this is no token");
	pat_field_cut(id.text, sizeof(id.text), request->id);
	if (from && strcmp(from, SOURCES_LOCAL) == 0)
		from = "";
	error = tokens_check(tokens_of(work), &work->caller, &id, &request->digest, service, from,
		account, verdicts, &n, &work->refusal);
	if (error != PAT_OK)
		return work_refuse(work, error);
	body.n = n;
	for (unsigned int i = 0; i < n; i++)
		body.verdicts[i] = verdicts[i];
	return work_done(work, &body, sizeof(body), -1);
}

/* A check of the history under way. */
struct history_checking {
	struct history_check check;
	uint64_t reported; /* percent */
};

/* At most once for each percent. */
static void report_progress(struct work *work, struct history_checking *checking)
{
	const struct history_check *check = &checking->check;
	const uint64_t total = check->last - check->first + 1;
	const uint64_t percent = check->entries < total ? check->entries * 100 / total : 100;

	if (percent <= checking->reported)
		return;
	checking->reported = percent;
	work_progress(work, check->entries, total, -1);
}

/* In slices, each a turn. */
enum progress serve_verify_history(struct work *work)
{
	struct history_checking *checking = work_state(work, sizeof(*checking));
	struct answer_verify_history body = { 0 };
	const struct history_check *check;
	enum pat_error error;

	if (!checking)
		return WORK_ANSWERED;
	check = &checking->check;
	error = tokens_check_history(
		tokens_of(work), &work->caller, &checking->check, &work->refusal);
	if (error != PAT_OK)
		return work_refuse(work, error);
	if (!check->done) {
		report_progress(work, checking);
		return WORK_GOES_ON;
	}
	body.entries = check->entries;
	body.first = check->first;
	body.bad = check->bad;
	pat_field_cut(body.problem, sizeof(body.problem), check->problem ? check->problem : "");
	return work_done(work, &body, sizeof(body), -1);
}
