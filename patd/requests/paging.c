/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From slice to slice of a page. */
#include "patd/requests/paging.h"

#include "patd/requests/requests_private.h"

struct paging *paging_begin(struct work *work, uint32_t limit, const char **cursor)
{
	struct paging *paging = work_state(work, sizeof(*paging));

	if (!paging)
		return NULL;
	paging->left = tokens_page_limit(limit) - paging->found;
	if (paging->cursor[0] != '\0')
		*cursor = paging->cursor;
	return paging;
}

enum progress paging_end(struct work *work, struct paging *paging, struct rows *rows,
	enum pat_error error, bool enough)
{
	struct answer_page page = { .damaged = paging->damaged };

	rows_end(rows);
	if (error != PAT_OK)
		return work_refuse(work, error);
	paging->found += rows->added;
	if (paging->cursor[0] != '\0' && rows->added < paging->left && !enough)
		return WORK_GOES_ON;
	pat_field_cut(page.cursor, sizeof(page.cursor), paging->cursor);
	return work_done(work, &page, sizeof(page), -1);
}
