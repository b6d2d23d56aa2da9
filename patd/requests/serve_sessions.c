/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that tokens have opened. */
#include "patd/requests/handlers.h"
#include "patd/requests/paging.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/token_rows.h"

static void add_session(const struct session *session, void *userdata)
{
	struct session_row row;

	session_row_fill(session, &row);
	rows_add(userdata, &session_row_table, &row);
}

enum progress serve_list_sessions(struct work *work)
{
	const struct request_sessions *sessions = &work->request.sessions;
	struct session_query query = {
		.user = (sessions->given & GIVEN_USER) != 0 ? sessions->user : NULL,
		.all = (sessions->given & GIVEN_ALL) != 0,
		.id = (sessions->given & GIVEN_TOKEN) != 0 ? sessions->id : NULL,
		.cursor = sessions->cursor,
	};
	struct paging *paging = paging_begin(work, sessions->limit, &query.cursor);
	struct rows rows = rows_begin(work);
	enum pat_error error;

	if (!paging)
		return WORK_ANSWERED;
	query.limit = paging->left;
	error = tokens_list_sessions(tokens_of(work), &work->caller, &query, add_session, &rows,
		paging->cursor, &work->refusal);
	return paging_end(work, paging, &rows, error, true);
}
