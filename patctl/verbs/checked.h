/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token that patctl check asks about, and what that check does not see of a login. */
#pragma once

#include <jansson.h>

#include "patctl/cli/command.h"
#include "patctl/client/client.h"
#include "patctl/client/records.h"

/* What patd says of it; nothing is owned. */
struct checked {
	const struct command *command;
	const struct token_row *token;
	const struct client_verdict *verdict;
	const struct records *settings; /* of patd.conf in force; none if they are not known */
	const char *host_problem; /* of the service, or who asks for it; NULL: none is known */
	bool stack_unread;        /* whether the service asks for tokens is not known */
};

/* In words for programs: an array, which the caller owns. */
json_t *checked_unseen_words(const struct checked *checked);

/* For people, beside a token that patd would accept: notes. */
void checked_print_unseen(const struct checked *checked);
