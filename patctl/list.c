#include <stdio.h>
#include <string.h>

#include "patctl/client.h"
#include "patctl/json.h"
#include "patctl/look.h"
#include "patctl/table.h"
#include "patctl/text.h"
#include "patctl/verbs.h"

static enum outcome print(const struct rows *rows, const struct command *command)
{
	const struct look look = look_here();
	int r;

	if (command->json) {
		struct json_list list = { 0 };

		for (size_t i = 0; i < rows->n; i++)
			json_list_add(&list, json_of_row(&rows->items[i]));
		json_list_end(&list);
		return OUTCOME_DONE;
	}
	if (rows->n == 0 && look.people && !command->quiet)
		(void)fprintf(stderr, "No tokens%s.  Make one:  patctl generate NAME%s%s\n",
			command->user ? " of that user" : "", command->user ? " --user=" : "",
			command->user ? command->user : "");
	r = table_print(rows, &look, !command->no_legend);
	if (r < 0) {
		complain("cannot print the table: %s", strerror(-r));
		return OUTCOME_FAILED;
	}
	return OUTCOME_DONE;
}

enum outcome list_run(const struct command *command)
{
	const struct client_filter filter = { .user = command->user, .all = command->all };
	cleanup_rows struct rows rows = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client DBusConnection *bus = client_connect(&error);

	if (!bus || !client_list(bus, &filter, &rows, &error))
		return outcome_fail(NULL, &error);
	return print(&rows, command);
}
