/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What patd serves on the bus, as tables: objects, their interfaces, methods and properties.
 * Dispatching, Introspect and Properties read them, and a test compares them with
 * dbus/org.patd.Tokens1.xml.
 */
#pragma once

#include "patd/bus/call.h"

#define BUS_ARGS_MAX 4
#define BUS_OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager" /* libdbus has no name for it */

struct bus_arg {
	const char *name, *type;
};

struct bus_signal {
	const char *name;
	struct bus_arg args[BUS_ARGS_MAX + 1]; /* end with a NULL name */
};

/* A method, defined beside its handler. */
struct bus_method {
	const char *name;
	/* Ends the call, now or later.  Its arguments have the types of in. */
	void (*handle)(struct call *call);
	struct bus_arg in[BUS_ARGS_MAX + 1], out[BUS_ARGS_MAX + 1]; /* end with a NULL name */
	bool anonymous; /* served without asking the bus who calls */
};

/* A property: its value is in a view, the struct that its interface fills. */
struct bus_property {
	const char *name;
	const char *type;    /* a basic one, or "as": a text with commas between the items */
	const char *changes; /* the value of EmitsChangedSignal */
	size_t offset;       /* of a number, a bool, or a text */
	bool in_place;       /* the text is at offset; else a pointer to it is */
	const char *(*word)(const void *view); /* if set, returns the text */
};

/* The last three of these: a member, if a text then a pointer to it; and a text in place. */
#define BUS_MEMBER(view, member) offsetof(view, member), false, NULL
#define BUS_TEXT(view, member) offsetof(view, member), true, NULL

struct bus_interface {
	const char *name;
	/* Tables that end with a NULL name; the list ends with NULL, and may be NULL. */
	const struct bus_method *const *methods;
	/* A table that ends with a NULL name.  NULL: there are no properties. */
	const struct bus_property *(*properties)(void);
	const struct bus_signal *signals; /* end with a NULL name; may be NULL */
	/* Fills a view of that size, for the object and the caller of the call, or call->refusal.
	 */
	size_t view_size;
	enum pat_error (*fill)(struct call *call, void *ret_view);
};

struct bus_object {
	const char *path;                              /* of a token: its parent's */
	const char *child;                             /* the node below, NULL for none */
	const struct bus_interface *const *interfaces; /* end with NULL */
};

/*
 * The tables of methods, each in the file with its handlers.  bus_list.c has the check, and
 * bus_generate.c and bus_history.c have those of a token.
 */
extern const struct bus_method bus_generate_methods[], bus_list_methods[], bus_disable_methods[],
	bus_check_methods[], bus_history_methods[], bus_backup_methods[];
extern const struct bus_method bus_rotate_methods[], bus_sources_methods[];

/* Each is defined in the file of its name, standard.c or object_manager.c. */
extern const struct bus_interface bus_manager_interface, bus_token_interface;
extern const struct bus_interface bus_properties_interface, bus_introspectable_interface,
	bus_object_manager_interface;

/* dispatch.c: serves one method call, now or later. */
void bus_dispatch(struct calls *calls, DBusConnection *connection, DBusMessage *message);

/*
 * bus_generate.c: the bus returned the message of that serial, as it could not deliver it.  Deletes
 * the token whose secret is in the message, if there is one.
 */
void bus_secret_undelivered(struct calls *calls, struct tokens *tokens, dbus_uint32_t serial);

/* standard.c: the interface of that name on the object; NULL: there is none. */
const struct bus_interface *bus_object_interface(const struct bus_object *object, const char *name);
