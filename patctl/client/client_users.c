#include "patctl/client/client_users.h"

#include <stddef.h>

#include "patctl/client/client_call.h"

bool client_revoke_all(struct client *client, const char *user, const struct client_revocation *how,
	uint32_t *ret_count, DBusError *error)
{
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_manager("RevokeAll", &args), *answer = NULL;

	options_open(&args, &options);
	option_string(&options, "user", user);
	option_nonzero(&options, "for", how->seconds);
	option_string(&options, "reason", how->reason);
	options_close(&args, &options);
	answer = call_ask(client, call, "u", error);
	return answer &&
	       dbus_message_get_args(answer, error, DBUS_TYPE_UINT32, ret_count, DBUS_TYPE_INVALID);
}

bool client_disable(struct client *client, const char *user, const char *reason, DBusError *error)
{
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_manager("Disable", &args);

	call_string(&args, user);
	options_open(&args, &options);
	option_string(&options, "reason", reason);
	options_close(&args, &options);
	return call_done(client, call, error);
}

bool client_enable(struct client *client, const char *user, DBusError *error)
{
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("Enable", &args);

	call_string(&args, user);
	call_no_options(&args);
	return call_done(client, call, error);
}

bool client_disabled(struct client *client, struct records *ret, DBusError *error)
{
	static const struct field fields[] = {
		{ "User", FIELD_TEXT, offsetof(struct disabled, user), "user" },
		{ "At", FIELD_NONZERO, offsetof(struct disabled, at), "disabled_at" },
		{ "ByUid", FIELD_UINT32, offsetof(struct disabled, by_uid), "by_uid" },
		{ "Reason", FIELD_TEXT, offsetof(struct disabled, reason), "reason" },
	};
	static const struct shape shape = { fields, sizeof(fields) / sizeof(fields[0]),
		sizeof(struct disabled) };
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("ListDisabled", &args);

	return call_records(client, call, &shape, ret, error);
}
