/* ListTokens. */
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/polkit.h"
#include "patd/bus/rows.h"
#include "patd/bus/token_object.h"

static const char *read_wanted(struct call *call, struct token_query *ret_wanted)
{
	dbus_bool_t all = FALSE;
	dbus_uint32_t limit;
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &ret_wanted->user, NULL },
		{ "all", DBUS_TYPE_BOOLEAN, &all, NULL },
		{ "name", DBUS_TYPE_STRING, &ret_wanted->name, NULL },
		{ "name_pattern", DBUS_TYPE_STRING, &ret_wanted->name_pattern, NULL },
		{ "id_prefix", DBUS_TYPE_STRING, &ret_wanted->id_prefix, NULL },
		{ "state", DBUS_TYPE_STRING, &ret_wanted->state, NULL },
		{ "unused_since", DBUS_TYPE_UINT64, &ret_wanted->unused_since,
			&ret_wanted->has_unused_since },
		{ "expiring_before", DBUS_TYPE_UINT64, &ret_wanted->expiring_before,
			&ret_wanted->has_expiring_before },
		{ "service", DBUS_TYPE_STRING, &ret_wanted->service, NULL },
		{ "good_for", DBUS_TYPE_STRING, &ret_wanted->good_for, NULL },
		{ 0 },
	};
	const char *problem =
		bus_options_of_list(call->message, options, &limit, &ret_wanted->cursor);

	ret_wanted->all = all;
	ret_wanted->limit = limit;
	return problem;
}

struct page {
	struct tokens *tokens;
	struct bus_rows rows;
};

static int append_row(const struct token *token, void *userdata)
{
	struct page *page = userdata;
	struct token_view view;

	bus_token_view(page->tokens, token, &view);
	return bus_rows_append(&page->rows, bus_token_properties, &view);
}

void bus_serve_list(struct call *call)
{
	struct token_query query = { 0 };
	struct refusal refusal = { .why = read_wanted(call, &query) };
	struct page page = { .tokens = call_tokens(call) };
	char cursor[TOKENS_CURSOR_MAX];
	enum pat_error error;

	if (refusal.why) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, refusal.why);
		return;
	}
	bus_rows_begin(call, &page.rows);
	error = tokens_list(
		page.tokens, &call->caller, &query, append_row, &page, cursor, &refusal);
	if (error == PAT_OK) {
		call_reply(call, bus_rows_end(&page.rows, cursor));
		return;
	}
	bus_rows_abandon(&page.rows);
	polkit_refuse(call, error, &refusal, "", query.user ? query.user : "");
}
