/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* D-Bus messages: filled, sent as questions, and freed. */
#include "front/bus/bus_message.h"

#include <stddef.h>

#include "common/cleanup.h"

#define OUTGOING_MUCH (64L * 1024) /* bytes */

void message_free(DBusMessage **message)
{
	if (*message)
		dbus_message_unref(*message);
	*message = NULL;
}

DBusMessage *message_append_valist(DBusMessage *message, int first_type, va_list args)
{
	cleanup_message DBusMessage *filled = message;

	if (!filled || !dbus_message_append_args_valist(filled, first_type, args))
		return NULL;
	return TAKE(filled);
}

DBusMessage *message_signal(
	const char *path, const char *interface, const char *name, int first_type, ...)
{
	DBusMessage *signal = dbus_message_new_signal(path, interface, name);
	va_list args;

	va_start(args, first_type);
	signal = message_append_valist(signal, first_type, args);
	va_end(args);
	return signal;
}

DBusMessage *message_bus_call(const char *method, const char *argument)
{
	cleanup_message DBusMessage *call = dbus_message_new_method_call(
		DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, method);

	if (call && argument &&
		!dbus_message_append_args(call, DBUS_TYPE_STRING, &argument, DBUS_TYPE_INVALID))
		return NULL;
	return TAKE(call);
}

bool message_ask(DBusConnection *connection, DBusMessage *question, int timeout_ms,
	DBusPendingCallNotifyFunction fn, void *userdata, DBusPendingCall **ret_pending)
{
	cleanup_message DBusMessage *owned = question;
	DBusPendingCall *pending = NULL;

	/* On a closed connection it succeeds, without a pending call. */
	if (!owned || !dbus_connection_send_with_reply(connection, owned, &pending, timeout_ms) ||
		!pending)
		return false;
	if (!dbus_pending_call_set_notify(pending, fn, userdata, NULL)) {
		message_end_question(&pending);
		return false;
	}
	*ret_pending = pending;
	return true;
}

DBusMessage *message_take_answer(DBusPendingCall **pending)
{
	DBusMessage *answer = dbus_pending_call_steal_reply(*pending);

	dbus_pending_call_unref(*pending);
	*pending = NULL;
	return answer;
}

bool message_congested(DBusConnection *connection)
{
	return dbus_connection_get_outgoing_size(connection) > OUTGOING_MUCH;
}

void message_end_question(DBusPendingCall **pending)
{
	if (!*pending)
		return;
	dbus_pending_call_cancel(*pending);
	dbus_pending_call_unref(*pending);
	*pending = NULL;
}
