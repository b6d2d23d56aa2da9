/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values of properties as libdbus appends them: one, a dictionary of an object, or rows of a reply.
 *
 * A view is a struct that has the values, at the offsets that a table of properties gives.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

#include "patd/bus/interface.h"

_Static_assert(sizeof(uint64_t) == sizeof(dbus_uint64_t), "numbers are appended as they are");

/* Appends an a{sv} of the properties in names, which ends with NULL; names NULL: of all. */
bool reply_append(DBusMessageIter *to, const struct bus_property *properties,
	const char *const *names, const void *view);

/* Appends one property with its name to a dictionary, and as a variant alone. */
bool reply_append_pair(
	DBusMessageIter *dict, const struct bus_property *property, const void *view);
bool reply_append_one(DBusMessageIter *to, const struct bus_property *property, const void *view);

/* A reply that begins with an array: rows, an aa{sv} with the properties of a table, or others. */
struct reply_rows {
	struct call *call;
	DBusMessage *reply; /* NULL: out of memory, and no row is added any more */
	DBusMessageIter to, rows;
};

/* An empty reply to the call, with rows of that type.  *rows stays where it is until its end. */
void reply_rows_begin(struct reply_rows *rows, struct call *call, const char *type);
void reply_rows_discard(struct reply_rows *rows);

/* Adds a row, the properties of view.  0, or -ENOMEM, and the reply is discarded. */
int reply_rows_append(
	struct reply_rows *rows, const struct bus_property *properties, const void *view);

/*
 * Ends the call: with PAT_OK by the reply, with cursor after the rows unless that is NULL; else by
 * the refusal, about user unless that is NULL.
 */
void reply_rows_end(
	struct reply_rows *rows, enum pat_error error, const char *cursor, const char *user);
