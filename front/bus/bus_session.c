/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method about sessions that tokens have opened: ListSessions. */
#include <string.h>

#include "front/bus/arguments.h"
#include "front/bus/interface.h"
#include "front/bus/reply.h"

#define FIELD_OF(member) (member), sizeof(member)

/* filter, limit, cursor */
static bool read_list(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_LIST_SESSIONS);
	struct request_sessions *list = request ? &request->sessions : NULL;

	if (!list)
		return false;
	const struct bus_option options[] = {
		{ "user", BUS_USER, FIELD_OF(list->user), GIVEN_USER },
		{ "all", BUS_FLAG, NULL, 0, GIVEN_ALL },
		{ "token", BUS_TEXT, FIELD_OF(list->id), GIVEN_TOKEN },
		{ 0 },
	};

	return bus_page_of_call(call, args,
		&(const struct bus_page) {
			options, &list->given, &list->limit, FIELD_OF(list->cursor), list->user });
}

static void serve_list(struct call *call)
{
	reply_with_rows(call, &session_row_table);
}

const struct bus_method bus_session_methods[] = {
	{ "ListSessions", read_list, serve_list,
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "sessions", "aa{sv}" }, { "next_cursor", "s" } }, .long_answer = true },
	{ 0 },
};
