/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a secret from a memfd and writing it to a descriptor. */
#include "patctl/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/l10n.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW)

void secret_protect_process(void)
{
	static const struct rlimit none = { 0, 0 };

	/* Both are precautions: a token is generated also if the kernel refuses them. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

char *secret_read(int fd, const struct pat_id *id, const char **ret_problem)
{
	cleanup_secret char *secret = NULL;
	int seals = fcntl(fd, F_GET_SEALS);
	struct pat_id inside;
	struct stat st;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) < 0 ||
		st.st_size != PAT_TOKEN_LEN) {
		*ret_problem = N_("patd handed out something else than a sealed token");
		return NULL;
	}
	if (sodium_init() < 0 || !(secret = sodium_malloc(PAT_TOKEN_LEN + 1))) {
		*ret_problem = N_("there is no protected memory to hold the token");
		return NULL;
	}
	secret[PAT_TOKEN_LEN] = '\0';
	if (pread(fd, secret, PAT_TOKEN_LEN, 0) != PAT_TOKEN_LEN ||
		!pat_token_parse(secret, &inside) || strcmp(inside.text, id->text) != 0) {
		*ret_problem = N_("patd handed out something else than the token");
		return NULL;
	}
	return TAKE(secret);
}

void secret_free(char **secret)
{
	sodium_free(*secret);
	*secret = NULL;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n >= 0) {
			text += n;
			left -= (size_t)n;
		} else if (errno == EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			(void)poll(&room, 1, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int secret_write(int fd, const char *before, const char *secret, const char *after)
{
	const char *const parts[] = { before, secret, after };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int r = write_all(fd, parts[i]);

		if (r < 0)
			return r;
	}
	return 0;
}
