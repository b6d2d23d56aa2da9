/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of all tokens that --all and the filters of patctl list select. */
#pragma once

#include "patctl/verbs/sorted_list.h"
#include "patctl/verbs/token_change.h"

/* Changes those that patctl list would show with the same options, but for what it cannot change.
 */
enum outcome bulk_change(const struct command *command, const struct change *change);

/*
 * revoke --all without a filter: all tokens of --user, or of the caller; of root without --user,
 * those of all users.
 */
enum outcome bulk_revoke_all(
	const struct command *command, const struct client_revocation *revocation);

/* Asks a person, with whose tokens they are and how many, and up to some by name.  n is not 0. */
bool bulk_confirm(const struct change *change, const struct sorted_list *tokens);
