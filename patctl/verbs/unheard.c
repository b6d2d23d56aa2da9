/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other machines of the fleet have not heard of yet. */
#include "patctl/verbs/unheard.h"

#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"

void unheard_note(const struct command *command, struct client *client)
{
	cleanup_records struct records issuers = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	struct answer_fleet fleet;

	if (command_given(command, &option_quiet) || !client_is_root(client))
		return;
	if (!client_fleet(client, &fleet, &issuers, &error)) {
		dbus_error_free(&error);
		return;
	}
	(void)fflush(stdout);
	if (fleet.hub && !fleet.connected)
		note(_("The hub cannot be reached now: other machines accept fleet tokens that were "
		       "revoked here\nuntil they can hear of it.  See: patctl fleet\n"));
}
