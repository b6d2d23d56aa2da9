/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A secret in a sealed memfd, or in a box that only its recipient opens. */
#include "patd/crypto/token_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "common/sealed_secret.h"

int secret_fd_new(const char secret[static PAT_TOKEN_LEN], int *ret_fd)
{
	int fd = sealed_secret_new("patd-secret", secret, PAT_TOKEN_LEN);

	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

/* Room for a newline, for what is longer, so that it shows, and for the end. */
#define TEXT_SIZE (PAT_TOKEN_LEN_MAX + 3)

static const char *read_token(
	int fd, char text[static TEXT_SIZE], struct pat_id *ret_id, struct pat_digest *ret_digest)
{
	ssize_t n = pread(fd, text, TEXT_SIZE - 1, 0);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	if (strlen(text) != len || !pat_token_parse(text, ret_id))
		return N_(
			"not a token: tokens begin with pat_ and have 60 characters, those of the "
			"first versions 64");
	pat_token_digest(text, len, ret_digest);
	return NULL;
}

const char *secret_fd_read(int fd, struct pat_id *ret_id, struct pat_digest *ret_digest)
{
	const int needed = F_SEAL_WRITE | F_SEAL_SHRINK;
	int seals = fcntl(fd, F_GET_SEALS);
	const char *problem;
	char *text;

	if (seals < 0 || (seals & needed) != needed)
		return N_("the secret is not a memfd sealed against writing and shrinking");
	text = sodium_malloc(TEXT_SIZE);
	if (!text)
		return N_("out of memory");
	problem = read_token(fd, text, ret_id, ret_digest);
	sodium_free(text);
	return problem;
}

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
