/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other machines of the fleet have not heard of yet. */
#include "patctl/verbs/unheard.h"

#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"

/* Whether there is a hub, which cannot be reached; false if it is not to be noted. */
static bool hub_is_away(const struct command *command, struct client *client)
{
	cleanup_records struct records issuers = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	struct answer_fleet fleet;

	if (command_given(command, &option_quiet) || !client_is_root(client))
		return false;
	if (!client_fleet(client, &fleet, &issuers, &error)) {
		dbus_error_free(&error);
		return false;
	}
	return fleet.hub && !fleet.connected;
}

static bool has_revoked(struct client *client, const char *user, uint64_t since)
{
	const struct client_filter filter = { .user = user, .state = "revoked", .fleet = true };
	cleanup_records struct records page = { 0 };
	cleanup_text char *cursor = NULL;
	DBusError error = DBUS_ERROR_INIT;
	bool found = false;

	do {
		page.n = 0;
		if (!client_list(client, &filter, &cursor, &page, &error)) {
			dbus_error_free(&error);
			return found;
		}
		for (size_t i = 0; i < page.n; i++)
			found |= ((const struct token_row *)page.items)[i].revoked_at >= since;
	} while (cursor && !found);
	return found;
}

static void print(void)
{
	(void)fflush(stdout);
	note(_("The hub cannot be reached now: other machines accept fleet tokens that were "
	       "revoked here\nuntil they can hear of it.  See: patctl fleet\n"));
}

void unheard_note(const struct command *command, struct client *client)
{
	if (hub_is_away(command, client))
		print();
}

void unheard_note_of(
	const struct command *command, struct client *client, const char *user, uint64_t since)
{
	if (hub_is_away(command, client) && has_revoked(client, user, since))
		print();
}
