/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What patd serves on the bus, as tables: objects, their interfaces, methods and properties.
 * Dispatching, Introspect and Properties read them, and a test compares them with
 * dbus/org.patd.Tokens1.xml.
 */
#pragma once

#include "common/field.h"
#include "front/bus/call.h"

#define BUS_ARGS_MAX 4
#define BUS_OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager" /* libdbus has no name for it */

struct bus_arg {
	const char *name, *type;
};

struct bus_signal {
	const char *name;
	struct bus_arg args[BUS_ARGS_MAX + 1]; /* end with a NULL name */
};

/* A method, defined beside its functions. */
struct bus_method {
	const char *name;
	/*
	 * Reads the arguments, whose types are those of `in`, into the call: nothing of them is
	 * there afterwards.  False: the call has ended with a refusal.  NULL: there is nothing to
	 * read.
	 */
	bool (*read)(struct call *call, DBusMessageIter *args);
	/* Ends the call, now or later. */
	void (*serve)(struct call *call);
	struct bus_arg in[BUS_ARGS_MAX + 1], out[BUS_ARGS_MAX + 1]; /* end with a NULL name */
	bool anonymous;    /* the name of the caller is not looked up */
	bool takes_access; /* and never waits for a place among other calls */
	bool long_answer;  /* one of a client is served at a time */
};

struct bus_interface {
	const char *name;
	/* Tables that end with a NULL name; the list ends with NULL, and may be NULL. */
	const struct bus_method *const *methods;
	/* The record that the object is a row of, and what is static about its properties. */
	const struct table *(*properties)(void);
	/* The value of EmitsChangedSignal of that property. */
	const char *(*changes)(const char *property);
	const struct bus_signal *signals; /* end with a NULL name; may be NULL */
	/*
	 * Asks for the record, and then calls reply with it in call->work; or refuses the call.
	 * NULL: there are no properties.
	 */
	void (*fill)(struct call *call, void (*reply)(struct call *call));
};

struct bus_object {
	const char *path;                              /* of a token: its parent's */
	const char *child;                             /* the node below, NULL for none */
	const struct bus_interface *const *interfaces; /* end with NULL */
};

/*
 * The tables of methods, each in the file with its functions.  bus_list.c has the check, and
 * bus_generate.c and bus_history.c have those of a token.
 */
extern const struct bus_method bus_generate_methods[], bus_list_methods[], bus_disable_methods[],
	bus_session_methods[], bus_approval_methods[], bus_check_methods[], bus_history_methods[];
extern const struct bus_method bus_rotate_methods[], bus_sources_methods[];

/* Each is defined in the file of its name, standard.c or object_manager.c. */
extern const struct bus_interface bus_manager_interface, bus_token_interface;
extern const struct bus_interface bus_properties_interface, bus_introspectable_interface,
	bus_object_manager_interface;

/* dispatch.c: serves one method call, now or later. */
void bus_dispatch(struct calls *calls, DBusConnection *connection, DBusMessage *message);

/* object_manager.c: something happened to that token, which replies under way must know of. */
void bus_objects_event(enum token_event event, const struct token_row *row);

/* standard.c: the interface of that name on the object; NULL: there is none. */
const struct bus_interface *bus_object_interface(const struct bus_object *object, const char *name);
