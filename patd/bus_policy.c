/* GetPolicy. */
#include "patd/bus_object.h"
#include "patd/bus_serve.h"
#include "patd/bus_view.h"
#include "patd/policy.h"

static const struct bus_property line_properties[] = {
	{ "Key", "s", NULL, offsetof(struct policy_line, key) },
	{ "Value", "s", NULL, offsetof(struct policy_line, value) },
	{ "Source", "s", NULL, offsetof(struct policy_line, source) },
	{ 0 },
};

struct lines {
	DBusMessageIter rows;
	bool complete;
};

static void append_line(const struct policy_line *line, void *userdata)
{
	struct lines *lines = userdata;

	lines->complete = lines->complete && bus_view_append(&lines->rows, line_properties, line);
}

void bus_serve_policy(struct call *call)
{
	struct lines lines = { .rows = DBUS_MESSAGE_ITER_INIT_CLOSED };
	DBusMessage *reply = call_new_reply(call);
	DBusMessageIter to;

	if (reply) {
		dbus_message_iter_init_append(reply, &to);
		lines.complete = dbus_message_iter_open_container(
			&to, DBUS_TYPE_ARRAY, "a{sv}", &lines.rows);
		if (lines.complete)
			policy_each(call_policy(call), append_line, &lines);
		if (!lines.complete || !dbus_message_iter_close_container(&to, &lines.rows)) {
			dbus_message_iter_abandon_container_if_open(&to, &lines.rows);
			dbus_message_unref(reply);
			reply = NULL;
		}
	}
	call_reply(call, reply);
}
