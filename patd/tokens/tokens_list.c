/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists, page by page. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/lifetime.h"
#include "patd/model/fleet_name.h"
#include "patd/model/services.h"
#include "patd/rules/validity.h"
#include "patd/tokens/uses.h"
#include "patd/util/item.h"

/*
 * What one page may cost, in rows looked at, so that the loop is not held for longer than a few
 * milliseconds however few rows match.
 */
#define EFFORT_MAX 1024U
#define EFFORT_UNTIL 32U     /* of a row whose state is in files, such as one of logind's */
#define EFFORT_PATTERN 1024U /* bytes of patterns times those of a name that cost a row more */

#define PAGE_FULL 1 /* a list_row_fn's word to stop */

struct page {
	struct tokens *tokens;
	const struct token_query *query;
	const char *id_prefix; /* where it is not the database that filters by it */
	list_row_fn fn;
	void *userdata;
	uint32_t limit, rows, effort, effort_max;
	uint64_t damaged;  /* rows, before the last that was looked at; as store_damaged() counts */
	struct token last; /* looked at */
};

static bool id_begins(const struct pat_id *id, const char *prefix)
{
	return strncmp(id->text, prefix, strlen(prefix)) == 0;
}

static bool expires_before(uint64_t end, uint64_t time)
{
	return end != PAT_NEVER && end < time;
}

static bool good_for(const struct token *token, const char *service)
{
	return token->limits.services[0] == '\0' || services_match(token->limits.services, service);
}

static bool matches(const struct page *page, const struct token *token)
{
	const struct token_query *query = page->query;

	return (!page->id_prefix || id_begins(&token->id, page->id_prefix)) &&
	       (!query->fleet || token->issuer[0] != '\0') &&
	       (!query->has_unused_since || (token->last_used_at < query->unused_since &&
						    token->created_at < query->unused_since)) &&
	       (!query->has_expiring_before ||
		       expires_before(validity_end(token, page->tokens->policy),
			       query->expiring_before)) &&
	       (!query->service || strcmp(token->last_used_service, query->service) == 0) &&
	       (!query->good_for || good_for(token, query->good_for)) &&
	       (!query->name_pattern || pattern_matches(query->name_pattern, token->name)) &&
	       (!query->state || strcmp(token_state_text(tokens_state(page->tokens, token)),
					 query->state) == 0);
}

static uint32_t effort_of(const struct token_query *query, const struct token *token)
{
	size_t bytes = 0;

	if (query->name_pattern)
		bytes += strlen(query->name_pattern) * strlen(token->name);
	if (query->good_for)
		bytes += strlen(token->limits.services) * strnlen(query->good_for, PAT_SERVICE_MAX);
	return 1 + (uint32_t)(bytes / EFFORT_PATTERN) +
	       (token->limits.until[0] != '\0' ? EFFORT_UNTIL : 0);
}

/* Looks one row further than the page, to know whether there is another. */
static int page_row(const struct token *token, void *userdata)
{
	struct page *page = userdata;

	if (page->rows == page->limit || page->effort >= page->effort_max)
		return PAGE_FULL;
	page->effort += effort_of(page->query, token);
	page->last = *token;
	page->damaged = store_damaged(page->tokens->store);
	if (!matches(page, token))
		return 0;
	page->rows++;
	return page->fn(token, page->userdata);
}

void cursor_format(const struct token *last, bool by_id, char ret_text[static TOKENS_CURSOR_MAX])
{
	if (by_id)
		(void)snprintf(ret_text, TOKENS_CURSOR_MAX, "%s", last->id.text);
	else
		(void)snprintf(ret_text, TOKENS_CURSOR_MAX, "%s:%u%s%s:%s", last->user, last->uid,
			last->issuer[0] != '\0' ? "@" : "", last->issuer, last->name);
}

/* "@issuer" or nothing, before the colon at which *text ends up. */
static bool parse_issuer(const char **text, char ret_issuer[static FLEET_NAME_LEN_MAX + 1])
{
	const char *colon = strchr(*text, ':');
	struct item item;

	ret_issuer[0] = '\0';
	if (**text == ':')
		return true;
	if (**text != '@' || !colon)
		return false;
	item = (struct item) { *text + 1, (size_t)(colon - *text - 1) };
	*text = colon;
	return item_copy(item, ret_issuer, FLEET_NAME_LEN_MAX + 1) && fleet_name_valid(ret_issuer);
}

