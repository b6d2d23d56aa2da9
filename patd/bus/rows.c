#include "patd/bus/rows.h"

#include <errno.h>

#include "patd/bus/view.h"

void bus_rows_begin(const struct call *call, struct bus_rows *ret_rows)
{
	*ret_rows = (struct bus_rows) {
		.reply = call_new_reply(call),
		.rows = DBUS_MESSAGE_ITER_INIT_CLOSED,
	};
	if (!ret_rows->reply)
		return;
	dbus_message_iter_init_append(ret_rows->reply, &ret_rows->to);
	if (!dbus_message_iter_open_container(
		    &ret_rows->to, DBUS_TYPE_ARRAY, "a{sv}", &ret_rows->rows))
		bus_rows_abandon(ret_rows);
}

int bus_rows_append(struct bus_rows *rows, const struct bus_property *properties, const void *view)
{
	return rows->reply && bus_view_append(&rows->rows, properties, view) ? 0 : -ENOMEM;
}

DBusMessage *bus_rows_end(struct bus_rows *rows, const char *cursor)
{
	if (rows->reply && dbus_message_iter_close_container(&rows->to, &rows->rows) &&
		(!cursor || dbus_message_iter_append_basic(&rows->to, DBUS_TYPE_STRING, &cursor)))
		return rows->reply;
	bus_rows_abandon(rows);
	return NULL;
}

void bus_rows_abandon(struct bus_rows *rows)
{
	if (!rows->reply)
		return;
	dbus_message_iter_abandon_container_if_open(&rows->to, &rows->rows);
	dbus_message_unref(rows->reply);
	rows->reply = NULL;
}
