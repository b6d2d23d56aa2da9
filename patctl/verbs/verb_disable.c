#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/argument.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/verbs/disable_enable.h"

static void print_json(struct json_list *list, const struct disabled *one)
{
	json_t *object = json_must(json_object());

	json_add(object, "user", json_of_text(one->user));
	json_add(object, "disabled_at", json_of_nonzero(one->at));
	json_add(object, "by_uid", json_must(json_integer(one->by_uid)));
	json_add(object, "reason", json_of_text(one->reason));
	json_list_add(list, object);
}

/* "alice: disabled 3 days ago by root: left the company" */
static void print(const struct disabled *one, const struct output_context *context)
{
	cleanup_text char *user = text_safe(*one->user ? one->user : _("everybody")),
			  *when = format_time(context, one->at),
			  *by = format_user(context, one->by_uid), *reason = text_safe(one->reason);

	(void)printf(_("%s: disabled %s by %s"), user, when, by);
	(void)printf("%s%s\n", *reason ? ": " : "", reason);
}

static enum outcome list_disabled(const struct command *command)
{
	const struct output_context context = output_context_for(command->host);
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client =
		client_at(command->host, !command->no_ask_password, &error);
	cleanup_records struct records records = { 0 };
	struct json_list list = { 0 };
	const struct disabled *all;

	if (!client || !client_disabled(client, &records, &error))
		return outcome_fail(NULL, &error);
	all = records.items;
	for (size_t i = 0; i < records.n; i++) {
		if (command->json)
			print_json(&list, &all[i]);
		else
			print(&all[i], &context);
	}
	if (command->json)
		json_list_end(&list);
	else if (records.n == 0 && context.terminal && !command->quiet)
		(void)fputs(_("Nobody is disabled.\n"), stderr);
	return OUTCOME_DONE;
}

enum outcome disable_run(const struct command *command)
{
	static const struct ability disable = {
		.result = "disabled",
		.done = N_("tokens successfully disabled"),
		.instead = "revoke",
		.make = client_disable,
	};

	if (!argument_reason("reason", command->reason))
		return OUTCOME_USAGE;
	if (command->n > 0 || command->all)
		return ability_run(command, &disable);
	if (command->reason) {
		complain(_("--reason of what? name a user, or --all"));
		return OUTCOME_USAGE;
	}
	return list_disabled(command);
}
