/* The secret's way out: a descriptor that can be read and neither changed nor grown. */
#ifndef PATD_SECRET_FD_H
#define PATD_SECRET_FD_H

#include "common/token.h"

/* A sealed memfd that holds the token's PAT_TOKEN_LEN characters, offset at 0. */
int secret_fd_new(const char secret[static PAT_TOKEN_LEN], int *ret_fd);

#endif
