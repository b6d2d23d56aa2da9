/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard interfaces Introspectable and Properties, served from the tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "patd/bus/bus_message.h"
#include "patd/bus/reply.h"

static const char doctype[] = DBUS_INTROSPECT_1_0_XML_DOCTYPE_DECL_NODE;

/* direction: an attribute; "" for a signal's. */
static void write_args(FILE *to, const struct bus_arg *args, const char *direction)
{
	for (; args->name; args++)
		fprintf(to, "   <arg name=\"%s\" type=\"%s\"%s/>\n", args->name, args->type,
			direction);
}

static void write_methods(FILE *to, const struct bus_method *table)
{
	for (const struct bus_method *m = table; m->name; m++) {
		fprintf(to, "  <method name=\"%s\">\n", m->name);
		write_args(to, m->in, " direction=\"in\"");
		write_args(to, m->out, " direction=\"out\"");
		fprintf(to, "  </method>\n");
	}
}

static const struct bus_property *properties_of(const struct bus_interface *interface)
{
	return interface->properties ? interface->properties() : NULL;
}

static void write_interface(FILE *to, const struct bus_interface *interface)
{
	fprintf(to, " <interface name=\"%s\">\n", interface->name);
	for (const struct bus_method *const *table = interface->methods; table && *table; table++)
		write_methods(to, *table);
	for (const struct bus_signal *s = interface->signals; s && s->name; s++) {
		fprintf(to, "  <signal name=\"%s\">\n", s->name);
		write_args(to, s->args, "");
		fprintf(to, "  </signal>\n");
	}
	for (const struct bus_property *p = properties_of(interface); p && p->name; p++)
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

const struct bus_interface *bus_object_interface(const struct bus_object *object, const char *name)
{
	for (const struct bus_interface *const *i = object->interfaces; *i; i++)
		if (strcmp((*i)->name, name) == 0)
			return *i;
	return NULL;
}

/*
 * The interface that the first argument names; the second one names a property.  NULL: there is no
 * such interface, and the call has ended with a refusal.  ret_property NULL: the call is a GetAll.
 */
static const struct bus_interface *read_names(struct call *call, const char **ret_property)
{
	const struct bus_interface *interface;
	DBusMessageIter args;
	const char *name;

	(void)dbus_message_iter_init(call->message, &args);
	dbus_message_iter_get_basic(&args, &name);
	if (ret_property && dbus_message_iter_next(&args))
		dbus_message_iter_get_basic(&args, ret_property);
	/* No name means all; each of our objects has one interface with properties, its first. */
	if (!ret_property && *name == '\0')
		return call->object->interfaces[0];
	interface = bus_object_interface(call->object, name);
	if (!interface)
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_INTERFACE, "the object has no such interface");
	return interface;
}

/* NULL: there is none of that name, and the call has ended with a refusal. */
static const struct bus_property *find_property(
	struct call *call, const struct bus_interface *interface, const char *name)
{
	for (const struct bus_property *p = properties_of(interface); p && p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	call_refuse_named(call, DBUS_ERROR_UNKNOWN_PROPERTY, "the interface has no such property");
	return NULL;
}

/* The view of the interface is in call->work.  False: the call has ended with a refusal. */
static bool fill_view(struct call *call, const struct bus_interface *interface)
{
	enum pat_error error;

	if (!interface->fill)
		return true;
	if (!call_new_work(call, interface->view_size))
		return false;
	error = interface->fill(call, call->work);
	if (error != PAT_OK)
		call_refuse(call, error, call->refusal.why);
	return error == PAT_OK;
}

/* Replies with one property of the view in call->work; NULL: with all of the interface. */
static void reply_view(struct call *call, const struct bus_interface *interface,
	const struct bus_property *property)
{
	cleanup_message DBusMessage *reply = call_new_reply(call);
	DBusMessageIter to;
	bool complete = false;

	if (reply) {
		dbus_message_iter_init_append(reply, &to);
		complete = property ? reply_append_one(&to, property, call->work)
				    : reply_append(&to, properties_of(interface), NULL, call->work);
	}
	call_reply(call, complete ? TAKE(reply) : NULL);
}

static void get(struct call *call)
{
	const char *name = "";
	const struct bus_interface *interface = read_names(call, &name);
	const struct bus_property *property;

	if (!interface || !fill_view(call, interface))
		return;
	property = find_property(call, interface, name);
	if (property)
		reply_view(call, interface, property);
}

static void get_all(struct call *call)
{
	const struct bus_interface *interface = read_names(call, NULL);

	if (interface && fill_view(call, interface))
		reply_view(call, interface, NULL);
}

static void set(struct call *call)
{
	const char *name = "";
	const struct bus_interface *interface = read_names(call, &name);

	if (interface && find_property(call, interface, name))
		call_refuse_named(
			call, DBUS_ERROR_PROPERTY_READ_ONLY, "the property cannot be set");
}

static const struct bus_method introspectable[] = {
	{ "Introspect", introspect, .out = { { "xml_data", "s" } }, .anonymous = true },
	{ 0 },
};

const struct bus_interface bus_introspectable_interface = {
	.name = DBUS_INTERFACE_INTROSPECTABLE,
	.methods = (const struct bus_method *const[]) { introspectable, NULL },
};

static const struct bus_method properties[] = {
	{ "Get", get, .in = { { "interface_name", "s" }, { "property_name", "s" } },
		.out = { { "value", "v" } } },
	{ "GetAll", get_all, .in = { { "interface_name", "s" } },
		.out = { { "properties", "a{sv}" } } },
	{ "Set", set,
		.in = { { "interface_name", "s" }, { "property_name", "s" }, { "value", "v" } },
		.anonymous = true },
	{ 0 },
};

static const struct bus_signal properties_signals[] = {
	{ "PropertiesChanged",
		.args = { { "interface_name", "s" }, { "changed_properties", "a{sv}" },
			{ "invalidated_properties", "as" } } },
	{ 0 },
};

const struct bus_interface bus_properties_interface = {
	.name = DBUS_INTERFACE_PROPERTIES,
	.methods = (const struct bus_method *const[]) { properties, NULL },
	.signals = properties_signals,
};
