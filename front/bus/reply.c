/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of properties, appended to messages. */
#include "front/bus/reply.h"

#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/pack.h"
#include "front/bus/arguments.h"
#include "front/bus/bus_message.h"
#include "patd/util/log.h"

#define ROW_BYTES 700 /* that a row of a few properties takes on the bus beside its texts */

const char *reply_type(const struct field *field)
{
	if (!field->property)
		return NULL;
	switch (field->kind) {
	case FIELD_TEXT:
		return field->list ? "as" : "s";
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

/* The items between the commas of a list, as strings. */
static bool append_items(DBusMessageIter *to, const char *list)
{
	char text[BUS_LIST_MAX], *rest = text, *item;

	if (!pat_field_set(text, sizeof(text), list))
		return false;
	while ((item = strsep(&rest, ",")))
		if (*item != '\0' && !dbus_message_iter_append_basic(to, DBUS_TYPE_STRING, &item))
			return false;
	return true;
}

static bool append_value(
	DBusMessageIter *to, const struct field *field, const char *type, const void *record)
{
	const void *value = (const char *)record + field->offset;
	const char *text = value;
	DBusMessageIter items;
	dbus_bool_t flag;

	switch (type[0]) {
	case DBUS_TYPE_STRING:
		return dbus_message_iter_append_basic(to, DBUS_TYPE_STRING, &text);
	case DBUS_TYPE_ARRAY:
		return dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "s", &items) &&
		       append_items(&items, text) && dbus_message_iter_close_container(to, &items);
	case DBUS_TYPE_BOOLEAN:
		flag = *(const bool *)value;
		return dbus_message_iter_append_basic(to, DBUS_TYPE_BOOLEAN, &flag);
	default:
		return dbus_message_iter_append_basic(to, type[0], value);
	}
}

bool reply_append_one(DBusMessageIter *to, const struct field *field, const void *record)
{
	const char *type = reply_type(field);
	DBusMessageIter variant;

	return type && dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT, type, &variant) &&
	       append_value(&variant, field, type, record) &&
	       dbus_message_iter_close_container(to, &variant);
}

static bool append_pair(DBusMessageIter *dict, const struct field *field, const void *record)
{
	DBusMessageIter entry;

	return dbus_message_iter_open_container(dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &field->property) &&
	       reply_append_one(&entry, field, record) &&
	       dbus_message_iter_close_container(dict, &entry);
}

static bool is_named(const char *name, const char *const *names)
{
	if (!names)
		return true;
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

bool reply_append(DBusMessageIter *to, const struct table *table, const char *const *names,
	const void *record)
{
	DBusMessageIter dict;

	if (!dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sv}", &dict))
		return false;
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (field->property && is_named(field->property, names) &&
			!append_pair(&dict, field, record))
			return false;
	}
	return dbus_message_iter_close_container(to, &dict);
}

void reply_rows_discard(struct reply_rows *rows)
{
	if (!rows->reply)
		return;
	dbus_message_iter_abandon_container_if_open(&rows->to, &rows->rows);
	message_free(&rows->reply);
}

void reply_rows_begin(struct reply_rows *rows, struct call *call, const char *type)
{
	*rows = (struct reply_rows) {
		.call = call,
		.reply = call_new_reply(call),
		.rows = DBUS_MESSAGE_ITER_INIT_CLOSED,
	};
	if (!rows->reply)
		return;
	dbus_message_iter_init_append(rows->reply, &rows->to);
	if (!dbus_message_iter_open_container(&rows->to, DBUS_TYPE_ARRAY, type, &rows->rows))
		reply_rows_discard(rows);
}

/* Or discards the reply: without memory, or if they are no rows of the table. */
static void add_all(
	struct reply_rows *rows, const struct table *table, const struct link_answer *answer)
{
	/* Any of them; the bus has one thread. */
	static union {
		struct token_row token;
		struct entry_row entry;
		struct disabled_row disabled;
		struct source_row source;
		struct setting_row setting;
		struct approval approval;
		struct session_row session;
	} record;
	const uint8_t *at = answer->body, *end = at + answer->len;

	while (rows->reply && at < end) {
		size_t taken = row_unpack(table, at, (size_t)(end - at), &record);

		if (taken == 0)
			log_error("patd sent rows that are none; is it of another version?");
		if (taken == 0 || !reply_append(&rows->rows, table, NULL, &record))
			reply_rows_discard(rows);
		at += taken;
	}
	rows->call->reply_bytes += answer->len + (size_t)answer->rows * ROW_BYTES;
}

void reply_rows_end(struct reply_rows *rows, const char *cursor)
{
	if (!rows->reply || !dbus_message_iter_close_container(&rows->to, &rows->rows) ||
		(cursor && !dbus_message_iter_append_basic(&rows->to, DBUS_TYPE_STRING, &cursor)))
		reply_rows_discard(rows);
	if (rows->reply)
		call_reply(rows->call, TAKE(rows->reply));
	else
		call_refuse(rows->call, PAT_ERR_NO_MEMORY, N_("out of memory"));
}

/* The work of a call whose reply is rows. */
struct rows_work {
	struct reply_rows rows;
	const struct table *table;
};

static void abandon_rows(struct call *call)
{
	struct rows_work *work = call->work;

	reply_rows_discard(&work->rows);
}

static void add_rows(struct call *call, const struct link_answer *answer)
{
	struct rows_work *work = call->work;

	if (answer->kind == ANSWER_ROWS)
		add_all(&work->rows, work->table, answer);
}

static void end_rows(struct call *call, struct link_answer *answer)
{
	struct rows_work *work = call->work;
	const uint32_t kind = call->request->head.kind;
	const bool paged =
		kind == REQUEST_LIST || kind == REQUEST_HISTORY || kind == REQUEST_LIST_SESSIONS;

	reply_rows_end(&work->rows, paged ? (const char *)answer->body : NULL);
}

void reply_with_rows(struct call *call, const struct table *table)
{
	struct rows_work *work = call_new_work(call, sizeof(*work));

	if (!work)
		return;
	work->table = table;
	call->abandon = abandon_rows;
	reply_rows_begin(&work->rows, call, "a{sv}");
	call->part = add_rows;
	call_ask(call, end_rows);
}
