#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/cli/verbs.h"
#include "patctl/verbs/change.h"

static bool make(struct client *client, const struct pat_id *id, const void *how, DBusError *error)
{
	return client_rename(client, id, how, error);
}

static char *tell(const struct token *token)
{
	cleanup_text char *name = text_safe(token->name);

	return text_format(_("User token successfully renamed to %s"), name);
}

enum outcome rename_run(const struct command *command)
{
	const char *const name = command->items[1];
	const struct change rename = {
		.result = "renamed",
		.done = N_("User token successfully renamed"),
		.make = make,
		.how = name,
		.tell = tell,
	};
	struct command token = *command;

	if (!argument_name(name))
		return OUTCOME_USAGE;
	token.n = 1;
	return change_run(&token, &rename);
}
