/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints a new secret, once. */
#pragma once

#include "patctl/cli/verb.h"
#include "patctl/client/client.h"

struct print_secret_ops {
	/* Describes the token on standard error, for people. */
	void (*describe)(const struct token *token);
	/* The secret could not be printed: undo it, or say what to do.  token: NULL if unknown. */
	void (*lost)(struct client *client, const struct pat_id *id, const struct token *token);
};

/* Protects the process, before it asks for a secret. */
void print_secret_prepare(void);

/* Prints the secret in the memfd fd, as text or JSON, and closes fd. */
enum outcome print_secret(struct client *client, const struct command *command,
	const struct pat_id *id, int fd, const struct print_secret_ops *ops);

/* "2027-01-31 18:00:30 CET (in 29 days)", which the caller owns; NULL: never. */
char *print_secret_expiry(const struct token *token);
