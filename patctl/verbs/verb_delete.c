#include "common/l10n.h"
#include "patctl/cli/verbs.h"
#include "patctl/verbs/change.h"

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	(void)how;
	return client_delete(client, id, error);
}

enum outcome delete_run(const struct command *command)
{
	static const struct change delete = { .result = "deleted",
		.done = N_("User token successfully deleted"),
		.asks = true,
		.make = make };

	return change_run(command, &delete);
}
