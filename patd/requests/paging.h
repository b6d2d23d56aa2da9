/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page of a list under way: it is made in slices, each a turn. */
#pragma once

#include "patd/requests/work.h"

struct paging {
	char cursor[TOKENS_CURSOR_MAX]; /* where the last slice ended */
	uint32_t found;
	uint32_t left;   /* rows that there is room for */
	uint32_t effort; /* rows looked at in all, as far as who lists counts them */
	uint64_t damaged;
};

/*
 * Before a slice.  *cursor, the request's, becomes where the slice begins.  NULL: without memory,
 * and it has been refused.
 */
struct paging *paging_begin(struct work *work, uint32_t limit, const char **cursor);

/* After it, which came to error, and set paging->cursor; enough: the page ends here, full or not.
 */
enum progress paging_end(struct work *work, struct paging *paging, struct rows *rows,
	enum pat_error error, bool enough);
