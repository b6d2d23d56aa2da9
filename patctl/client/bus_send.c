/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending a call over the bus, and waiting for the answer in a limited time. */
#include <string.h>

#include "common/bus.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/monotonic.h"
#include "patctl/base/outcome.h"
#include "patctl/base/startup.h"
#include "patctl/base/text.h"
#include "patctl/client/client_call.h"

#define NEVER INT64_MAX

/* How long to wait until then, or until systemd is asked; -1: without a limit. */
static int next_wait(int64_t now, int64_t end, int64_t look_at)
{
	const int64_t next = look_at < end ? look_at : end;

	if (next == NEVER)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

/* Whether the answer came while systemd was asked. */
static bool came_meanwhile(DBusConnection *bus, DBusPendingCall *pending)
{
	(void)dbus_connection_read_write(bus, 0);
	while (dbus_connection_dispatch(bus) == DBUS_DISPATCH_DATA_REMAINS)
		;
	return dbus_pending_call_get_completed(pending);
}

/*
 * False at the end of the time, or of the connection: that completes the call, with an error.  Also
 * if patd does not start, and then *error is set.
 */
static bool wait_completed(
	DBusConnection *bus, DBusPendingCall *pending, int limit, bool patd, DBusError *error)
{
	const int64_t begin = monotonic_ms(), end = limit < 0 ? NEVER : begin + limit;
	int64_t look_at = patd ? begin + STARTUP_LOOK_MS : NEVER;
	struct startup startup = { 0 };

	while (!dbus_pending_call_get_completed(pending)) {
		const int64_t now = monotonic_ms();
		cleanup_text char *why = now < look_at ? NULL : startup_failure(&startup, true);

		if ((why || now >= end) && came_meanwhile(bus, pending))
			return true;
		if (why)
			dbus_set_error(error, OUTCOME_ERROR_NOT_STARTED, "%s", why);
		if (why || now >= end)
			return false;
		if (now >= look_at)
			look_at = startup.runs ? NEVER : monotonic_ms() + STARTUP_LOOK_MS;
		if (!dbus_connection_read_write_dispatch(bus, next_wait(now, end, look_at)))
			return dbus_pending_call_get_completed(pending);
	}
	return true;
}

static bool is_to_patd(DBusMessage *call)
{
	const char *to = dbus_message_get_destination(call);

	return to && strcmp(to, PAT_BUS_NAME) == 0;
}

/*
 * A patd-bus that ends because patd does not start leaves the calls to the bus, which waits for as
 * long as it waits for any service: TimedOut.
 */
static void explain(DBusError *error)
{
	cleanup_text char *why = NULL;

	if (!dbus_error_has_name(error, DBUS_ERROR_NO_REPLY) &&
		!dbus_error_has_name(error, DBUS_ERROR_TIMED_OUT) &&
		!dbus_error_has_name(error, pat_error_name(PAT_ERR_BUSY)))
		return;
	why = startup_end();
	if (!why)
		return;
	dbus_error_free(error);
	dbus_set_error(error, OUTCOME_ERROR_NOT_STARTED, "%s", why);
}

DBusMessage *bus_send(
	DBusConnection *bus, DBusMessage *call, int limit, bool here, DBusError *error)
{
	DBusPendingCall *pending = NULL;
	DBusMessage *answer = NULL;

	if (!dbus_connection_send_with_reply(bus, call, &pending, DBUS_TIMEOUT_INFINITE))
		no_memory();
	if (pending && wait_completed(bus, pending, limit, here && is_to_patd(call), error))
		answer = dbus_pending_call_steal_reply(pending);
	if (pending) {
		dbus_pending_call_cancel(pending);
		dbus_pending_call_unref(pending);
	}
	if (!answer && dbus_error_is_set(error))
		return NULL;
	if (!answer && dbus_connection_get_is_connected(bus))
		dbus_set_error(error, DBUS_ERROR_NO_REPLY,
			P_("there was no answer within %d second",
				"there was no answer within %d seconds",
				(unsigned long)limit / 1000),
			limit / 1000);
	else if (!answer)
		dbus_set_error(
			error, DBUS_ERROR_DISCONNECTED, _("the connection to the bus was lost"));
	else if (dbus_set_error_from_message(error, answer)) {
		message_free(&answer);
		if (here && is_to_patd(call))
			explain(error);
	}
	return answer;
}
