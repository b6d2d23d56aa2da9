/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of ids, in memory: 22 bytes for each at least, 44 at most. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/token_format.h"

struct id_set;

/* NULL: out of memory. */
struct id_set *id_set_new(void);
/* NULL is allowed. */
void id_set_free(struct id_set *set);

bool id_set_has(const struct id_set *set, const struct pat_id *id);
/* One that it has is allowed.  -ENOMEM: the set is as it was. */
int id_set_add(struct id_set *set, const struct pat_id *id);
size_t id_set_count(const struct id_set *set);
