/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments of a method, read into the request that patd will be asked: options by a table. */
#pragma once

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call;

#define BUS_LIST_MAX 2048 /* bytes of strings with commas between them, with a NUL */

/* How an option is read. */
enum bus_option_kind {
	BUS_TEXT,   /* "s" into a char[]; one that is too long is cut, and the rules refuse it */
	BUS_USER,   /* the same; too long is an error, as its beginning may be another's name */
	BUS_NUMBER, /* "t" into a uint64_t */
	BUS_FLAG,   /* "b": the bit in `given`, and 1 into a uint64_t, if it is true */
	BUS_LIST,   /* "as" into a char[], with commas between the strings */
};

struct bus_option {
	const char *key; /* NULL ends the table */
	enum bus_option_kind kind;
	void *ret_value; /* may be NULL for a flag */
	size_t size;     /* of a char[] */
	uint32_t given;  /* the bit that says that it is given; 0: none */
};

/*
 * Reads the a{sv} at args; options NULL: there are none.  Sets bits in *ret_given.  NULL if all
 * keys are known, of the right type and given once; else what is wrong, static, and the variables
 * may have been written.
 */
const char *bus_options_read(
	DBusMessageIter *args, const struct bus_option *options, uint32_t *ret_given);

/* The same for a call.  False: an option was wrong, and the call has ended with its refusal. */
bool bus_options_of_call(struct call *call, DBusMessageIter *args, const struct bus_option *options,
	uint32_t *ret_given);

/* Where the arguments of a method go that lists a page. */
struct bus_page {
	const struct bus_option *options; /* of the filter */
	uint32_t *ret_given, *ret_limit;
	char *ret_cursor;
	size_t cursor_size;
	const char *user; /* whom the call is about, if the filter has GIVEN_USER */
};

/* The same for the arguments filter, limit and cursor. */
bool bus_page_of_call(struct call *call, DBusMessageIter *args, const struct bus_page *page);

/* The string at args, cut to size - 1 bytes; args moves on to what follows. */
void bus_text_read(DBusMessageIter *args, char *ret_text, size_t size);

/*
 * Whether the message is longer than limit bytes, as far as anything in it is: stops looking when
 * it knows.
 */
bool bus_message_exceeds(DBusMessage *message, size_t limit);
