/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The secret's way out to where no descriptor reaches, such as over ssh: a box that only the
 * recipient's secret key opens.  Whoever reads the bus, or the connection, has nothing of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "common/token_format.h"

#define SECRET_BOX_KEY_LEN crypto_box_PUBLICKEYBYTES /* 32: a public key of X25519 */
#define SECRET_BOX_LEN (PAT_TOKEN_LEN + crypto_box_SEALBYTES)

/* Whether a secret can be sealed to that key: it has its length, and is not one of the weak. */
bool secret_box_takes(const uint8_t *key, size_t len);

/* The token's PAT_TOKEN_LEN characters in a box, as crypto_box_seal() makes it.  0 or -EINVAL. */
int secret_box_seal(const char secret[static PAT_TOKEN_LEN],
	const uint8_t key[static SECRET_BOX_KEY_LEN], uint8_t ret_box[static SECRET_BOX_LEN]);
