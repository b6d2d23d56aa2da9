/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A row of an issuer that is no token: that one of its tokens was deleted, or that a token of
 * another issuer is revoked.  See doc/fleet.md.
 */
#pragma once

#include <stdint.h>

#include "common/field.h"
#include "patd/model/token.h"

struct fleet_mark {
	char issuer[FLEET_NAME_LEN_MAX + 1];
	struct pat_id id;
	uint64_t number;     /* as in struct fleet_row */
	uint32_t kind;       /* FLEET_ROW_DELETED, of our own alone, or FLEET_ROW_REVOCATION */
	uint64_t revoked_at; /* of a revocation; seconds UTC */
	char revoked_reason[TOKEN_REASON_MAX + 1];
	uint8_t row_hash[FLEET_HASH_LEN]; /* of its row */
	uint8_t mac[TOKEN_MAC_LEN];       /* under the key, over all of it: key_fleet_mark_mac() */
};

/* Its columns, in the order of the MAC. */
extern const struct table fleet_mark_table;
