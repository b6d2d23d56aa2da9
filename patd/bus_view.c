#include "patd/bus_view.h"

#include "patd/bus_object.h"

bool bus_view_append_one(DBusMessageIter *to, const struct bus_property *property, const void *view)
{
	const void *value = (const char *)view + property->offset;
	DBusMessageIter variant;

	return dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT, property->type, &variant) &&
	       dbus_message_iter_append_basic(&variant, property->type[0], value) &&
	       dbus_message_iter_close_container(to, &variant);
}

bool bus_view_append(DBusMessageIter *to, const struct bus_property *properties, const void *view)
{
	DBusMessageIter dict, entry;

	if (!dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sv}", &dict))
		return false;
	for (const struct bus_property *p = properties; p && p->name; p++)
		if (!dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) ||
			!dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &p->name) ||
			!bus_view_append_one(&entry, p, view) ||
			!dbus_message_iter_close_container(&dict, &entry))
			return false;
	return dbus_message_iter_close_container(to, &dict);
}
