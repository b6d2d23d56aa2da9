#include "common/l10n.h"
#include "patctl/cli/verbs.h"
#include "patctl/verbs/change.h"

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	(void)how;
	return client_restore(client, id, error);
}

enum outcome restore_run(const struct command *command)
{
	static const struct change restore = {
		.result = "restored", .done = N_("User token successfully restored"), .make = make
	};

	return change_run(command, &restore);
}
