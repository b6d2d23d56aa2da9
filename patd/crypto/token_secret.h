/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The secret's way out, and in again to be checked: a descriptor that can be read and neither
 * changed nor grown; or, where no descriptor reaches, such as over ssh, a box that only the
 * recipient's secret key opens.  Whoever reads the bus, or the connection, has nothing of it.
 */
#pragma once

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/token_format.h"

/* A sealed memfd that holds the token's PAT_TOKEN_LEN characters, offset at 0. */
int secret_fd_new(const char secret[static PAT_TOKEN_LEN], int *ret_fd);

/*
 * The id and digest of the token in fd, with or without a newline after it.  fd must be a memfd
 * that nobody can write to or shorten any more: others could block, or change under us.  NULL, or
 * what is wrong, for a person; static.
 */
const char *secret_fd_read(int fd, struct pat_id *ret_id, struct pat_digest *ret_digest);

#define SECRET_BOX_KEY_LEN crypto_box_PUBLICKEYBYTES /* 32: a public key of X25519 */
#define SECRET_BOX_LEN (PAT_TOKEN_LEN + crypto_box_SEALBYTES)

/* Whether a secret can be sealed to that key: it has its length, and is not one of the weak. */
bool secret_box_takes(const uint8_t *key, size_t len);

/* The token's PAT_TOKEN_LEN characters in a box, as crypto_box_seal() makes it.  0 or -EINVAL. */
int secret_box_seal(const char secret[static PAT_TOKEN_LEN],
	const uint8_t key[static SECRET_BOX_KEY_LEN], uint8_t ret_box[static SECRET_BOX_LEN]);
