/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uses that wait for a person's word, and the word about one. */
#include "patd/requests/handlers.h"
#include "patd/requests/paging.h"
#include "patd/requests/requests_private.h"
#include "protocol/rows.h"

static void add_approval(const struct approval *approval, bool waits, void *userdata)
{
	(void)waits;
	rows_add(userdata, &approval_table, approval);
}

enum progress serve_list_approvals(struct work *work)
{
	const bool all = (work->request.approvals.given & GIVEN_ALL) != 0;
	struct rows rows = rows_begin(work);
	const enum pat_error error = tokens_list_approvals(tokens_of(work), &work->caller, all,
		work->request.approvals.id, add_approval, &rows, &work->refusal);

	rows_end(&rows);
	return work_end(work, error);
}

enum progress serve_answer_approval(struct work *work)
{
	const bool approve = work->request.head.kind == REQUEST_APPROVE;

	return work_end(work, tokens_answer_approval(tokens_of(work), &work->caller,
				      work->request.approval.id, approve, &work->refusal));
}
