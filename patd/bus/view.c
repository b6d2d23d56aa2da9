#include "patd/bus/view.h"

#include <string.h>

#include "patd/bus/dispatch.h"

/* The items between the commas of a list, as strings. */
static bool append_items(DBusMessageIter *to, const char *list)
{
	char text[LIMITS_SOURCES_MAX + 1], *rest = text, *item;

	if (!pat_field_set(text, sizeof(text), list))
		return false;
	while ((item = strsep(&rest, ",")))
		if (*item != '\0' && !dbus_message_iter_append_basic(to, DBUS_TYPE_STRING, &item))
			return false;
	return true;
}

static bool append_value(DBusMessageIter *to, const char *type, const void *value)
{
	DBusMessageIter items;

	if (type[0] != DBUS_TYPE_ARRAY)
		return dbus_message_iter_append_basic(to, type[0], value);
	return dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, type + 1, &items) &&
	       append_items(&items, *(const char *const *)value) &&
	       dbus_message_iter_close_container(to, &items);
}

bool bus_view_append_one(DBusMessageIter *to, const struct bus_property *property, const void *view)
{
	const void *value = (const char *)view + property->offset;
	DBusMessageIter variant;

	return dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT, property->type, &variant) &&
	       append_value(&variant, property->type, value) &&
	       dbus_message_iter_close_container(to, &variant);
}

static bool append_entry(
	DBusMessageIter *dict, const struct bus_property *property, const void *view)
{
	DBusMessageIter entry;

	return dbus_message_iter_open_container(dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &property->name) &&
	       bus_view_append_one(&entry, property, view) &&
	       dbus_message_iter_close_container(dict, &entry);
}

static bool named(const char *name, const char *const *names)
{
	if (!names)
		return true;
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

bool bus_view_append_some(DBusMessageIter *to, const struct bus_property *properties,
	const char *const *names, const void *view)
{
	DBusMessageIter dict;

	if (!dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sv}", &dict))
		return false;
	for (const struct bus_property *p = properties; p && p->name; p++)
		if (named(p->name, names) && !append_entry(&dict, p, view))
			return false;
	return dbus_message_iter_close_container(to, &dict);
}

bool bus_view_append(DBusMessageIter *to, const struct bus_property *properties, const void *view)
{
	return bus_view_append_some(to, properties, NULL, view);
}
