/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the bus for the name, and reads its answers. */
#include "front/bus/bus_name.h"

#include "common/bus.h"
#include "common/cleanup.h"
#include "front/bus/bus_message.h"

void bus_name_forget(struct bus_name *name)
{
	name->wanted = name->had = false;
	name->losses_expected = 0;
}

static bool is_ours(DBusMessage *reply)
{
	dbus_uint32_t result = 0;

	return dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN &&
	       dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &result, DBUS_TYPE_INVALID) &&
	       result == DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER;
}

static void on_answer(DBusPendingCall *pending, void *userdata)
{
	struct bus_name *name = userdata;
	cleanup_message DBusMessage *reply = dbus_pending_call_steal_reply(pending);

	if (is_ours(reply) && !name->wanted) {
		/* Given up before it was given. */
		name->losses_expected++;
	} else if (is_ours(reply)) {
		name->had = true;
		name->taken(name->userdata);
	} else if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR) {
		name->failed(name->userdata, "the bus does not let us have the name " PAT_BUS_NAME
					     ": is its policy file installed?  If so: "
					     "systemctl reload dbus");
	} else {
		name->failed(name->userdata, "another process has the name " PAT_BUS_NAME);
	}
}

void bus_name_request(struct bus_name *name, DBusConnection *connection)
{
	dbus_uint32_t flags = DBUS_NAME_FLAG_DO_NOT_QUEUE;
	cleanup_message DBusMessage *message = NULL;
	DBusPendingCall *pending;

	if (name->wanted)
		return;
	name->wanted = true;
	message = message_bus_call("RequestName", PAT_BUS_NAME);
	if (message &&
		dbus_message_append_args(message, DBUS_TYPE_UINT32, &flags, DBUS_TYPE_INVALID) &&
		message_ask(connection, TAKE(message), DBUS_TIMEOUT_USE_DEFAULT, on_answer, name,
			&pending))
		dbus_pending_call_unref(pending);
	else
		name->failed(name->userdata, "out of memory, or the bus went away");
}

void bus_name_release(struct bus_name *name, DBusConnection *connection)
{
	cleanup_message DBusMessage *message = NULL;

	if (!name->wanted)
		return;
	message = message_bus_call("ReleaseName", PAT_BUS_NAME);
	name->losses_expected += name->had;
	name->wanted = name->had = false;
	if (message)
		dbus_message_set_no_reply(message, TRUE);
	if (!message || !dbus_connection_send(connection, message, NULL))
		name->failed(name->userdata, "out of memory");
}

void bus_name_lost(struct bus_name *name)
{
	if (name->losses_expected > 0)
		name->losses_expected--;
	else
		name->failed(name->userdata, "the name was taken away");
}
