/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The history, as far as the caller may see it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/tokens/uses.h"

/* An entry_row_fn's words to stop */
#define PAGE_FULL 1
#define PAGE_OTHERS 2

struct page {
	const struct caller *owner; /* of the one token that is asked about; NULL: not checked */
	entry_row_fn fn;
	void *userdata;
	uint32_t limit, rows;
	uint64_t last; /* seq */
};

/* Looks one entry further than the page, to know whether there is another. */
static int page_row(const struct entry *entry, void *userdata)
{
	struct page *page = userdata;

	/* A token has one owner: the first entry tells, however many there are. */
	if (page->owner && !authority_owns(page->owner, entry->uid, entry->user))
		return PAGE_OTHERS;
	if (page->rows == page->limit)
		return PAGE_FULL;
	page->rows++;
	page->last = entry->seq;
	return page->fn(entry, page->userdata);
}

/* False if the text is no cursor. */
static bool start_after(const char *cursor, struct entry_filter *filter)
{
	uint64_t place;
	char *end;

	errno = 0;
	place = strtoull(cursor, &end, 10);
	if (errno != 0 || cursor[0] < '1' || cursor[0] > '9' || *end != '\0' || place > INT64_MAX)
		return false;
	if (filter->reverse)
		filter->before = place;
	else if (place > filter->after)
		filter->after = place;
	return true;
}

static const char *query_problem(const struct history_query *query)
{
	if (query->id && !pat_id_valid(query->id))
		return "token is an id, 10 characters of 0-9, A-Z, a-z";
	if (query->since > INT64_MAX || query->until > INT64_MAX || query->after > INT64_MAX)
		return "since, until or after is beyond all times";
	return NULL;
}

enum pat_error tokens_list_history(struct tokens *tokens, const struct caller *caller,
	const struct history_query *query, entry_row_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], struct refusal *ret_refusal)
{
	struct page page = {
		.fn = fn, .userdata = userdata, .limit = tokens_page_limit(query->limit)
	};
	struct entry_filter filter = {
		.user = query->user,
		.uid = caller->uid,
		.id = query->id,
		.since = query->since,
		.until = query->until,
		.after = query->after,
		.reverse = query->reverse,
	};
	bool own;
	enum pat_error error = tokens_allow_list(
		caller, query->user, query->all, query_problem(query), &own, ret_refusal);
	int r;

	if (error != PAT_OK)
		return error;
	if (query->cursor[0] != '\0' && !start_after(query->cursor, &filter))
		return tokens_refuse(
			PAT_ERR_INVALID_ARGS, "cursor is none that ListHistory gave", ret_refusal);
	if (own && query->id) {
		filter.user = NULL;
		page.owner = caller;
	} else if (own) {
		filter.user = caller->user;
		filter.by_uid = true;
	}
	r = history_list(tokens->history, &filter, page_row, &page);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	ret_cursor[0] = '\0';
	if (r == PAGE_FULL)
		(void)snprintf(ret_cursor, TOKENS_CURSOR_MAX, "%" PRIu64, page.last);
	return PAT_OK;
}

#define SOURCES_MAX 5U
#define SOURCES_EFFORT 1000U /* entries looked at */

struct sources_page {
	struct entry *found;
	unsigned int n, looked_at;
};

static int gather_source(const struct entry *entry, void *userdata)
{
	struct sources_page *page = userdata;

	if (page->n == SOURCES_MAX || page->looked_at++ == SOURCES_EFFORT)
		return 1;
	if (entry->event != ENTRY_USED)
		return 0;
	for (unsigned int i = 0; i < page->n; i++)
		if (strcmp(page->found[i].rhost, entry->rhost) == 0)
			return 0;
	page->found[page->n++] = *entry;
	return 0;
}

enum pat_error tokens_list_sources(struct tokens *tokens, const struct caller *caller,
	const char *id, entry_row_fn fn, void *userdata, struct refusal *ret_refusal)
{
	const struct entry_filter filter = { .id = id, .reverse = true };
	cleanup_free struct entry *found = NULL;
	struct sources_page page = { 0 };
	struct token token;
	enum pat_error error;
	int r = uses_get(tokens, id, &token);

	error = tokens_allow(caller, OP_LIST,
		r == 0 && authority_owns(caller, token.uid, token.user), ret_refusal);
	if (error != PAT_OK)
		return error;
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	found = page.found = calloc(SOURCES_MAX, sizeof(*found));
	if (!found)
		return tokens_refuse(PAT_ERR_NO_MEMORY, NULL, ret_refusal);
	r = history_list(tokens->history, &filter, gather_source, &page);
	for (unsigned int i = 0; r >= 0 && i < page.n; i++)
		r = fn(&found[i], userdata);
	return tokens_refuse_errno(r, ret_refusal);
}

uint64_t tokens_history_break(struct tokens *tokens)
{
	uint64_t seq = 0;

	return meta_get_number(tokens->database, META_BREAK, &seq) < 0 ? 1 : seq;
}

enum pat_error tokens_check_history(struct tokens *tokens, const struct caller *caller,
	struct history_check *check, struct refusal *ret_refusal)
{
	enum pat_error error = tokens_allow(caller, OP_AUDIT, false, ret_refusal);

	if (error != PAT_OK)
		return error;
	return tokens_refuse_errno(history_check_some(tokens->history, check), ret_refusal);
}
