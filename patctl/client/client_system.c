/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to the bus, polkit, systemd and patd that doctor makes. */
#include "patctl/client/client_call.h"

#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "patctl/base/text.h"

#define USEC_PER_SEC 1000000

static const struct peer polkit = { "org.freedesktop.PolicyKit1",
	"/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority" };
static const struct peer unit = { "org.freedesktop.systemd1",
	"/org/freedesktop/systemd1/unit/patd_2eservice", DBUS_INTERFACE_PROPERTIES };
static const struct peer patd = { PAT_BUS_NAME, PAT_BUS_PATH, DBUS_INTERFACE_PROPERTIES };

bool client_owner(struct client *client, uint32_t *ret, DBusError *error)
{
	DBusMessageIter args, at;
	cleanup_message DBusMessage *call = call_new(&peer_bus, "GetConnectionUnixUser", &args),
				    *answer = NULL;

	call_string(&args, PAT_BUS_NAME);
	answer = call_ask(client, call, "u", error);
	if (!answer)
		return false;
	dbus_message_iter_init(answer, &at);
	dbus_message_iter_get_basic(&at, ret);
	return true;
}

bool client_activatable(struct client *client, bool *ret, DBusError *error)
{
	DBusMessageIter args, at, names;
	cleanup_message DBusMessage *call = call_new(&peer_bus, "ListActivatableNames", &args),
				    *answer = call_ask(client, call, "as", error);

	if (!answer)
		return false;
	*ret = false;
	dbus_message_iter_init(answer, &at);
	for (dbus_message_iter_recurse(&at, &names);
		dbus_message_iter_get_arg_type(&names) == DBUS_TYPE_STRING;
		dbus_message_iter_next(&names)) {
		const char *name;

		dbus_message_iter_get_basic(&names, &name);
		*ret |= strcmp(name, PAT_BUS_NAME) == 0;
	}
	return true;
}

bool client_actions(struct client *client, char ***ret, DBusError *error)
{
	DBusMessageIter args, at, actions, action;
	cleanup_message DBusMessage *call = call_new(&polkit, "EnumerateActions", &args),
				    *answer = NULL;
	char **ids;
	size_t n = 0;

	call_string(&args, "C");
	answer = call_ask(client, call, "a(ssssssuuua{ss})", error);
	if (!answer)
		return false;
	ids = must_alloc(calloc(1, sizeof(*ids)));
	dbus_message_iter_init(answer, &at);
	for (dbus_message_iter_recurse(&at, &actions);
		dbus_message_iter_get_arg_type(&actions) == DBUS_TYPE_STRUCT;
		dbus_message_iter_next(&actions)) {
		const char *id;

		dbus_message_iter_recurse(&actions, &action);
		dbus_message_iter_get_basic(&action, &id);
		names_add(&ids, &n, id);
	}
	*ret = ids;
	return true;
}

static bool get_uint64(struct client *client, const struct peer *peer, const char *interface,
	const char *property, uint64_t *ret, DBusError *error)
{
	DBusMessageIter args, at, value;
	cleanup_message DBusMessage *call = call_new(peer, "Get", &args), *answer = NULL;

	call_string(&args, interface);
	call_string(&args, property);
	answer = call_ask(client, call, "v", error);
	if (!answer)
		return false;
	dbus_message_iter_init(answer, &at);
	dbus_message_iter_recurse(&at, &value);
	if (dbus_message_iter_get_arg_type(&value) != DBUS_TYPE_UINT64)
		return answer_malformed("Get", error);
	dbus_message_iter_get_basic(&value, ret);
	return true;
}

bool client_started(struct client *client, uint64_t *ret, DBusError *error)
{
	if (!get_uint64(client, &unit, "org.freedesktop.systemd1.Unit", "ActiveEnterTimestamp", ret,
		    error))
		return false;
	*ret /= USEC_PER_SEC;
	return true;
}

bool bus_now(struct client *client, uint64_t *ret, DBusError *error)
{
	return get_uint64(client, &patd, PAT_BUS_MANAGER, "Now", ret, error);
}
