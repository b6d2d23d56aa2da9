/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard interfaces Introspectable and Properties, served from the tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/bus/bus_message.h"
#include "patd/bus/reply.h"

static const char doctype[] = DBUS_INTROSPECT_1_0_XML_DOCTYPE_DECL_NODE;

/* direction: NULL for a signal's. */
static void write_args(FILE *to, const struct bus_arg *args, const char *direction)
{
	for (; args->name; args++) {
		fprintf(to, "   <arg name=\"%s\" type=\"%s\"", args->name, args->type);
		if (direction)
			fprintf(to, " direction=\"%s\"", direction);
		fputs("/>\n", to);
	}
}

static void write_methods(FILE *to, const struct bus_method *table)
{
	for (const struct bus_method *m = table; m->name; m++) {
		fprintf(to, "  <method name=\"%s\">\n", m->name);
		write_args(to, m->in, "in");
		write_args(to, m->out, "out");
		fprintf(to, "  </method>\n");
	}
}

static void write_interface(FILE *to, const struct bus_interface *interface)
{
	const struct bus_property *properties =
		interface->properties ? interface->properties() : NULL;

	fprintf(to, " <interface name=\"%s\">\n", interface->name);
	for (const struct bus_method *const *table = interface->methods; table && *table; table++)
		write_methods(to, *table);
	for (const struct bus_signal *s = interface->signals; s && s->name; s++) {
		fprintf(to, "  <signal name=\"%s\">\n", s->name);
		write_args(to, s->args, NULL);
		fprintf(to, "  </signal>\n");
	}
	for (const struct bus_property *p = properties; p && p->name; p++)
		fprintf(to,
			"  <property name=\"%s\" type=\"%s\" access=\"read\">\n"
			"   <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\""
			" value=\"%s\"/>\n"
			"  </property>\n",
			p->name, p->type, p->changes);
	fprintf(to, " </interface>\n");
}

/* The caller frees it; NULL without memory. */
static char *describe(const struct bus_object *object)
{
	cleanup_free char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	bool failed;

	if (!to)
		return NULL;
	fprintf(to, "%s<node>\n", doctype);
	for (const struct bus_interface *const *i = object->interfaces; *i; i++)
		write_interface(to, *i);
	if (object->child)
		fprintf(to, " <node name=\"%s\"/>\n", object->child);
	fprintf(to, "</node>\n");
	failed = ferror(to) != 0;
	if (fclose(to) != 0 || failed)
		return NULL;
	return TAKE(text);
}

static void introspect(struct call *call)
{
	cleanup_free char *text = describe(call->object);

	if (text)
		call_reply_args(call, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
	else
		call_reply(call, NULL);
}

/* The named interface, whose view is in call->work; NULL: the call has ended with a refusal. */
static const struct bus_interface *fill_view(struct call *call, const char *name)
{
	const struct bus_interface *interface = bus_object_interface(call->object, name);
	struct refusal refusal = { 0 };
	enum pat_error error;
	void *view;

	if (!interface) {
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_INTERFACE, "the object has no such interface");
		return NULL;
	}
	if (!interface->fill)
		return interface;
	view = call_new_work(call, interface->view_size);
	if (!view)
		return NULL;
	error = interface->fill(call, view, &refusal);
	if (error != PAT_OK) {
		call_refuse(call, error, refusal.why);
		return NULL;
	}
	return interface;
}

/* The first one or two arguments, which are strings. */
static void get_names(struct call *call, const char **ret_interface, const char **ret_property)
{
	DBusMessageIter args;

	(void)dbus_message_iter_init(call->message, &args);
	dbus_message_iter_get_basic(&args, ret_interface);
	if (ret_property && dbus_message_iter_next(&args))
		dbus_message_iter_get_basic(&args, ret_property);
}

/* Replies with one property of the interface whose view is in call->work, or with all. */
static void reply_view(struct call *call, const struct bus_interface *interface,
	const struct bus_property *property)
{
	cleanup_message DBusMessage *reply = call_new_reply(call);
	DBusMessageIter to;
	bool complete = false;

	if (reply) {
		dbus_message_iter_init_append(reply, &to);
		if (property)
			complete = reply_append_one(&to, property, call->work);
		else
			complete = reply_append(&to,
				interface->properties ? interface->properties() : NULL, NULL,
				call->work);
	}
	call_reply(call, complete ? TAKE(reply) : NULL);
}

static void get(struct call *call)
{
	const char *interface_name = "", *name = "";
	const struct bus_interface *interface;
	const struct bus_property *property;

	get_names(call, &interface_name, &name);
	interface = fill_view(call, interface_name);
	if (!interface)
		return;
	property = bus_interface_property(interface, name);
	if (property)
		reply_view(call, interface, property);
	else
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_PROPERTY, "the interface has no such property");
}

static void get_all(struct call *call)
{
	const char *name = "";
	const struct bus_interface *interface;

	get_names(call, &name, NULL);
	/* No name means all; each of our objects has one interface with properties, its first. */
	interface = fill_view(call, *name ? name : call->object->interfaces[0]->name);
	if (interface)
		reply_view(call, interface, NULL);
}

static void set(struct call *call)
{
	const char *interface_name = "", *name = "";
	const struct bus_interface *interface;

	get_names(call, &interface_name, &name);
	interface = bus_object_interface(call->object, interface_name);
	if (!interface)
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_INTERFACE, "the object has no such interface");
	else if (!bus_interface_property(interface, name))
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_PROPERTY, "the interface has no such property");
	else
		call_refuse_named(
			call, DBUS_ERROR_PROPERTY_READ_ONLY, "the property cannot be set");
}

static const struct bus_method introspectable[] = {
	{
		.name = "Introspect",
		.out = { { "xml_data", "s" } },
		.handle = introspect,
		.anonymous = true,
	},
	{ 0 },
};

static const struct bus_method *const introspectable_methods[] = { introspectable, NULL };

const struct bus_interface bus_introspectable_interface = {
	.name = DBUS_INTERFACE_INTROSPECTABLE,
	.methods = introspectable_methods,
};

static const struct bus_method properties[] = {
	{
		.name = "Get",
		.in = { { "interface_name", "s" }, { "property_name", "s" } },
		.out = { { "value", "v" } },
		.handle = get,
	},
	{
		.name = "GetAll",
		.in = { { "interface_name", "s" } },
		.out = { { "properties", "a{sv}" } },
		.handle = get_all,
	},
	{
		.name = "Set",
		.in = { { "interface_name", "s" }, { "property_name", "s" }, { "value", "v" } },
		.handle = set,
		.anonymous = true,
	},
	{ 0 },
};

static const struct bus_method *const properties_methods[] = { properties, NULL };

static const struct bus_signal properties_signals[] = {
	{
		.name = "PropertiesChanged",
		.args = { { "interface_name", "s" }, { "changed_properties", "a{sv}" },
			{ "invalidated_properties", "as" } },
	},
	{ 0 },
};

const struct bus_interface bus_properties_interface = {
	.name = DBUS_INTERFACE_PROPERTIES,
	.methods = properties_methods,
	.signals = properties_signals,
};
