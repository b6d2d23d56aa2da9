/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods of the history: ListHistory, VerifyHistory, GetSources. */
#include <string.h>

#include "front/bus/arguments.h"
#include "front/bus/interface.h"
#include "front/bus/reply.h"

#define FIELD_OF(member) (member), sizeof(member)

/* filter, limit, cursor */
static bool read_history(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_HISTORY);
	struct request_history *history = request ? &request->history : NULL;

	if (!history)
		return false;
	const struct bus_option options[] = {
		{ "user", BUS_USER, FIELD_OF(history->user), GIVEN_USER },
		{ "all", BUS_FLAG, NULL, 0, GIVEN_ALL },
		{ "token", BUS_TEXT, FIELD_OF(history->id), GIVEN_TOKEN },
		{ "since", BUS_NUMBER, &history->since, 0, 0 },
		{ "until", BUS_NUMBER, &history->until, 0, 0 },
		{ "after", BUS_NUMBER, &history->after, 0, 0 },
		{ "reverse", BUS_FLAG, NULL, 0, GIVEN_REVERSE },
		{ 0 },
	};

	return bus_page_of_call(call, args,
		&(const struct bus_page) { options, &history->given, &history->limit,
			FIELD_OF(history->cursor), history->user });
}

static void serve_history(struct call *call)
{
	reply_with_rows(call, &entry_row_table);
}

static bool read_verify(struct call *call, DBusMessageIter *args)
{
	return bus_options_of_call(call, args, NULL, NULL) &&
	       call_new_request(call, REQUEST_VERIFY_HISTORY) &&
	       call_new_work(call, sizeof(uint64_t));
}

/* At most once for each percent. */
static void report_progress(struct call *call, const struct link_answer *answer)
{
	uint64_t *reported = call->work;
	struct answer_progress progress;
	uint64_t percent;

	if (answer->kind != ANSWER_PROGRESS)
		return;
	memcpy(&progress, answer->body, sizeof(progress));
	percent = progress.done < progress.total && progress.done <= UINT64_MAX / 100
			  ? progress.done * 100 / progress.total
			  : 100;
	if (percent <= *reported)
		return;
	*reported = percent;
	call_send_progress(call, "VerifyProgress", progress.done, progress.total);
}

static void reply_verify(struct call *call, struct link_answer *answer)
{
	struct answer_verify_history result;
	const char *problem = result.problem;

	memcpy(&result, answer->body, sizeof(result));
	call_reply_args(call, DBUS_TYPE_UINT64, &result.entries, DBUS_TYPE_UINT64, &result.first,
		DBUS_TYPE_UINT64, &result.bad, DBUS_TYPE_STRING, &problem, DBUS_TYPE_INVALID);
}

static void serve_verify(struct call *call)
{
	call->part = report_progress;
	call_ask(call, reply_verify);
}

static void serve_sources(struct call *call)
{
	struct request *request = call_new_request(call, REQUEST_SOURCES);

	if (!request)
		return;
	memcpy(request->token.id, call->id, sizeof(call->id));
	reply_with_rows(call, &source_row_table);
}

const struct bus_method bus_history_methods[] = {
	{ "ListHistory", read_history, serve_history,
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "entries", "aa{sv}" }, { "next_cursor", "s" } }, .long_answer = true },
	{ "VerifyHistory", read_verify, serve_verify, .in = { { "options", "a{sv}" } },
		.out = { { "entries", "t" }, { "first", "t" }, { "bad", "t" },
			{ "problem", "s" } } },
	{ 0 },
};

const struct bus_method bus_sources_methods[] = {
	{ "GetSources", NULL, serve_sources, .out = { { "sources", "aa{sv}" } } },
	{ 0 },
};
