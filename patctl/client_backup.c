#include "patctl/client_backup.h"

#include "common/bus.h"
#include "common/l10n.h"
#include "patctl/client_call.h"
#include "patctl/client_history.h"
#include "patctl/outcome.h"
#include "patctl/text.h"

struct hearing {
	const struct client *client;
	struct progress *progress;
};

static DBusHandlerResult on_message(DBusConnection *bus, DBusMessage *message, void *userdata)
{
	const struct hearing *hearing = userdata;
	dbus_uint64_t done, total;

	(void)bus;
	/* Anybody can send signals. */
	if (!dbus_message_is_signal(message, PAT_BUS_MANAGER, "BackupProgress") ||
		!dbus_message_has_sender(message, hearing->client->patd) ||
		!dbus_message_get_args(message, NULL, DBUS_TYPE_UINT64, &done, DBUS_TYPE_UINT64,
			&total, DBUS_TYPE_INVALID))
		return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
	progress_show(hearing->progress, done, total);
	return DBUS_HANDLER_RESULT_HANDLED;
}

static DBusMessage *wait_for_answer(struct client *client, DBusMessage *call)
{
	DBusPendingCall *pending = NULL;
	DBusMessage *answer = NULL;

	if (!dbus_connection_send_with_reply(client->bus, call, &pending, DBUS_TIMEOUT_INFINITE))
		no_memory();
	if (!pending)
		return NULL;
	/* A bus that goes away completes it, with an error. */
	while (!dbus_pending_call_get_completed(pending) &&
		dbus_connection_read_write_dispatch(client->bus, -1))
		;
	if (dbus_pending_call_get_completed(pending))
		answer = dbus_pending_call_steal_reply(pending);
	dbus_pending_call_unref(pending);
	return answer;
}

bool client_backup(struct client *client, int fd, struct progress *progress, DBusError *error)
{
	struct hearing hearing = { client, progress };
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("Backup", &args), *answer = NULL;

	call_fd(&args, fd);
	call_no_options(&args);
	/* From its answer it is known who on the bus is patd. */
	if (!client_subscribe(client, false, error))
		return false;
	if (!dbus_connection_add_filter(client->bus, on_message, &hearing, NULL))
		no_memory();
	answer = wait_for_answer(client, call);
	dbus_connection_remove_filter(client->bus, on_message, &hearing);
	if (!answer) {
		dbus_set_error(error, DBUS_ERROR_DISCONNECTED, _("the bus is gone"));
		return false;
	}
	if (dbus_set_error_from_message(error, answer)) {
		call_error_safe(error);
		return false;
	}
	return dbus_message_has_signature(answer, "") || answer_malformed("Backup", error);
}
