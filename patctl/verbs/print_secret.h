/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new secret, from patd to the standard output of whoever asked for it. */
#ifndef PATCTL_VERBS_PRINT_SECRET_H
#define PATCTL_VERBS_PRINT_SECRET_H

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

struct print_secret_ops {
	/* Says on standard error, for people, which token it is. */
	void (*describe)(const struct token *token);
	/* Nobody has seen the secret: undoes it, or says what to do.  token: NULL if not known. */
	void (*lost)(struct client *client, const struct pat_id *id, const struct token *token);
};

/* Prepares the process, before it asks for a secret. */
void print_secret_prepare(void);

/* Prints the secret in the memfd fd, which it closes, as the command wants it. */
enum outcome print_secret(struct client *client, const struct command *command,
	const struct pat_id *id, int fd, const struct print_secret_ops *ops);

/* "2027-01-31 18:00:30 CET (in 29 days)", which the caller owns; NULL: never. */
char *print_secret_expiry(const struct token *token);

#endif
