/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key pairs and sealed boxes of libsodium. */
#include "patctl/client/box.h"

#include <errno.h>

#include "common/token_format.h"
#include "patctl/base/secret.h"

struct box *box_new(void)
{
	struct box *box = sodium_init() < 0 ? NULL : sodium_malloc(sizeof(*box));

	if (box && crypto_box_keypair(box->recipient, box->key) != 0)
		box_free(&box);
	return box;
}

void box_free(struct box **box)
{
	sodium_free(*box);
	*box = NULL;
}

int box_open(const struct box *box, const uint8_t *sealed, size_t len)
{
	cleanup_secret char *secret = NULL;

	if (len < crypto_box_SEALBYTES || !pat_token_len_valid(len - crypto_box_SEALBYTES))
		return -EBADMSG;
	secret = sodium_malloc(len - crypto_box_SEALBYTES + 1);
	if (!secret)
		return -ENOMEM;
	secret[len - crypto_box_SEALBYTES] = '\0';
	if (crypto_box_seal_open((unsigned char *)secret, sealed, len, box->recipient, box->key) !=
		0)
		return -EBADMSG;
	return secret_seal(secret);
}
