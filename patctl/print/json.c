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

/* A number, or null for 0. */
static json_t *of_number(uint64_t number)
{
	return json_must(number ? json_integer((json_int_t)number) : json_null());
}

json_t *json_of_time(uint64_t at)
{
	return of_number(at);
}

json_t *json_of_texts(char *const *texts)
{
	json_t *array = json_must(json_array());

	for (; *texts; texts++)
		if (json_array_append_new(array, json_must(json_string(*texts))) < 0)
			no_memory();
	return array;
}

void json_add(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		no_memory();
}

static void add_count(json_t *object, const char *key, uint64_t count)
{
	json_add(object, key, json_must(json_integer((json_int_t)count)));
}

static void add_truth(json_t *object, const char *key, bool truth)
{
	json_add(object, key, json_must(json_boolean(truth)));
}

json_t *json_of_row(const struct row *row)
{
	const char *from = *row->last_used_from ? row->last_used_from : "local";
	json_t *object = json_must(json_object());

	json_add(object, "id", json_of_text(row->id.text));
	json_add(object, "name", json_of_text(row->name));
	add_count(object, "uid", row->uid);
	json_add(object, "user", json_of_text(row->user));
	json_add(object, "state", json_of_text(row->state));
	json_add(object, "created_at", json_of_time(row->created_at));
	add_count(object, "created_by", row->created_by);
	json_add(object, "expires_at", json_of_time(row->expires_at));
	json_add(object, "services", json_of_texts(row->services));
	json_add(object, "sources", json_of_texts(row->sources));
	json_add(object, "hours", json_of_text(row->hours));
	json_add(object, "not_before", json_of_time(row->not_before));
	json_add(object, "max_uses", of_number(row->max_uses));
	add_count(object, "uses", row->uses);
	json_add(object, "revoked_at", json_of_time(row->revoked_at));
	json_add(object, "revoked_until", json_of_time(row->revoked_until));
	json_add(object, "revoked_reason", json_of_text(row->revoked_reason));
	add_count(object, "rotations", row->rotations);
	json_add(object, "rotated_at", json_of_time(row->rotated_at));
	json_add(object, "former_until", json_of_time(row->former_until));
	json_add(object, "last_used_at", json_of_time(row->last_used_at));
	json_add(object, "last_used_service", json_of_text(row->last_used_service));
	json_add(object, "last_used_from", json_of_text(row->last_used_at ? from : NULL));
	return object;
}

json_t *json_of_entry(const struct entry *entry)
{
	json_t *object = json_must(json_object());

	add_count(object, "seq", entry->seq);
	json_add(object, "at", json_of_time(entry->at));
	json_add(object, "event", json_of_text(entry->event));
	json_add(object, "id", json_of_text(entry->token));
	json_add(object, "name", json_of_text(entry->name));
	json_add(object, "user", json_of_text(entry->user));
	json_add(object, "uid",
		*entry->token ? json_must(json_integer(entry->uid)) : json_must(json_null()));
	add_count(object, "by_uid", entry->by_uid);
	json_add(object, "how", json_of_text(entry->how));
	json_add(object, "service", json_of_text(entry->service));
	json_add(object, "from", json_of_text(entry->from));
	json_add(object, "tty", json_of_text(entry->tty));
	json_add(object, "result", json_of_text(entry->result));
	add_truth(object, "new_service", entry->new_service);
	add_truth(object, "new_network", entry->new_network);
	add_count(object, "unrecorded", entry->unrecorded);
	json_add(object, "detail", json_of_text(entry->detail));
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
