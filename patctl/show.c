#include <stdio.h>

#include "patctl/age.h"
#include "patctl/client.h"
#include "patctl/json.h"
#include "patctl/look.h"
#include "patctl/select.h"
#include "patctl/text.h"
#include "patctl/timestamp.h"
#include "patctl/verbs.h"

/* A person is told both the time and how far away it is.  The caller owns the result. */
static char *tell_time(const struct look *look, uint64_t at)
{
	char stamp[TIMESTAMP_TEXT_MAX], age[AGE_TEXT_MAX];

	if (!look->people) {
		timestamp_format_utc(at, stamp);
		return text_format("%s", stamp);
	}
	timestamp_format_local(at, stamp);
	age_format(at, look->now, age);
	return text_format("%s (%s)", stamp, age);
}

static void print_time(const struct look *look, const char *label, uint64_t at)
{
	cleanup_text char *time = tell_time(look, at);

	(void)printf("%s%s\n", label, time);
}

static void print_usage(const struct look *look, const struct row *row)
{
	cleanup_text char *time = NULL, *service = NULL;

	if (!row->last_used_at) {
		(void)puts("Usage:    Not used");
		return;
	}
	time = tell_time(look, row->last_used_at);
	service = text_safe(row->last_used_service);
	(void)printf("Usage:    Last used %s%s%s\n", time, *service ? " by " : "", service);
}

static void print(const struct row *row, const struct look *look)
{
	const char *colour = terminal_state_colour(look->palette, row->state);
	cleanup_text char *name = text_safe(row->name), *user = text_safe(row->user),
			  *state = text_safe(row->state);

	(void)printf("ID:       %s\nName:     %s\nUser:     %s (%u)\n", row->id.text, name, user,
		row->uid);
	(void)printf(
		"State:    %s%s%s\n", colour ? colour : "", state, colour ? TERMINAL_RESET : "");
	print_time(look, "Created:  ", row->created_at);
	if (row->expires_at)
		print_time(look, "Expires:  ", row->expires_at);
	else
		(void)puts("Expires:  never");
	if (row->revoked_at)
		print_time(look, "Revoked:  ", row->revoked_at);
	print_usage(look, row);
}

enum outcome show_run(const struct command *command)
{
	const struct look look = look_here();
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = client_new(!command->no_ask_password, &error);
	enum outcome outcome = OUTCOME_DONE;
	struct json_list list = { 0 };
	bool first = true;

	if (!client)
		return outcome_fail(NULL, &error);
	for (unsigned int i = 0; i < command->n; i++) {
		cleanup_row struct row row = { 0 };
		enum outcome one = OUTCOME_DONE;

		if (!select_token(client, command->user, command->items[i], &row, &error)) {
			one = outcome_fail(NULL, &error);
		} else if (command->json) {
			json_list_add(&list, json_of_row(&row));
		} else {
			if (!first)
				(void)putchar('\n');
			first = false;
			print(&row, &look);
		}
		outcome = outcome_join(outcome, i, one);
		if (one == OUTCOME_UNREACHABLE)
			break;
	}
	if (command->json)
		json_list_end(&list);
	return outcome;
}
