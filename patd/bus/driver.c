#include "patd/bus/driver.h"

#include <stddef.h>

DBusMessage *driver_call(const char *method, const char *argument)
{
	DBusMessage *message = dbus_message_new_method_call(
		DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, method);

	if (message && argument &&
		!dbus_message_append_args(
			message, DBUS_TYPE_STRING, &argument, DBUS_TYPE_INVALID)) {
		dbus_message_unref(message);
		message = NULL;
	}
	return message;
}

bool driver_ask(DBusConnection *connection, DBusMessage *question, int patience,
	DBusPendingCallNotifyFunction fn, void *userdata, DBusPendingCall **ret_pending)
{
	DBusPendingCall *pending = NULL;
	/* On a closed connection it succeeds, without a pending call. */
	bool asked = question &&
		     dbus_connection_send_with_reply(connection, question, &pending, patience) &&
		     pending && dbus_pending_call_set_notify(pending, fn, userdata, NULL);

	if (question)
		dbus_message_unref(question);
	if (!asked && pending) {
		dbus_pending_call_cancel(pending);
		dbus_pending_call_unref(pending);
	}
	if (asked)
		*ret_pending = pending;
	return asked;
}
