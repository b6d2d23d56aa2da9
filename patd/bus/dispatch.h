/*
 * What patd shows on the bus, as tables: objects, their interfaces, methods and properties.
 * Dispatching, Introspect and Properties all read them, and a test holds them against
 * dbus/org.patd.Tokens1.xml.
 */
#ifndef PATD_BUS_DISPATCH_H
#define PATD_BUS_DISPATCH_H

#include <dbus/dbus.h>
#include <stddef.h>

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

struct bus_method {
	const char *name;
	struct bus_arg in[BUS_ARGS_MAX + 1], out[BUS_ARGS_MAX + 1]; /* end with a NULL name */
	/* Ends the call.  Its arguments have the types of in. */
	void (*handle)(struct call *call);
	bool anonymous; /* whoever asks; else the caller has been identified */
};

/*
 * A property of a basic type, or "as", kept at offset in the view that its interface fills; "as"
 * as a string with commas.
 */
struct bus_property {
	const char *name, *type;
	const char *changes; /* the value of EmitsChangedSignal */
	size_t offset;
};

union bus_view;

struct bus_interface {
	const char *name;
	const struct bus_method *methods;      /* end with a NULL name; may be NULL */
	const struct bus_property *properties; /* the same */
	const struct bus_signal *signals;      /* the same */
	/*
	 * Fills what the properties show, for the object and the caller of call.  NULL where
	 * there are no properties.
	 */
	enum pat_error (*fill)(
		struct call *call, union bus_view *ret_view, struct refusal *ret_refusal);
};

struct bus_object {
	const char *path;                              /* of a token: its parent's */
	const char *child;                             /* the node below, NULL for none */
	const struct bus_interface *const *interfaces; /* end with NULL */
};

extern const struct bus_interface bus_manager_interface, bus_token_interface;
extern const struct bus_interface bus_properties_interface, bus_introspectable_interface,
	bus_object_manager_interface;

/* Serves one method call, now or later. */
void bus_object_serve(struct calls *calls, DBusConnection *connection, DBusMessage *message);

/* The interface of that name on the call's object, NULL if it has none such. */
const struct bus_interface *bus_object_interface(const struct call *call, const char *name);

#endif
