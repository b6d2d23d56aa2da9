/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON for programs, on standard output.  Times are integers, seconds since 1970 UTC; what does
 * not exist is an explicit null.  A list is one array, written item by item.
 */
#pragma once

#include <dbus/dbus.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "patctl/client/records.h"

/* text, or null for NULL or an empty one. */
json_t *json_of_text(const char *text);

/* number, or null for 0. */
json_t *json_of_nonzero(uint64_t number);

/* Of strings with a NULL at the end. */
json_t *json_of_texts(char *const *texts);

/* Adds value, which the array or object takes over. */
void json_append(json_t *array, json_t *value);
void json_add(json_t *object, const char *key, json_t *value);

/* Adds "error", a word for programs, "message" and "advice": null unless error is set. */
void json_add_error(json_t *object, const DBusError *error);

/* object unless it is NULL, which means that memory is out and ends patctl. */
json_t *json_must(json_t *object);

/* Writes item, which it takes over, on a line of its own. */
void json_line(json_t *item);

struct json_list {
	bool begun;
};

/* The caller writes the next item itself, as by patctl/print/json_record.h. */
void json_list_next(struct json_list *list);

/* Writes a record. */
void json_list_record(struct json_list *list, const struct table *table, const void *record);

/* Writes item, which it takes over. */
void json_list_add(struct json_list *list, json_t *item);
void json_list_end(struct json_list *list);
