#include <pwd.h>
#include <string.h>

#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/complete/offer.h"

static bool is_named(const struct command *command, const char *user)
{
	for (size_t i = 0; i < command->n; i++)
		if (strcmp(command->items[i], user) == 0)
			return true;
	return false;
}

static void offer_disabled(const struct command *command, struct candidates *candidates)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = client_new(false, &error);
	cleanup_records struct records records = { 0 };

	if (client && client_disabled(client, &records, &error)) {
		const struct disabled *all = records.items;

		for (size_t i = 0; i < records.n; i++)
			if (!is_named(command, all[i].user))
				candidates_word(candidates, all[i].user, all[i].reason);
	}
	dbus_error_free(&error);
}

void offer_users(const struct typing *typing, struct candidates *candidates)
{
	const struct command *command = &typing->command;
	const struct passwd *user;

	if (command->verb && command->verb->run == enable_run) {
		offer_disabled(command, candidates);
		return;
	}
	setpwent();
	while (candidates->n < CANDIDATES_MAX && (user = getpwent()))
		if (!is_named(command, user->pw_name))
			candidates_word(candidates, user->pw_name, NULL);
	endpwent();
}
