/* What the properties of an object show, in the types that libdbus appends. */
#ifndef PATD_BUS_VIEW_H
#define PATD_BUS_VIEW_H

#include <dbus/dbus.h>
#include <stdbool.h>

#include "patd/model/token.h"

_Static_assert(sizeof(uint64_t) == sizeof(dbus_uint64_t), "numbers are appended as they are");

struct manager_view {
	const char *version;
	dbus_uint64_t default_lifetime, now;
};

struct token_view {
	struct token token; /* what the pointers below point into */
	const char *id, *name, *user, *services, *sources, *hours, *revoked_reason;
	const char *last_used_service, *last_used_from;
	/* As of now, and under the policy. */
	const char *state;
	uint64_t expires_at, revoked_at, revoked_until, former_until;
};

union bus_view {
	struct manager_view manager;
	struct token_view token;
};

struct bus_property;

/* Appends an a{sv} of all properties.  False without memory. */
bool bus_view_append(DBusMessageIter *to, const struct bus_property *properties, const void *view);

/* The same of those that are named, up to a NULL. */
bool bus_view_append_some(DBusMessageIter *to, const struct bus_property *properties,
	const char *const *names, const void *view);

/* Appends one property as a variant.  False without memory. */
bool bus_view_append_one(
	DBusMessageIter *to, const struct bus_property *property, const void *view);

#endif
