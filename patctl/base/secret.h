/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A secret on its way between patd's memfd and standard output or input.  It is held in one place,
 * locked and guarded memory of libsodium, and passes through no buffer of stdio, libdbus or
 * jansson.
 */
#pragma once

#include <stdbool.h>

#include "common/token_format.h"

/* Keeps this process out of debuggers and core files. */
void secret_protect_process(void);

/*
 * Reads the token of that id from fd, which must be a sealed memfd with just that.
 * The caller frees the result; NULL with *ret_problem, static, if fd is not that.
 */
char *secret_read(int fd, const struct pat_id *id, const char **ret_problem);

/*
 * Reads a token, one line of fd; on a terminal after a prompt on standard error, and without echo.
 * *ret_blanks: whether blanks before or after it were left out.  The caller frees the result; NULL
 * with *ret_problem, static, if it is no token.
 */
char *secret_input(int fd, bool *ret_blanks, const char **ret_problem);

/* Wipes and frees *secret. */
void secret_free(char **secret);
#define cleanup_secret __attribute__((cleanup(secret_free)))

/* Writes before, secret and after to fd.  0 or a negative errno, when some may be written. */
int secret_write(int fd, const char *before, const char *secret, const char *after);

/* A sealed memfd that holds secret, locked until patctl ends, or a negative errno. */
int secret_seal(const char *secret);
