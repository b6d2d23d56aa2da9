/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options: an a{sv} argument of a method, read into variables by a table. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>

struct call;

/* Strings, with commas between them. */
#define BUS_LIST_MAX 2048
struct bus_list {
	char text[BUS_LIST_MAX];
};

struct bus_option {
	const char *key; /* NULL ends the table */
	int type;        /* a basic one: DBUS_TYPE_STRING, …; or DBUS_TYPE_ARRAY, of strings */
	/*
	 * Where the value goes, in the type that libdbus reads; but a bool for a boolean, and a
	 * struct bus_list for an array.  A string is owned by the message.
	 */
	void *ret_value;
	bool *ret_given; /* NULL: not of interest */
};

/*
 * Reads the a{sv} at args; options NULL: there are none.  NULL if all keys are known, of the right
 * type and given once; else what is wrong, static, and the variables may have been written.
 */
const char *bus_options_read(DBusMessageIter *args, const struct bus_option *options);

/*
 * Reads the arguments of a method, whose types have been checked: options, after a basic one that
 * libdbus reads into *ret_first unless that is NULL; or those of a list, a filter, limit and
 * cursor.  False: an option was wrong, and the call has ended with its refusal.
 */
bool bus_options_of_call(struct call *call, void *ret_first, const struct bus_option *options);
bool bus_options_of_list(struct call *call, const struct bus_option *options,
	dbus_uint32_t *ret_limit, const char **ret_cursor);
