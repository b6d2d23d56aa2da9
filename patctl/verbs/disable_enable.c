#include "patctl/verbs/disable_enable.h"

#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/json.h"
#include "patctl/verbs/known_user.h"

static void print_json(
	struct json_list *list, const char *user, const char *result, const DBusError *error)
{
	const bool failed = dbus_error_is_set(error);
	cleanup_text char *safe = text_safe(user);
	json_t *object = json_must(json_object());

	json_add(object, "user", json_of_text(safe));
	json_add(object, "result", json_of_text(failed ? "failed" : result));
	json_add(object, "error", json_of_text(failed ? outcome_of(error)->word : NULL));
	json_add(object, "message", json_of_text(failed ? error->message : NULL));
	json_list_add(list, object);
}

/* user "": everybody. */
static enum outcome change_one(struct client *client, const struct command *command,
	const struct ability *ability, const char *user, struct json_list *list)
{
	cleanup_text char *safe = text_safe(*user ? user : _("everybody"));
	DBusError error = DBUS_ERROR_INIT;
	const bool known = command->all || user_known(client, user, ability->instead, &error);
	enum outcome outcome = OUTCOME_DONE;

	if (known)
		(void)ability->make(client, user, command->reason, &error);
	if (command->json)
		print_json(list, user, ability->result, &error);
	else if (!dbus_error_is_set(&error) && !command->quiet)
		(void)printf("%s: %s\n", safe, _(ability->done));
	if (dbus_error_is_set(&error))
		outcome = outcome_fail(known ? safe : NULL, &error);
	return outcome;
}

enum outcome ability_run(const struct command *command, const struct ability *ability)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client =
		client_at(command->host, !command->no_ask_password, &error);
	enum outcome outcome = OUTCOME_DONE, one = OUTCOME_DONE;
	struct json_list list = { 0 };

	if (!client)
		return outcome_fail(NULL, &error);
	if (command->all)
		outcome = change_one(client, command, ability, "", &list);
	for (unsigned int i = 0; i < command->n && one != OUTCOME_UNREACHABLE; i++) {
		one = change_one(client, command, ability, command->items[i], &list);
		outcome = outcome_join(outcome, i, one);
	}
	if (command->json)
		json_list_end(&list);
	return outcome;
}
