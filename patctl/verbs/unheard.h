/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other machines of the fleet have not heard of yet. */
#pragma once

#include "patctl/cli/command.h"
#include "patctl/client/client.h"

/*
 * After fleet tokens were revoked: notes that other machines accept them still, if the hub cannot
 * be reached.  Nothing without root, who alone may ask how the hub is, and with --quiet.
 */
void unheard_note(const struct command *command, struct client *client);

/*
 * The same after tokens of user (NULL: the caller) were revoked, if one that was revoked since then
 * is a fleet token.  since: by patd's clock, in seconds since 1970 UTC.
 */
void unheard_note_of(
	const struct command *command, struct client *client, const char *user, uint64_t since);
