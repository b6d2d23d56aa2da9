/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ListTokens: one page of tokens. */
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/polkit.h"
#include "patd/bus/token_view.h"

/* False: the call has ended. */
static bool read_query(struct call *call, struct token_query *ret_query)
{
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &ret_query->user, NULL },
		{ "all", DBUS_TYPE_BOOLEAN, &ret_query->all, NULL },
		{ "name", DBUS_TYPE_STRING, &ret_query->name, NULL },
		{ "name_pattern", DBUS_TYPE_STRING, &ret_query->name_pattern, NULL },
		{ "id_prefix", DBUS_TYPE_STRING, &ret_query->id_prefix, NULL },
		{ "state", DBUS_TYPE_STRING, &ret_query->state, NULL },
		{ "unused_since", DBUS_TYPE_UINT64, &ret_query->unused_since,
			&ret_query->has_unused_since },
		{ "expiring_before", DBUS_TYPE_UINT64, &ret_query->expiring_before,
			&ret_query->has_expiring_before },
		{ "service", DBUS_TYPE_STRING, &ret_query->service, NULL },
		{ "good_for", DBUS_TYPE_STRING, &ret_query->good_for, NULL },
		{ 0 },
	};

	return bus_options_of_list(call, options, &ret_query->limit, &ret_query->cursor);
}

struct page {
	struct tokens *tokens;
	struct reply_rows rows;
};

static int append_row(const struct token *token, void *userdata)
{
	struct page *page = userdata;
	struct token_view view;

	token_view_fill(page->tokens, token, &view);
	return reply_rows_append(&page->rows, token_view_properties(), &view);
}

static void serve_list(struct call *call)
{
	struct token_query query = { 0 };
	struct refusal refusal = { 0 };
	struct page page = { .tokens = call_tokens(call) };
	char cursor[TOKENS_CURSOR_MAX];
	enum pat_error error;

	if (!read_query(call, &query))
		return;
	reply_rows_begin(&page.rows, call);
	error = tokens_list(
		page.tokens, &call->caller, &query, append_row, &page, cursor, &refusal);
	if (error == PAT_OK)
		call_reply(call, reply_rows_end(&page.rows, cursor));
	else
		polkit_refuse(call, error, &refusal, "", query.user ? query.user : "");
	reply_rows_discard(&page.rows);
}

const struct bus_method bus_list_methods[] = {
	{
		.name = "ListTokens",
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "tokens", "aa{sv}" }, { "next_cursor", "s" } },
		.handle = serve_list,
	},
	{ 0 },
};
