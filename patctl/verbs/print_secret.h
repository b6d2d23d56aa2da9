/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Printing a new secret, once, or writing it into a file: the end of generate and rotate. */
#pragma once

#include "patctl/base/new_file.h"
#include "patctl/base/outcome.h"
#include "patctl/cli/command.h"
#include "patctl/client/client.h"

/* Protects the process, before it asks for a secret. */
void print_secret_prepare(void);

/* "2027-01-31 18:00:30 CET (in 29 days)", which the caller owns; NULL: never. */
char *print_secret_expiry(const struct token_row *token);

/*
 * Prints the secret in the memfd fd, as text or JSON, or writes it into out unless that is NULL,
 * and closes fd.  *ret: the token, unless it cannot be read.  describe: says on standard error, to
 * people, which it is.
 */
enum outcome print_secret(struct client *client, const struct command *command,
	const struct pat_id *id, int fd, struct new_file *out,
	void (*describe)(const struct token_row *token), struct token_row *ret);
