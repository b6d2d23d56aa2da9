#include "patctl/json.h"

#include <stdio.h>

#include "patctl/text.h"

json_t *json_must(json_t *object)
{
	if (!object)
		no_memory();
	return object;
}

json_t *json_of_text(const char *text)
{
	return json_must(text ? json_string(text) : json_null());
}

static json_t *of_time(uint64_t at)
{
	return json_must(at ? json_integer((json_int_t)at) : json_null());
}

json_t *json_of_row(const struct row *row)
{
	const char *service = *row->last_used_service ? row->last_used_service : NULL;

	return json_must(json_pack("{s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id",
		row->id.text, "name", row->name, "uid", (json_int_t)row->uid, "user", row->user,
		"state", row->state, "created_at", of_time(row->created_at), "expires_at",
		of_time(row->expires_at), "revoked_at", of_time(row->revoked_at), "last_used_at",
		of_time(row->last_used_at), "last_used_service", json_of_text(service)));
}

void json_list_add(struct json_list *list, json_t *item)
{
	(void)fputs(list->begun ? ",\n" : "[\n", stdout);
	list->begun = true;
	if (json_dumpf(item, stdout, 0) < 0 && !ferror(stdout))
		no_memory();
	json_decref(item);
}

void json_list_end(struct json_list *list)
{
	(void)fputs(list->begun ? "\n]\n" : "[]\n", stdout);
}
