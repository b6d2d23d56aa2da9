/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens with their rows. */
#include "front/bus/object_set.h"

#include <stdlib.h>
#include <string.h>

static struct object *find_object(const struct object_set *set, const struct pat_id *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (memcmp(set->all[i].id.text, id->text, PAT_ID_LEN) == 0)
			return &set->all[i];
	return NULL;
}

/* A new object without a row; NULL without memory. */
static struct object *add_object(struct object_set *set, const struct pat_id *id)
{
	struct object *all;
	size_t size = set->size ? set->size * 2 : 16;

	if (set->n == set->size) {
		all = realloc(set->all, size * sizeof(*all));
		if (!all)
			return NULL;
		set->all = all;
		set->size = size;
	}
	set->all[set->n] = (struct object) { .id = *id };
	return &set->all[set->n++];
}

bool object_set_put(struct object_set *set, const struct pat_id *id, const void *row, size_t len)
{
	struct object *object = find_object(set, id);

	if (!object)
		object = add_object(set, id);
	return object && packed_row_set(&object->row, row, len);
}

void object_set_remove(struct object_set *set, const struct pat_id *id)
{
	struct object *object = find_object(set, id);

	if (!object)
		return;
	packed_row_clear(&object->row);
	*object = set->all[--set->n];
}

void object_set_clear(struct object_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		packed_row_clear(&set->all[i].row);
	free(set->all);
	*set = (struct object_set) { 0 };
}
