/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the database knows of itself as a whole: the table meta. */
#pragma once

#include <stdint.h>

#include "patd/crypto/key.h"
#include "patd/db/database.h"

/* The key's check value; -ENOENT if none was ever set. */
int meta_get_key_check(struct database *database, uint8_t ret_value[static KEY_CHECK_LEN]);
/* A change of its own. */
int meta_set_key_check(struct database *database, const uint8_t value[static KEY_CHECK_LEN]);

/* Numbers that are kept; 0 where there is none yet. */
#define META_TIME "time"   /* the latest time seen */
#define META_DAILY "daily" /* when the daily work was done last */
#define META_USAGE "usage" /* the last batch of the usage log that is in the database */
#define META_BREAK "break" /* seq of the altered entry that stops the pruning; 0: none */
#define META_CLOCK "clock" /* bytes: see patd/rules/jumps.h */
#define META_FLEET_BEHIND                                                                          \
	"fleet_behind" /* with which key a backup signed whose hub was not asked for more yet; 0:  \
			  it was */
#define META_FLEET_RETURN                                                                          \
	"fleet_return" /* after the latest row of the issuer in the latest backup that was         \
			  restored; 0: none was */
#define META_FLEET_LIFE                                                                            \
	"fleet_life" /* numbers above that one were given after the latest restore; 0: none was */
#define META_FLEET_KEY "fleet_key" /* which key an issuer signs with: 1, 2, 3 …; 0: the first */
#define META_FLEET_RESTORE "fleet_restore" /* which restore that was; 0: none */
int meta_get_number(struct database *database, const char *key, uint64_t *ret_number);
/* As part of the open transaction, and as usage. */
int meta_set_number(struct database *database, const char *key, uint64_t number);
int meta_touch_number(struct database *database, const char *key, uint64_t number);

/* Bytes of that length; -ENOENT if there are none, -EBADMSG if they are others. */
int meta_get_bytes(struct database *database, const char *key, void *ret_bytes, size_t len);
/* As part of the open transaction, and as usage. */
int meta_set_bytes(struct database *database, const char *key, const void *bytes, size_t len);
int meta_touch_bytes(struct database *database, const char *key, const void *bytes, size_t len);

/* Whether there is any token. */
int meta_has_tokens(struct database *database, bool *ret_has);
