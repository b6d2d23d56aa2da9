/* A reply that begins with an aa{sv}: rows, each with the properties of one table. */
#ifndef PATD_BUS_ROWS_H
#define PATD_BUS_ROWS_H

#include "patd/bus/call.h"
#include "patd/bus/dispatch.h"

struct bus_rows {
	DBusMessage *reply; /* NULL: out of memory, and all that follows comes to nothing */
	DBusMessageIter to, rows;
};

/* An empty reply to call, to be ended by bus_rows_end() or bus_rows_abandon(). */
void bus_rows_begin(const struct call *call, struct bus_rows *ret_rows);

/* Adds a row, the properties of view.  0, or -ENOMEM. */
int bus_rows_append(struct bus_rows *rows, const struct bus_property *properties, const void *view);

/* The reply, with cursor behind the rows unless that is NULL.  NULL: out of memory. */
DBusMessage *bus_rows_end(struct bus_rows *rows, const char *cursor);

void bus_rows_abandon(struct bus_rows *rows);

#endif
