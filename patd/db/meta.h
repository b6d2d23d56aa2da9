/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the database knows of itself as a whole: the table meta. */
#ifndef PATD_DB_META_H
#define PATD_DB_META_H

#include <stddef.h>
#include <stdint.h>

#include "patd/db/database.h"

/* The key's check value (META_KEY_CHECK_LEN bytes); -ENOENT if none was ever set. */
#define META_KEY_CHECK_LEN 32
int meta_get_key_check(struct database *database, void *ret_value, size_t size);
/* A change of its own. */
int meta_set_key_check(struct database *database, const void *value, size_t size);

/* The latest time seen, 0 in a new database. */
int meta_get_time(struct database *database, uint64_t *ret_time);
/* As part of the open transaction, and as usage. */
int meta_set_time(struct database *database, uint64_t time);
int meta_touch_time(struct database *database, uint64_t time);

/* When the daily work was done last; 0: never. */
int meta_get_daily(struct database *database, uint64_t *ret_time);
int meta_touch_daily(struct database *database, uint64_t time);

/* Whether there is any token. */
int meta_has_tokens(struct database *database, bool *ret_has);

#endif
