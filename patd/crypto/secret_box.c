/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A secret in a box that only its recipient opens. */
#include "patd/crypto/secret_box.h"

#include <errno.h>

bool secret_box_takes(const uint8_t *key, size_t len)
{
	static const unsigned char nothing[1];
	unsigned char box[crypto_box_SEALBYTES];

	return len == SECRET_BOX_KEY_LEN && crypto_box_seal(box, nothing, 0, key) == 0;
}

int secret_box_seal(const char secret[static PAT_TOKEN_LEN],
	const uint8_t key[static SECRET_BOX_KEY_LEN], uint8_t ret_box[static SECRET_BOX_LEN])
{
	return crypto_box_seal(ret_box, (const unsigned char *)secret, PAT_TOKEN_LEN, key) == 0
		       ? 0
		       : -EINVAL;
}
