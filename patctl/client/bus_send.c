/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending a call over the bus, and waiting for the answer in a limited time. */
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/client/client_call.h"

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* False at the end of the time, or of the connection: that completes the call, with an error. */
static bool wait_completed(DBusConnection *bus, DBusPendingCall *pending, int limit)
{
	const uint64_t end = now_ms() + (limit < 0 ? 0 : (uint64_t)limit);

	while (!dbus_pending_call_get_completed(pending)) {
		const uint64_t now = now_ms();

		if (limit >= 0 && now >= end)
			return false;
		if (!dbus_connection_read_write_dispatch(bus, limit < 0 ? -1 : (int)(end - now)))
			return dbus_pending_call_get_completed(pending);
	}
	return true;
}

DBusMessage *bus_send(DBusConnection *bus, DBusMessage *call, int limit, DBusError *error)
{
	DBusPendingCall *pending = NULL;
	DBusMessage *answer = NULL;

	if (!dbus_connection_send_with_reply(bus, call, &pending, DBUS_TIMEOUT_INFINITE))
		no_memory();
	if (pending && wait_completed(bus, pending, limit))
		answer = dbus_pending_call_steal_reply(pending);
	if (pending) {
		dbus_pending_call_cancel(pending);
		dbus_pending_call_unref(pending);
	}
	if (!answer && dbus_connection_get_is_connected(bus))
		dbus_set_error(error, DBUS_ERROR_NO_REPLY,
			P_("there was no answer within %d second",
				"there was no answer within %d seconds",
				(unsigned long)limit / 1000),
			limit / 1000);
	else if (!answer)
		dbus_set_error(
			error, DBUS_ERROR_DISCONNECTED, _("the connection to the bus was lost"));
	else if (dbus_set_error_from_message(error, answer))
		message_free(&answer);
	return answer;
}
