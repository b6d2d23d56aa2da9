/* Check. */
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "patd/bus/arguments.h"
#include "patd/bus/dispatch.h"
#include "patd/bus/methods.h"
#include "patd/bus/token_object.h"
#include "patd/crypto/secret_fd.h"
#include "patd/model/sources.h"

static const char *read_arguments(
	struct call *call, const char **ret_service, const char **ret_from, int *ret_fd)
{
	const struct bus_option options[] = {
		{ "service", DBUS_TYPE_STRING, ret_service, NULL },
		{ "from", DBUS_TYPE_STRING, ret_from, NULL },
		{ 0 },
	};

	return bus_options_after(call->message, ret_fd, options);
}

static DBusMessage *new_reply(const struct call *call, const struct pat_id *id,
	const enum pat_verdict *verdicts, unsigned int n)
{
	DBusMessage *reply = call_new_reply(call);
	struct bus_path path = bus_token_path(id);
	const char *texts[PAT_VERDICTS], *const *refusals = texts, *path_text = path.text;

	for (unsigned int i = 0; i < n; i++)
		texts[i] = verdict_word(verdicts[i]);
	if (!reply ||
		dbus_message_append_args(reply, DBUS_TYPE_OBJECT_PATH, &path_text, DBUS_TYPE_ARRAY,
			DBUS_TYPE_STRING, &refusals, (int)n, DBUS_TYPE_INVALID))
		return reply;
	dbus_message_unref(reply);
	return NULL;
}

void bus_serve_check(struct call *call)
{
	const char *service = NULL, *from = NULL;
	enum pat_verdict verdicts[PAT_VERDICTS];
	unsigned int n = 0;
	struct pat_id id;
	struct pat_digest digest;
	struct refusal refusal = { 0 };
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	int fd = -1;

	refusal.why = read_arguments(call, &service, &from, &fd);
	if (!refusal.why)
		refusal.why = secret_fd_read(fd, &id, &digest);
	if (fd >= 0)
		close(fd);
	if (from && strcmp(from, SOURCES_LOCAL) == 0)
		from = "";
	if (!refusal.why) {
		error = tokens_check(call_tokens(call), &call->caller, &id, &digest, service, from,
			verdicts, &n, &refusal);
		sodium_memzero(&digest, sizeof(digest));
	}
	if (error == PAT_OK)
		call_reply(call, new_reply(call, &id, verdicts, n));
	else
		call_refuse(call, error, refusal.why);
}
