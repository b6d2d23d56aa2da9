/* A new secret on its way from patd to whoever asked for it. */
#ifndef PATCTL_VERBS_PRINT_SECRET_H
#define PATCTL_VERBS_PRINT_SECRET_H

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

struct handover {
	/* Says on standard error, for people, what token it is. */
	void (*tell)(const struct token *token);
	/* What is to be done if nobody has seen the secret.  token: NULL if it is not known. */
	void (*lost)(struct client *client, const struct pat_id *id, const struct token *token);
};

/* What a process needs before it asks for a secret. */
void handover_prepare(void);

/* Prints the secret in the memfd, which it closes, as the command wants it. */
enum outcome handover_run(struct client *client, const struct command *command,
	const struct pat_id *id, int secret, const struct handover *handover);

/* "2027-01-31 18:00:30 CET (in 29 days)", which the caller owns; NULL: never. */
char *handover_expiry(const struct token *token);

#endif
