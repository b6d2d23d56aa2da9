/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * BLAKE2b-256 (RFC 7693) of a text that fits into one block, without a key.
 *
 * The PAM module needs one hash of 70 bytes, and nothing else that libsodium has; to load and
 * initialize the library costs a login more than all that the module does itself.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BLAKE2B_BLOCK 128 /* bytes */
#define BLAKE2B_256 32

/* block: len bytes, and zeros up to its end.  The caller wipes it; what is derived is wiped here.
 */
void blake2b_256(const uint8_t block[static BLAKE2B_BLOCK], size_t len,
	uint8_t ret_hash[static BLAKE2B_256]);
