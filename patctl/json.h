/*
 * Answers for programs, on standard output.  Times are integers, seconds since 1970 UTC; what
 * does not exist is an explicit null.  A list is one array, written item by item.
 */
#ifndef PATCTL_JSON_H
#define PATCTL_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "patctl/row.h"

/* The caller owns the result, which is never NULL. */
json_t *json_of_row(const struct row *row);

/* text, or null for NULL. */
json_t *json_of_text(const char *text);

/* object unless it is NULL, which means that memory is out and ends patctl. */
json_t *json_must(json_t *object);

struct json_list {
	bool begun;
};

/* Writes item, which it takes over. */
void json_list_add(struct json_list *list, json_t *item);
void json_list_end(struct json_list *list);

#endif
