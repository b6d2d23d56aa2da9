/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the history says of a change. */
#include "patd/tokens/change_detail.h"

#include <string.h>
#include <time.h>

#include "common/lifetime.h"
#include "patd/util/item.h"

/* For the texts of all restrictions: what else is said takes less than the rest of a name. */
#define TEXTS_MAX ((size_t)180)
#define TEXT_MAX (TEXTS_MAX + sizeof("services …"))

void change_detail_expiry(const struct token *token, char ret_text[static CHANGE_DETAIL_SIZE])
{
	const time_t at = (time_t)token->expires_at;
	struct tm utc;

	if (token->expires_at == PAT_NEVER)
		pat_field_cut(ret_text, CHANGE_DETAIL_SIZE, "expires never");
	else if (!gmtime_r(&at, &utc) ||
		 strftime(ret_text, CHANGE_DETAIL_SIZE, "expires %Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		pat_field_cut(ret_text, CHANGE_DETAIL_SIZE, "expires");
}

static void add(char *text, const char *what)
{
	/* Always fits, see TEXTS_MAX. */
	(void)item_append(text, CHANGE_DETAIL_SIZE, ", ", what);
}

static const char *text_of(const struct token *token, enum pat_restriction restriction)
{
	return (const char *)&token->limits + limit_places[restriction].offset;
}

static bool differs(
	const struct token *before, const struct token *after, enum pat_restriction restriction)
{
	return !RESTRICTION_IS_NUMBER(restrictions[restriction].kind) &&
	       strcmp(text_of(before, restriction), text_of(after, restriction)) != 0;
}

/* "services ssh*", of which the text is at most max bytes; "services any" */
static void add_text(char *text, const struct token *token, enum pat_restriction r, size_t max)
{
	const char *value = text_of(token, r);
	char what[TEXT_MAX];
	char *end = stpcpy(stpcpy(what, restrictions[r].name), " ");

	if (*value == '\0') {
		(void)stpcpy(end, "any");
	} else if (strlen(value) <= max) {
		(void)stpcpy(end, value);
	} else {
		/* They are ASCII. */
		end = mempcpy(end, value, max);
		(void)stpcpy(end, "…");
	}
	add(text, what);
}

void change_detail(const struct token *before, const struct token *after,
	char ret_text[static CHANGE_DETAIL_SIZE])
{
	size_t n = 0;

	memset(ret_text, 0, CHANGE_DETAIL_SIZE);
	if (after->expires_at != before->expires_at)
		change_detail_expiry(after, ret_text);
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		n += differs(before, after, r);
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		if (differs(before, after, r))
			add_text(ret_text, after, r, TEXTS_MAX / n);
	if (strcmp(after->note, before->note) != 0)
		add(ret_text, "note");
}
