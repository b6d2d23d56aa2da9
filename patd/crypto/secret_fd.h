/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The secret's way out, and in again to be checked: a descriptor that can be read and neither
 * changed nor grown.
 */
#pragma once

#include "common/token_format.h"

/* A sealed memfd that holds the token's PAT_TOKEN_LEN characters, offset at 0. */
int secret_fd_new(const char secret[static PAT_TOKEN_LEN], int *ret_fd);

/*
 * The id and digest of the token in fd, with or without a newline behind it.  fd must be a memfd
 * that nobody can write to or shorten any more: others could block, or change under us.  NULL, or
 * what is wrong, for a person; static.
 */
const char *secret_fd_read(int fd, struct pat_id *ret_id, struct pat_digest *ret_digest);
