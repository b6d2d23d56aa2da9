#include "common/l10n.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/verbs/disable_enable.h"

static bool make(struct client *client, const char *user, const char *reason, DBusError *error)
{
	(void)reason;
	return client_enable(client, user, error);
}

enum outcome enable_run(const struct command *command)
{
	static const struct ability enable = {
		.result = "enabled",
		.done = N_("tokens successfully enabled"),
		.instead = "restore",
		.make = make,
	};

	return ability_run(command, &enable);
}
