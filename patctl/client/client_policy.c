#include "patctl/client/client_policy.h"

#include <stddef.h>

#include "patctl/client/client_call.h"

bool client_policy(struct client *client, struct records *ret, DBusError *error)
{
	static const struct field fields[] = {
		{ "Key", FIELD_TEXT, offsetof(struct setting, key), "key" },
		{ "Value", FIELD_TEXT, offsetof(struct setting, value), "value" },
		{ "Source", FIELD_TEXT, offsetof(struct setting, source), "source" },
	};
	static const struct shape shape = { fields, sizeof(fields) / sizeof(fields[0]),
		sizeof(struct setting) };
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("GetPolicy", &args);

	return call_records(client, call, &shape, ret, error);
}
