/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ListTokens: one page of tokens. */
#include "patd/bus/arguments.h"
#include "patd/bus/interface.h"
#include "patd/bus/polkit.h"
#include "patd/bus/token_view.h"

static int append_row(const struct token *token, void *userdata)
{
	struct reply_rows *rows = userdata;
	struct token_view view;

	token_view_fill(call_tokens(rows->call), token, &view);
	return reply_rows_append(rows, token_view_properties(), &view);
}

static void serve_list(struct call *call)
{
	struct token_query query = { 0 };
	struct reply_rows rows;
	char cursor[TOKENS_CURSOR_MAX];
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &query.user, NULL },
		{ "all", DBUS_TYPE_BOOLEAN, &query.all, NULL },
		{ "name", DBUS_TYPE_STRING, &query.name, NULL },
		{ "name_pattern", DBUS_TYPE_STRING, &query.name_pattern, NULL },
		{ "id_prefix", DBUS_TYPE_STRING, &query.id_prefix, NULL },
		{ "state", DBUS_TYPE_STRING, &query.state, NULL },
		{ "unused_since", DBUS_TYPE_UINT64, &query.unused_since, &query.has_unused_since },
		{ "expiring_before", DBUS_TYPE_UINT64, &query.expiring_before,
			&query.has_expiring_before },
		{ "service", DBUS_TYPE_STRING, &query.service, NULL },
		{ "good_for", DBUS_TYPE_STRING, &query.good_for, NULL },
		{ 0 },
	};
	enum pat_error error;

	if (!bus_options_of_list(call, options, &query.limit, &query.cursor))
		return;
	reply_rows_begin(&rows, call, "a{sv}");
	error = tokens_list(call_tokens(call), &call->caller, &query, append_row, &rows, cursor,
		&call->refusal);
	reply_rows_end(&rows, error, cursor, query.user);
}

const struct bus_method bus_list_methods[] = {
	{ "ListTokens", serve_list,
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "tokens", "aa{sv}" }, { "next_cursor", "s" } } },
	{ 0 },
};
