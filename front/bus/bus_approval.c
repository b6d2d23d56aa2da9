/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods about uses that wait for a person's word: ListRequests, Approve, Deny. */
#include <string.h>

#include "front/bus/arguments.h"
#include "front/bus/interface.h"
#include "front/bus/reply.h"

static bool read_list(struct call *call, DBusMessageIter *args)
{
	static const struct bus_option options[] = {
		{ "all", BUS_FLAG, NULL, 0, GIVEN_ALL },
		{ 0 },
	};
	struct request *request = call_new_request(call, REQUEST_LIST_APPROVALS);

	return request && bus_options_of_call(call, args, options, &request->approvals.given);
}

static void serve_list(struct call *call)
{
	reply_with_rows(call, &approval_table);
}

static bool read_answer(struct call *call, DBusMessageIter *args, enum request_kind kind)
{
	struct request *request = call_new_request(call, kind);

	if (!request)
		return false;
	bus_text_read(args, request->approval.id, sizeof(request->approval.id));
	return bus_options_of_call(call, args, NULL, NULL);
}

static bool read_approve(struct call *call, DBusMessageIter *args)
{
	return read_answer(call, args, REQUEST_APPROVE);
}

static bool read_deny(struct call *call, DBusMessageIter *args)
{
	return read_answer(call, args, REQUEST_DENY);
}

static void reply_done(struct call *call, struct link_answer *answer)
{
	(void)answer;
	call_reply_args(call, DBUS_TYPE_INVALID);
}

static void serve_answer(struct call *call)
{
	call_ask(call, reply_done);
}

const struct bus_method bus_approval_methods[] = {
	{ "ListRequests", read_list, serve_list, .in = { { "options", "a{sv}" } },
		.out = { { "requests", "aa{sv}" } } },
	{ "Approve", read_approve, serve_answer,
		.in = { { "request", "s" }, { "options", "a{sv}" } } },
	{ "Deny", read_deny, serve_answer, .in = { { "request", "s" }, { "options", "a{sv}" } },
		.takes_access = true },
	{ 0 },
};
