/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods of the history: ListHistory, VerifyHistory, GetSources. */
#include <errno.h>

#include "patd/bus/arguments.h"
#include "patd/bus/interface.h"
#include "patd/bus/polkit.h"
#include "patd/bus/token_view.h"
#include "patd/model/sources.h"

static const char *event_word(const void *view)
{
	const struct entry *entry = view;

	return entry_event_text(entry->event);
}

static const char *how_word(const void *view)
{
	const struct entry *entry = view;

	return entry_how_text(entry->how);
}

/* Only a login has a result. */
static const char *result_word(const void *view)
{
	const struct entry *entry = view;
	bool login = entry->event == ENTRY_USED || entry->event == ENTRY_REFUSED;

	return login ? verdict_word(entry->result) : "";
}

/* Numbers that are shown as words. */
static const struct {
	size_t offset;
	const char *(*word)(const void *entry);
} words[] = {
	{ offsetof(struct entry, event), event_word },
	{ offsetof(struct entry, how), how_word },
	{ offsetof(struct entry, result), result_word },
};

/* The type on the bus; NULL: a field of that kind is not shown. */
static const char *type_of(enum field_kind kind)
{
	switch (kind) {
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_ANY_NAME:
	case FIELD_ID:
	case FIELD_ANY_ID:
		return "s";
	case FIELD_NUMBER:
		return "t";
	case FIELD_NUMBER32:
		return "u";
	case FIELD_BOOL:
		return "b";
	case FIELD_BYTES:
	case FIELD_MAC:
		break;
	}
	return NULL;
}

static struct bus_property property_of(const struct field *field)
{
	struct bus_property property = {
		.name = field->property,
		.type = type_of(field->kind),
		.offset = field->offset,
		.in_place = true,
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].offset == field->offset) {
			property.type = "s";
			property.word = words[i].word;
		}
	return property;
}

static int append_entry(const struct entry *entry, void *userdata)
{
	struct reply_rows *rows = userdata;
	DBusMessageIter dict;

	if (!rows->reply ||
		!dbus_message_iter_open_container(&rows->rows, DBUS_TYPE_ARRAY, "{sv}", &dict))
		return -ENOMEM;
	for (size_t i = 0; i < entry_table.n; i++) {
		const struct bus_property property = property_of(&entry_table.fields[i]);

		if (property.name && property.type && !reply_append_pair(&dict, &property, entry))
			return -ENOMEM;
	}
	return dbus_message_iter_close_container(&rows->rows, &dict) ? 0 : -ENOMEM;
}

static void serve_history(struct call *call)
{
	struct history_query query = { 0 };
	char cursor[TOKENS_CURSOR_MAX];
	struct reply_rows rows;
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &query.user, NULL },
		{ "all", DBUS_TYPE_BOOLEAN, &query.all, NULL },
		{ "token", DBUS_TYPE_STRING, &query.id, NULL },
		{ "since", DBUS_TYPE_UINT64, &query.since, NULL },
		{ "until", DBUS_TYPE_UINT64, &query.until, NULL },
		{ "after", DBUS_TYPE_UINT64, &query.after, NULL },
		{ "reverse", DBUS_TYPE_BOOLEAN, &query.reverse, NULL },
		{ 0 },
	};
	enum pat_error error;

	if (!bus_options_of_list(call, options, &query.limit, &query.cursor))
		return;
	reply_rows_begin(&rows, call, "a{sv}");
	error = tokens_list_history(call_tokens(call), &call->caller, &query, append_entry, &rows,
		cursor, &call->refusal);
	reply_rows_end(&rows, error, cursor, query.user);
}

struct verification {
	struct history_check check;
	uint64_t reported; /* percent */
};

/* At most once for each percent.  Not at all if too many clients are watched already. */
static void report_progress(struct call *call, struct verification *verification)
{
	const struct history_check *check = &verification->check;
	const uint64_t total = check->last - check->first + 1;
	const uint64_t percent = check->entries < total ? check->entries * 100 / total : 100;

	if (percent <= verification->reported)
		return;
	verification->reported = percent;
	if (call_watch_sender(call))
		call_send_progress(call, "VerifyProgress", check->entries, total);
}

/* In slices, each a turn of the loop. */
static void verify_some(struct call *call)
{
	struct verification *verification = call->work;
	struct history_check *check = &verification->check;
	enum pat_error error =
		tokens_check_history(call_tokens(call), &call->caller, check, &call->refusal);
	const char *problem = check->problem ? check->problem : "";

	if (error != PAT_OK) {
		polkit_refuse(call, error, "", "");
	} else if (!check->done) {
		report_progress(call, verification);
		call_yield(call, verify_some);
	} else {
		call_reply_args(call, DBUS_TYPE_UINT64, &check->entries, DBUS_TYPE_UINT64,
			&check->first, DBUS_TYPE_UINT64, &check->bad, DBUS_TYPE_STRING, &problem,
			DBUS_TYPE_INVALID);
	}
}

static void serve_verify(struct call *call)
{
	if (bus_options_of_call(call, NULL, NULL) &&
		call_new_work(call, sizeof(struct verification)))
		verify_some(call);
}

static const char *from_word(const void *view)
{
	const struct entry *entry = view;

	return entry->rhost[0] != '\0' ? entry->rhost : SOURCES_LOCAL;
}

static int append_source(const struct entry *entry, void *userdata)
{
	static const struct bus_property columns[] = {
		{ .name = "From", .type = "s", .word = from_word },
		{ "Service", "s", NULL, BUS_TEXT(struct entry, service) },
		{ "At", "t", NULL, BUS_MEMBER(struct entry, at) },
		{ 0 },
	};

	return reply_rows_append(userdata, columns, entry);
}

static void serve_sources(struct call *call)
{
	struct reply_rows rows;
	enum pat_error error;

	reply_rows_begin(&rows, call, "a{sv}");
	error = tokens_list_sources(
		call_tokens(call), &call->caller, call->id, append_source, &rows, &call->refusal);
	reply_rows_end(&rows, error, NULL, NULL);
}

const struct bus_method bus_history_methods[] = {
	{ "ListHistory", serve_history,
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "entries", "aa{sv}" }, { "next_cursor", "s" } } },
	{ "VerifyHistory", serve_verify, .in = { { "options", "a{sv}" } },
		.out = { { "entries", "t" }, { "first", "t" }, { "bad", "t" },
			{ "problem", "s" } } },
	{ 0 },
};

const struct bus_method bus_sources_methods[] = {
	{ "GetSources", serve_sources, .out = { { "sources", "aa{sv}" } } },
	{ 0 },
};
