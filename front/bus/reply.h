/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values of properties as libdbus appends them: one, a dictionary of an object, or rows of a reply.
 * Each is a member of a record, and the record's table (common/field.h) says how it is called.
 */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/field.h"
#include "front/bus/call.h"

_Static_assert(sizeof(uint64_t) == sizeof(dbus_uint64_t), "numbers are appended as they are");

/* The type of the property on the bus, static; NULL: the field is not shown. */
const char *reply_type(const struct field *field);

/* Appends an a{sv} of the properties in names, which ends with NULL; names NULL: of all. */
bool reply_append(DBusMessageIter *to, const struct table *table, const char *const *names,
	const void *record);

/* Appends one property as a variant. */
bool reply_append_one(DBusMessageIter *to, const struct field *field, const void *record);

/* A reply that begins with an array: rows, an aa{sv} with the properties of a table, or others. */
struct reply_rows {
	struct call *call;
	DBusMessage *reply; /* NULL: out of memory, and no row is added any more */
	DBusMessageIter to, rows;
};

/* An empty reply to the call, with rows of that type.  *rows stays where it is until its end. */
void reply_rows_begin(struct reply_rows *rows, struct call *call, const char *type);
void reply_rows_discard(struct reply_rows *rows);

/* Ends the call by the reply, with cursor after the rows unless that is NULL. */
void reply_rows_end(struct reply_rows *rows, const char *cursor);

/*
 * Serves a method whose reply is the rows that patd answers call->request with, and then the cursor
 * if the request is of a list.
 */
void reply_with_rows(struct call *call, const struct table *table);
