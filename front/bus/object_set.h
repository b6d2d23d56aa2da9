/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens with their rows, each once with its latest row. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/token_format.h"
#include "front/bus/packed_row.h"

struct object {
	struct pat_id id;
	struct packed_row row;
};

struct object_set {
	struct object *all;
	size_t n, size;
};

/*
 * Adds the token, or puts a later row in place of its former one.  False without memory: the token
 * may be there without its row.
 */
bool object_set_put(struct object_set *set, const struct pat_id *id, const void *row, size_t len);

/* If the token is in the set. */
void object_set_remove(struct object_set *set, const struct pat_id *id);

/* Frees what is in it, not the struct. */
void object_set_clear(struct object_set *set);
