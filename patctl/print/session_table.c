/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of a table of sessions. */
#include "patctl/print/session_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/print/text_table.h"

enum column {
	COLUMN_TOKEN,
	COLUMN_NAME,
	COLUMN_USER,
	COLUMN_SERVICE,
	COLUMN_FROM,
	COLUMN_SINCE,
	COLUMN_PID,
	COLUMN_SESSION,
	COLUMNS
};

/* What can be missed goes first. */
static const struct text_table_step steps[] = {
	{ COLUMN_NAME, 24 },
	{ COLUMN_FROM, 16 },
	{ COLUMN_USER, 8 },
	{ COLUMN_SESSION, 0 },
	{ COLUMN_USER, 0 },
	{ COLUMN_NAME, 8 },
	{ COLUMN_FROM, 0 },
	{ COLUMN_SINCE, 0 },
	{ COLUMN_SERVICE, 0 },
	{ COLUMN_NAME, 1 },
};

/* So that each line has the same number of words, an empty one is a dash. */
static void add(struct text_table *table, const struct output_context *context, const char *text)
{
	cleanup_text char *safe = text_safe(*text != '\0' ? text : "-");

	text_table_add(table,
		context->terminal ? text_of_known_width(safe) : text_format("%s", safe), NULL);
}

static char *since_text(const struct output_context *context, uint64_t at)
{
	return context->terminal ? timestamp_short_age(at, context->now) : timestamp_utc(at);
}

static void add_line(struct text_table *table, const struct output_context *context,
	const struct session_row *session)
{
	add(table, context, session->token.text);
	add(table, context, session->name);
	add(table, context, session->user);
	add(table, context, session->service);
	add(table, context, session->from);
	text_table_add(table, since_text(context, session->opened_at), NULL);
	text_table_add(table, text_format("%" PRIu32, session->pid), NULL);
	add(table, context, session->logind);
}

void session_table_print(
	const struct records *sessions, const struct output_context *context, bool legend)
{
	static const char *const headings[COLUMNS] = { N_("TOKEN"), N_("NAME"), N_("USER"),
		N_("SERVICE"), N_("FROM"), N_("SINCE"), N_("PID"), N_("SESSION") };
	const struct session_row *rows = sessions->items;
	const char *translated[COLUMNS];
	struct text_table *table;

	for (size_t i = 0; i < COLUMNS; i++)
		translated[i] = _(headings[i]);
	table = text_table_new(translated, COLUMNS, legend);
	for (size_t i = 0; i < sessions->n; i++)
		add_line(table, context, &rows[i]);
	if (context->terminal)
		text_table_fit(table, context->width, steps, sizeof(steps) / sizeof(steps[0]));
	text_table_print(table, stdout);
	text_table_free(table);
}

static char *place_text(const struct session_row *session)
{
	cleanup_text char *service = text_safe(session->service), *from = text_safe(session->from);

	switch (source_kind(session->from)) {
	case SOURCE_LOCAL:
		return text_format(_("%s, locally"), service);
	case SOURCE_UNKNOWN:
		return text_format(_("%s from an unknown source"), service);
	case SOURCE_ADDRESS:
	case SOURCE_NAME:
		break;
	}
	return text_format(_("%s from %s"), service, from);
}

char *session_text(const struct session_row *session)
{
	cleanup_text char *place = place_text(session), *logind = text_safe(session->logind);

	if (*logind != '\0')
		return text_format(
			_("%s, pid %" PRIu32 ", session %s"), place, session->pid, logind);
	return text_format(_("%s, pid %" PRIu32), place, session->pid);
}
