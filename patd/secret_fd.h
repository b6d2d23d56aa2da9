/* The secret's way out: a descriptor that can be read and neither changed nor grown. */
#ifndef PATD_SECRET_FD_H
#define PATD_SECRET_FD_H

#include "common/token.h"

/* A sealed memfd that holds the token's PAT_TOKEN_LEN characters, offset at 0. */
int secret_fd_new(const char secret[static PAT_TOKEN_LEN], int *ret_fd);

/*
 * Reads a token, with or without a newline behind it, from a memfd that nobody can write to or
 * shorten any more: others could block, or change under us.  NULL and the text, or what is
 * wrong.
 */
const char *secret_fd_read(int fd, char ret_secret[static PAT_TOKEN_LEN + 1]);

#endif
