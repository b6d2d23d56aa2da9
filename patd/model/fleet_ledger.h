/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far the rows of an issuer are, kept beside them: the table fleet_issuer.  See doc/fleet.md.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/field.h"
#include "patd/model/token.h"

#define FLEET_SET_LEN 2048

struct fleet_ledger {
	char issuer[FLEET_NAME_LEN_MAX + 1];
	uint64_t number;             /* of the latest row that is kept */
	uint8_t rows[FLEET_SET_LEN]; /* the set of those that are kept: patd/crypto/fleet_set.h */
	/* Of the latest heartbeat; of our own nothing of it is kept. */
	uint64_t last;                       /* the number of the issuer's latest row */
	uint64_t beat_at;                    /* seconds UTC; 0: none has come */
	char beat_key[FLEET_KEY_ID_LEN + 1]; /* which key has signed it */
	bool complete;                       /* the rows here were those of the issuer then */
	uint8_t mac[TOKEN_MAC_LEN]; /* under the key, over all of it: key_fleet_ledger_mac() */
};

/* Its columns, in the order of the MAC. */
extern const struct table fleet_ledger_table;
