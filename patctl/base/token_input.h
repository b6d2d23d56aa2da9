/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A token on its way from standard input to patd: it is read into locked memory of libsodium and
 * passed on in a sealed memfd.  It passes through no buffer of stdio.
 */
#pragma once

/*
 * Reads one line of fd; on a terminal after a prompt on standard error, and without echo.  NULL
 * with *ret_problem, static, if it is no token.  The caller frees the result with secret_free().
 */
char *token_input_read(int fd, const char **ret_problem);

/* A sealed memfd that holds the token, or a negative errno. */
int token_input_seal(const char *token);
