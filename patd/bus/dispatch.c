/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects on the bus, and the call of a method that finds its handler. */
#include "patd/bus/interface.h"

#include <string.h>

#include "common/bus.h"
#include "common/l10n.h"

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

static const struct bus_object *find_object(const char *path, const char **ret_id)
{
	size_t parent = strlen(PAT_BUS_TOKEN_PATH);

	*ret_id = NULL;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (strcmp(objects[i].path, path) == 0)
			return &objects[i];
	if (strncmp(path, PAT_BUS_TOKEN_PATH, parent) == 0 && path[parent] == '/' &&
		pat_id_valid(path + parent + 1)) {
		*ret_id = path + parent + 1;
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

void bus_dispatch(struct calls *calls, DBusConnection *connection, DBusMessage *message)
{
	struct call *call = call_new(calls, connection, message);
	const char *interface_name = dbus_message_get_interface(message);
	const struct bus_interface *interface = NULL;

	if (!call)
		return;
	call->object = find_object(dbus_message_get_path(message), &call->id);
	if (call->object && interface_name)
		interface = bus_object_interface(call->object, interface_name);
	if (interface)
		call->method = find_method(interface, dbus_message_get_member(message));
	else if (call->object && !interface_name)
		call->method = find_any_method(call->object, dbus_message_get_member(message));

	if (!call->object)
		call_refuse_named(call, DBUS_ERROR_UNKNOWN_OBJECT, N_("no such object"));
	else if (interface_name && !interface)
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_INTERFACE, "the object has no such interface");
	else if (!call->method || !call->method->handle)
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_METHOD, "the interface has no such method");
	else if (!types_match(message, call->method->in))
		call_refuse(call, PAT_ERR_INVALID_ARGS,
			"the arguments have other types than the method takes");
	else if (call->method->anonymous)
		call->method->handle(call);
	else
		call_identify(call, call->method->handle);
}
