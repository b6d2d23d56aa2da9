#include "patd/bus/progress_signal.h"

#include "common/bus.h"

void bus_tell_progress(const struct call *call, const char *name, uint64_t done, uint64_t total)
{
	const dbus_uint64_t numbers[] = { done, total };
	DBusMessage *signal = dbus_message_new_signal(PAT_BUS_PATH, PAT_BUS_MANAGER, name);

	if (signal && !dbus_message_append_args(signal, DBUS_TYPE_UINT64, &numbers[0],
			      DBUS_TYPE_UINT64, &numbers[1], DBUS_TYPE_INVALID)) {
		dbus_message_unref(signal);
		signal = NULL;
	}
	client_send(call->client, signal);
}
