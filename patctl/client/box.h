/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A key pair for one answer: patd seals a secret to it where no descriptor can be passed.  The
 * secret key stays in locked and guarded memory of libsodium, and is wiped with the box.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

struct box {
	unsigned char recipient[crypto_box_PUBLICKEYBYTES]; /* not secret */
	unsigned char key[crypto_box_SECRETKEYBYTES];
};

/* NULL if there is no protected memory for it. */
struct box *box_new(void);

/* Wipes and frees what *box points to; NULL is fine. */
void box_free(struct box **box);
#define cleanup_box __attribute__((cleanup(box_free)))

/* Decrypts the token into a sealed memfd, as patd passes tokens here.  Or a negative errno. */
int box_open(const struct box *box, const uint8_t *sealed, size_t len);
