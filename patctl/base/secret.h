/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A secret on its way from patd's memfd to standard output.  It is held in one place, locked and
 * guarded memory of libsodium, and passes through no buffer of stdio, libdbus or jansson.
 */
#ifndef PATCTL_BASE_SECRET_H
#define PATCTL_BASE_SECRET_H

#include "common/token_format.h"

/* Leaves nothing of this process to a debugger or a core file. */
void secret_protect_process(void);

/*
 * Reads the token from fd, which must be a memfd of exactly PAT_TOKEN_LEN bytes that nobody can
 * alter any more, and hold the token of that id.  The caller frees the result; NULL if it is
 * not so, with *ret_problem saying why, static.
 */
char *secret_read(int fd, const struct pat_id *id, const char **ret_problem);

/* Wipes and frees what *secret points to. */
void secret_free(char **secret);
#define cleanup_secret __attribute__((cleanup(secret_free)))

/* Writes before, secret and after to fd.  0 or a negative errno, when some may be written. */
int secret_write(int fd, const char *before, const char *secret, const char *after);

#endif
