/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far the rows of an issuer are, kept beside them: the table fleet_issuer.  See doc/fleet.md.
 */
#pragma once

#include <stdint.h>

#include "common/field.h"
#include "patd/model/token.h"

struct fleet_ledger {
	char issuer[FLEET_NAME_LEN_MAX + 1];
	uint64_t epoch;    /* the latest; what follows is of it alone; 0: none is known */
	uint64_t number;   /* of the latest row that is kept */
	uint64_t versions; /* of all rows that are kept, added up */
	uint64_t last;     /* of the latest heartbeat: the number of the issuer's latest row */
	uint64_t beat_at;  /* of the same, seconds UTC; 0: none has come */
	uint8_t mac[TOKEN_MAC_LEN]; /* under the key, over all of it: key_fleet_ledger_mac() */
};

/* Its columns, in the order of the MAC. */
extern const struct table fleet_ledger_table;
