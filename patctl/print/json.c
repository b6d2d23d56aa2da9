/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making JSON by jansson, and writing it. */
#include "patctl/print/json.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/name.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"
#include "patctl/print/json_record.h"

json_t *json_must(json_t *object)
{
	if (!object)
		no_memory();
	return object;
}

json_t *json_of_text(const char *text)
{
	return json_must(text && *text != '\0' ? json_string(text) : json_null());
}

json_t *json_of_nonzero(uint64_t number)
{
	return json_must(number ? json_integer((json_int_t)number) : json_null());
}

json_t *json_of_texts(char *const *texts)
{
	json_t *array = json_must(json_array());

	for (; *texts; texts++)
		json_append(array, json_must(json_string(*texts)));
	return array;
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		no_memory();
}

void json_add(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		no_memory();
}

void json_add_error(json_t *object, const DBusError *error)
{
	const struct outcome_info *info = dbus_error_is_set(error) ? outcome_of(error) : NULL;

	json_add(object, "error", json_of_text(info ? info->word : NULL));
	json_add(object, "message", json_of_text(info ? error->message : NULL));
	json_add(object, "advice", json_of_text(info ? info->advice : NULL));
}

static void dump(json_t *item)
{
	char *text = must_alloc(json_dumps(item, 0));

	if (pat_text_problem(text))
		json_write_ascii(stdout, item);
	else
		(void)fputs(text, stdout);
	free(text);
	json_decref(item);
}

void json_line(json_t *item)
{
	dump(item);
	(void)putchar('\n');
}

void json_list_next(struct json_list *list)
{
	(void)fputs(list->begun ? ",\n" : "[\n", stdout);
	list->begun = true;
}

void json_list_record(struct json_list *list, const struct table *table, const void *record)
{
	json_list_next(list);
	json_record(stdout, table, record);
}

void json_list_add(struct json_list *list, json_t *item)
{
	json_list_next(list);
	dump(item);
}

void json_list_end(struct json_list *list)
{
	(void)fputs(list->begun ? "\n]\n" : "[]\n", stdout);
}
