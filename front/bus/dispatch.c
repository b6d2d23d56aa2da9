/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects on the bus, and the call of a method that finds its handler. */
#include "front/bus/arguments.h"
#include "front/bus/call_users.h"
#include "front/bus/interface.h"

#include <string.h>

#include "common/bus.h"
#include "common/l10n.h"

#define MESSAGE_MAX ((size_t)64 * 1024) /* bytes: no call of ours has more */

/* What libdbus answers by itself, on every path: listed, never called. */
static const struct bus_method peer[] = {
	{ .name = "Ping" },
	{ .name = "GetMachineId", .out = { { "machine_uuid", "s" } } },
	{ 0 },
};
static const struct bus_interface peer_interface = {
	.name = DBUS_INTERFACE_PEER,
	.methods = (const struct bus_method *const[]) { peer, NULL },
};

static const struct bus_interface *const node_interfaces[] = { &bus_introspectable_interface,
	&peer_interface, NULL };
static const struct bus_interface *const manager_interfaces[] = { &bus_manager_interface,
	&bus_object_manager_interface, &bus_properties_interface, &bus_introspectable_interface,
	&peer_interface, NULL };
static const struct bus_interface *const token_interfaces[] = { &bus_token_interface,
	&bus_properties_interface, &bus_introspectable_interface, &peer_interface, NULL };

static const struct bus_object objects[] = {
	{ "/", "org", node_interfaces },
	{ "/org", "patd", node_interfaces },
	{ "/org/patd", "Tokens1", node_interfaces },
	{ PAT_BUS_PATH, "token", manager_interfaces },
	{ PAT_BUS_TOKEN_PATH, NULL, node_interfaces },
};
static const struct bus_object token_object = { PAT_BUS_TOKEN_PATH, NULL, token_interfaces };

static const struct bus_object *find_object(const char *path, char ret_id[static PAT_ID_LEN + 1])
{
	size_t parent = strlen(PAT_BUS_TOKEN_PATH);

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (strcmp(objects[i].path, path) == 0)
			return &objects[i];
	if (strncmp(path, PAT_BUS_TOKEN_PATH, parent) == 0 && path[parent] == '/' &&
		pat_id_valid(path + parent + 1)) {
		memcpy(ret_id, path + parent + 1, PAT_ID_LEN + 1);
		return &token_object;
	}
	return NULL;
}

static const struct bus_method *find_method(const struct bus_interface *interface, const char *name)
{
	for (const struct bus_method *const *table = interface->methods; table && *table; table++)
		for (const struct bus_method *m = *table; m->name; m++)
			if (strcmp(m->name, name) == 0)
				return m;
	return NULL;
}

/* A call without an interface is for the first interface that has the method. */
static const struct bus_method *find_any_method(const struct bus_object *object, const char *name)
{
	for (const struct bus_interface *const *i = object->interfaces; *i; i++) {
		const struct bus_method *method = find_method(*i, name);

		if (method)
			return method;
	}
	return NULL;
}

static bool types_match(DBusMessage *message, const struct bus_arg *args)
{
	const char *rest = dbus_message_get_signature(message);

	for (; args->name; args++) {
		size_t len = strlen(args->type);

		if (strncmp(rest, args->type, len) != 0)
			return false;
		rest += len;
	}
	return *rest == '\0';
}

/* What the call is of, or the error that it ends with, and a sentence about that. */
static const char *find_handler(struct call *call, DBusMessage *message, const char **ret_why)
{
	const char *interface_name = dbus_message_get_interface(message);
	const char *member = dbus_message_get_member(message);
	const struct bus_interface *interface = NULL;

	call->object = find_object(dbus_message_get_path(message), call->id);
	*ret_why = N_("no such object");
	if (!call->object)
		return DBUS_ERROR_UNKNOWN_OBJECT;
	if (interface_name)
		interface = bus_object_interface(call->object, interface_name);
	*ret_why = "the object has no such interface";
	if (interface_name && !interface)
		return DBUS_ERROR_UNKNOWN_INTERFACE;
	call->method =
		interface ? find_method(interface, member) : find_any_method(call->object, member);
	*ret_why = "the interface has no such method";
	if (!call->method || !call->method->serve)
		return DBUS_ERROR_UNKNOWN_METHOD;
	*ret_why = "the arguments have other types than the method takes";
	return types_match(message, call->method->in) ? NULL : pat_error_name(PAT_ERR_INVALID_ARGS);
}

void bus_dispatch(struct calls *calls, DBusConnection *connection, DBusMessage *message)
{
	struct call *call;
	DBusMessageIter args;
	const char *error, *why;

	call = call_new(calls, connection, message);
	if (!call)
		return;
	if (bus_message_exceeds(message, MESSAGE_MAX)) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, N_("the message is too long"));
		return;
	}
	error = find_handler(call, message, &why);
	if (error) {
		call_refuse_named(call, error, why);
		return;
	}
	(void)dbus_message_iter_init(message, &args);
	if (call->method->read && !call->method->read(call, &args))
		return;
	call_identify(call);
}
