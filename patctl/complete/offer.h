/* What the words in capitals stand for that help has for operands and arguments: TOKEN, USER, … */
#ifndef PATCTL_COMPLETE_OFFER_H
#define PATCTL_COMPLETE_OFFER_H

#include "patctl/cli/command.h"
#include "patctl/complete/candidates.h"

/*
 * Offers what may stand where help has word, of which len bytes count; nothing for what anybody
 * may make up, such as NAME, and for what patd does not tell without a password,
 * or is on another machine.
 */
void offer(
	const char *word, size_t len, const struct typing *typing, struct candidates *candidates);

/* As it; in offer_tokens.c and offer_users.c. */
void offer_tokens(const struct typing *typing, struct candidates *candidates);
void offer_users(const struct typing *typing, struct candidates *candidates);

#endif
