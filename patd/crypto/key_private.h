/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that compute with the key share among themselves. */
#pragma once

#include "patd/crypto/key.h"

/* Their order, in which their numbers begin at 1, is part of the format. */
enum subkey {
	SUBKEY_VERIFIER,
	SUBKEY_ROW,
	SUBKEY_CHECK,
	SUBKEY_ENTRY,
	SUBKEY_SEAL,
	SUBKEY_USAGE,
	SUBKEY_CLOCK,
	SUBKEY_FLEET, /* from which the key pairs of an issuer are derived */
	SUBKEY_FLEET_MARK,
	SUBKEY_FLEET_LEDGER,
	SUBKEYS
};

struct key {
	uint8_t subkeys[SUBKEYS][MAC_LEN];
};