bool cursor_parse(const char *text, struct cursor *ret_cursor)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	unsigned long uid;
	const char *at;
	char *end;

	ret_cursor->by_id = pat_id_valid(text);
	if (ret_cursor->by_id) {
		memcpy(ret_cursor->id.text, text, sizeof(ret_cursor->id.text));
		return true;
	}
	if (len == 0 || len >= sizeof(ret_cursor->user) || colon[1] < '0' || colon[1] > '9')
		return false;
	errno = 0;
	uid = strtoul(colon + 1, &end, 10);
	at = end;
	if (errno != 0 || uid > UINT32_MAX || !parse_issuer(&at, ret_cursor->issuer))
		return false;
	memcpy(ret_cursor->user, text, len);
	ret_cursor->user[len] = '\0';
	ret_cursor->uid = (uint32_t)uid;
	ret_cursor->name = at + 1;
	return true;
}

static bool state_known(const char *text)
{
	for (unsigned int s = 0; s < TOKEN_STATES; s++)
		if (strcmp(token_state_text((enum token_state)s), text) == 0)
			return true;
	return false;
}

static const char *query_problem(const struct token_query *query)
{
	if (query->id_prefix && !pat_id_prefix_valid(query->id_prefix))
		return "id_prefix is 1 to 10 characters of 0-9, A-Z, a-z";
	if (query->name_pattern && strlen(query->name_pattern) > PATTERN_MAX)
		return "name_pattern is longer than 255 bytes";
	if (query->state && !state_known(query->state))
		return "state is active, revoked, expired, ended, exhausted, disabled, pending, "
		       "stale, unknown-issuer or altered";
	return NULL;
}

/*
 * Which rows the database shall find, and in which order.  A user's own are never looked for by
 * id: the cursor may have the id of a row that does not match.
 */
static struct list_filter choose_filter(
	const struct caller *caller, const struct token_query *query, bool own)
{
	return (struct list_filter) {
		.user = own ? caller->user : query->user,
		.by_uid = own,
		.uid = caller->uid,
		.name = query->name,
		.id_prefix = query->all && !query->name ? query->id_prefix : NULL,
	};
}

bool cursor_start_after(const struct cursor *cursor, struct list_filter *filter)
{
	if (cursor->by_id != (filter->id_prefix != NULL))
		return false;
	if (cursor->by_id) {
		filter->after_id = cursor->id.text;
		return id_begins(&cursor->id, filter->id_prefix);
	}
	filter->after_user = cursor->user;
	filter->after_uid = cursor->uid;
	filter->after_name = cursor->name;
	filter->after_issuer = cursor->issuer;
	return (!filter->user || strcmp(filter->user, cursor->user) == 0) &&
	       (!filter->by_uid || token_uid_fits(cursor->uid, filter->uid));
}

enum pat_error tokens_list(struct tokens *tokens, const struct caller *caller,
	const struct token_query *query, list_row_fn fn, void *userdata,
	char ret_cursor[static TOKENS_CURSOR_MAX], struct refusal *ret_refusal)
{
	struct page page = {
		.tokens = tokens,
		.query = query,
		.fn = fn,
		.userdata = userdata,
		.limit = tokens_page_limit(query->limit),
		.effort_max = query->effort,
	};
	struct list_filter filter;
	struct cursor cursor;
	uint64_t before;
	bool own;
	enum pat_error error = tokens_allow_list(
		caller, query->user, query->all, query_problem(query), &own, ret_refusal);
	int r;

	if (error != PAT_OK)
		return error;
	filter = choose_filter(caller, query, own);
	if (query->cursor[0] != '\0' &&
		(!cursor_parse(query->cursor, &cursor) || !cursor_start_after(&cursor, &filter)))
		return tokens_refuse(PAT_ERR_INVALID_ARGS,
			"cursor is none that ListTokens gave for this filter", ret_refusal);
	if (page.effort_max == 0 || page.effort_max > EFFORT_MAX)
		page.effort_max = EFFORT_MAX;
	page.id_prefix = filter.id_prefix ? NULL : query->id_prefix;

	page.damaged = before = store_damaged(tokens->store);
	r = uses_list(tokens, &filter, page_row, &page);
	if (r < 0)
		return tokens_refuse_errno(r, ret_refusal);
	/* What follows the last row is skipped again, and counts, on the next page. */
	tokens->listed_damaged =
		(r == PAGE_FULL ? page.damaged : store_damaged(tokens->store)) - before;
	ret_cursor[0] = '\0';
	if (r == PAGE_FULL)
		cursor_format(&page.last, filter.id_prefix != NULL, ret_cursor);
	return PAT_OK;
}

uint64_t tokens_listed_damaged(const struct tokens *tokens)
{
	return tokens->listed_damaged;
}
