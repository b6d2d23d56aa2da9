/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records as JSON, and the writing of JSON. */
#include "patctl/print/json.h"

#include <stdio.h>

#include "patctl/base/text.h"

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

static json_t *of_field(enum record_field_type type, const void *member)
{
	const uint64_t *number = member;

	switch (type) {
	case RECORD_TEXT:
		return json_of_text(*(char *const *)member);
	case RECORD_TEXTS:
		return json_of_texts(*(char **const *)member);
	case RECORD_ID:
		return json_of_text(member);
	case RECORD_UINT32:
		return json_must(json_integer(*(const uint32_t *)member));
	case RECORD_UINT64:
		return json_must(json_integer((json_int_t)*number));
	case RECORD_NONZERO:
		return json_of_nonzero(*number);
	case RECORD_BOOL:
		return json_must(json_boolean(*(const bool *)member));
	}
	return json_must(json_null());
}

json_t *json_of_record(const struct record_type *type, const void *record)
{
	json_t *object = json_must(json_object());

	for (size_t i = 0; i < type->n; i++) {
		const struct record_field *field = &type->fields[i];

		json_add(object, field->json,
			of_field(field->type, (const char *)record + field->offset));
	}
	return object;
}

json_t *json_of_token(const struct token *token)
{
	json_t *object = json_of_record(token_record_type(), token);

	if (token->last_used_at && *token->last_used_from == '\0')
		json_add(object, "last_used_from", json_of_text("local"));
	return object;
}

json_t *json_of_history_entry(const struct history_entry *entry)
{
	json_t *object = json_of_record(&history_entry_type, entry);

	/* An entry about many tokens has no uid. */
	if (*entry->token == '\0')
		json_add(object, "uid", json_must(json_null()));
	return object;
}

static void dump(json_t *item)
{
	if (json_dumpf(item, stdout, 0) < 0 && !ferror(stdout))
		no_memory();
	json_decref(item);
}

void json_line(json_t *item)
{
	dump(item);
	(void)putchar('\n');
}

void json_list_add(struct json_list *list, json_t *item)
{
	(void)fputs(list->begun ? ",\n" : "[\n", stdout);
	list->begun = true;
	dump(item);
}

void json_list_end(struct json_list *list)
{
	(void)fputs(list->begun ? "\n]\n" : "[]\n", stdout);
}
