/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of properties, appended to messages. */
#include "patd/bus/reply.h"

#include <errno.h>
#include <string.h>

#include "patd/bus/arguments.h"
#include "patd/bus/bus_message.h"
#include "patd/bus/polkit.h"

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

static const char *text_of(const struct bus_property *property, const void *view)
{
	const void *value = (const char *)view + property->offset;

	if (property->word)
		return property->word(view);
	return property->in_place ? value : *(const char *const *)value;
}

static bool append_value(DBusMessageIter *to, const struct bus_property *property, const void *view)
{
	const void *value = (const char *)view + property->offset;
	const char *text;
	DBusMessageIter items;
	dbus_bool_t flag;

	switch (property->type[0]) {
	case DBUS_TYPE_STRING:
		text = text_of(property, view);
		return dbus_message_iter_append_basic(to, DBUS_TYPE_STRING, &text);
	case DBUS_TYPE_ARRAY:
		return dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "s", &items) &&
		       append_items(&items, text_of(property, view)) &&
		       dbus_message_iter_close_container(to, &items);
	case DBUS_TYPE_BOOLEAN:
		flag = *(const bool *)value;
		return dbus_message_iter_append_basic(to, DBUS_TYPE_BOOLEAN, &flag);
	default:
		return dbus_message_iter_append_basic(to, property->type[0], value);
	}
}

bool reply_append_one(DBusMessageIter *to, const struct bus_property *property, const void *view)
{
	DBusMessageIter variant;

	return dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT, property->type, &variant) &&
	       append_value(&variant, property, view) &&
	       dbus_message_iter_close_container(to, &variant);
}

bool reply_append_pair(DBusMessageIter *dict, const struct bus_property *property, const void *view)
{
	DBusMessageIter entry;

	return dbus_message_iter_open_container(dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &property->name) &&
	       reply_append_one(&entry, property, view) &&
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

bool reply_append(DBusMessageIter *to, const struct bus_property *properties,
	const char *const *names, const void *view)
{
	DBusMessageIter dict;

	if (!dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sv}", &dict))
		return false;
	for (const struct bus_property *p = properties; p && p->name; p++)
		if (is_named(p->name, names) && !reply_append_pair(&dict, p, view))
			return false;
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

int reply_rows_append(
	struct reply_rows *rows, const struct bus_property *properties, const void *view)
{
	if (rows->reply && reply_append(&rows->rows, properties, NULL, view))
		return 0;
	reply_rows_discard(rows);
	return -ENOMEM;
}

void reply_rows_end(
	struct reply_rows *rows, enum pat_error error, const char *cursor, const char *user)
{
	if (error != PAT_OK || !rows->reply ||
		!dbus_message_iter_close_container(&rows->to, &rows->rows) ||
		(cursor && !dbus_message_iter_append_basic(&rows->to, DBUS_TYPE_STRING, &cursor)))
		reply_rows_discard(rows);
	if (error == PAT_OK)
		call_reply(rows->call, rows->reply);
	else
		polkit_refuse(rows->call, error, "", user ? user : "");
}
