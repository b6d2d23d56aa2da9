/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard interfaces Introspectable and Properties, served from the tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "front/bus/bus_message.h"
#include "front/bus/interface.h"
#include "front/bus/reply.h"

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

static void write_properties(FILE *to, const struct bus_interface *interface)
{
	const struct table *table = interface->properties();

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (reply_type(field))
			fprintf(to,
				"  <property name=\"%s\" type=\"%s\" access=\"read\">\n"
				"   <annotation"
				" name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\""
				" value=\"%s\"/>\n"
				"  </property>\n",
				field->property, reply_type(field),
				interface->changes(field->property));
	}
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
	if (interface->properties)
		write_properties(to, interface);
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

	call->reply_bytes = text ? strlen(text) : 0;
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
 * Reads the name of an interface, and with_property that of a property, into the call.  False:
 * there is none, and the call has ended with a refusal.
 */
static bool read_names(struct call *call, DBusMessageIter *args, bool with_property)
{
	const struct table *table;
	const char *name;

	dbus_message_iter_get_basic(args, &name);
	/* No name means all; each of our objects has one interface with properties, its first. */
	call->interface = !with_property && *name == '\0'
				  ? call->object->interfaces[0]
				  : bus_object_interface(call->object, name);
	if (!call->interface) {
		call_refuse_named(
			call, DBUS_ERROR_UNKNOWN_INTERFACE, "the object has no such interface");
		return false;
	}
	if (!with_property)
		return true;
	(void)dbus_message_iter_next(args);
	dbus_message_iter_get_basic(args, &name);
	table = call->interface->properties ? call->interface->properties() : NULL;
	for (size_t i = 0; table && i < table->n && !call->field; i++)
		if (reply_type(&table->fields[i]) && strcmp(table->fields[i].property, name) == 0)
			call->field = &table->fields[i];
	if (call->field)
		return true;
	call_refuse_named(call, DBUS_ERROR_UNKNOWN_PROPERTY, "the interface has no such property");
	return false;
}

static bool read_get(struct call *call, DBusMessageIter *args)
{
	return read_names(call, args, true);
}

static bool read_get_all(struct call *call, DBusMessageIter *args)
{
	return read_names(call, args, false);
}

/* Replies with what is asked about of the record in call->work; NULL: there are no properties. */
static void reply_record(struct call *call)
{
	static const struct table none = { .n = 0 };
	const struct table *table =
		call->interface->properties ? call->interface->properties() : &none;
	cleanup_message DBusMessage *reply = call_new_reply(call);
	DBusMessageIter to;
	bool complete = false;

	if (reply) {
		dbus_message_iter_init_append(reply, &to);
		complete = call->field ? reply_append_one(&to, call->field, call->work)
				       : reply_append(&to, table, NULL, call->work);
	}
	call_reply(call, complete ? TAKE(reply) : NULL);
}

static void get(struct call *call)
{
	if (call->interface->fill)
		call->interface->fill(call, reply_record);
	else
		reply_record(call);
}

static void set(struct call *call)
{
	call_refuse_named(call, DBUS_ERROR_PROPERTY_READ_ONLY, "the property cannot be set");
}

static const struct bus_method introspectable[] = {
	{ "Introspect", NULL, introspect, .out = { { "xml_data", "s" } }, .anonymous = true },
	{ 0 },
};

const struct bus_interface bus_introspectable_interface = {
	.name = DBUS_INTERFACE_INTROSPECTABLE,
	.methods = (const struct bus_method *const[]) { introspectable, NULL },
};

static const struct bus_method properties[] = {
	{ "Get", read_get, get, .in = { { "interface_name", "s" }, { "property_name", "s" } },
		.out = { { "value", "v" } } },
	{ "GetAll", read_get_all, get, .in = { { "interface_name", "s" } },
		.out = { { "properties", "a{sv}" } } },
	{ "Set", read_get, set,
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
