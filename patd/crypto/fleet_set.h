/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hash of a set of rows, to which rows are added, and from which they are taken, in any order.
 *
 * LtHash with 1024 sums of 16 bits: Bellare and Micciancio, "A New Paradigm for Collision-free
 * Hashing", 1997; Lewi, Kim, Maykov and Weis, "Securing Update Propagation with Homomorphic
 * Hashing", 2019, who give these sizes at least 200 bits of security.  What is added for a row is
 * the key stream of ChaCha20 under the row's BLAKE2b-256.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "patd/model/fleet_ledger.h"

/* Of what is signed of a row: its bytes without the signature. */
void fleet_row_hash(const uint8_t *bytes, size_t len, uint8_t ret[static FLEET_HASH_LEN]);

/* A set of none is all zeros.  A row that is none, with a hash of zeros, changes nothing. */
void fleet_set_add(uint8_t set[static FLEET_SET_LEN], const uint8_t hash[static FLEET_HASH_LEN]);
void fleet_set_remove(uint8_t set[static FLEET_SET_LEN], const uint8_t hash[static FLEET_HASH_LEN]);

/* What a heartbeat says of it. */
void fleet_set_digest(const uint8_t set[static FLEET_SET_LEN], uint8_t ret[static FLEET_HASH_LEN]);
