/* Revoke, restore and delete: one mechanism, and a confirmation before the last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "patctl/client.h"
#include "patctl/json.h"
#include "patctl/select.h"
#include "patctl/terminal.h"
#include "patctl/text.h"
#include "patctl/verbs.h"

struct change {
	const char *method; /* of org.patd.Tokens1.Token */
	const char *result; /* "revoked" */
	bool asks;
};

/* What became of the items so far. */
struct tally {
	const struct command *command;
	const struct change *change;
	enum outcome outcome;
	unsigned int count;
	struct json_list list;
};

/* Counts and reports one item.  row: NULL if it was not found.  error: unset if it is done. */
static enum outcome report(
	struct tally *tally, const char *item, const struct row *row, const DBusError *error)
{
	const bool failed = dbus_error_is_set(error);
	const struct outcome_info *info = failed ? outcome_of(error) : NULL;
	const enum outcome outcome = info ? info->outcome : OUTCOME_DONE;
	cleanup_text char *safe = text_safe(row ? row->name : item);
	cleanup_text char *subject = row ? text_format("%s (%s)", safe, row->id.text) : NULL;

	tally->outcome = outcome_join(tally->outcome, tally->count++, outcome);
	if (failed)
		outcome_complain(subject, error);
	if (failed && pat_error_from_name(error->name) == PAT_ERR_NOT_REVOKED &&
		tally->change->asks)
		complain("try: patctl revoke %s",
			!tally->command->user && text_is_word(item) ? item : row->id.text);

	if (tally->command->json) {
		cleanup_text char *typed = text_safe(item);

		json_list_add(&tally->list,
			json_must(json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "item", typed,
				"id", json_of_text(row ? row->id.text : NULL), "name",
				json_of_text(row ? row->name : NULL), "user",
				json_of_text(row ? row->user : NULL), "result",
				failed ? "failed" : tally->change->result, "error",
				json_of_text(info ? info->word : NULL), "message",
				json_of_text(failed ? error->message : NULL))));
	} else if (!failed && !tally->command->quiet) {
		(void)printf("%s: User token successfully %s\n", subject, tally->change->result);
	}
	return outcome;
}

static bool contains(const struct rows *rows, const struct row *row)
{
	for (size_t i = 0; i < rows->n; i++)
		if (strcmp(rows->items[i].id.text, row->id.text) == 0)
			return true;
	return false;
}

/*
 * Finds what the items mean: typed gets, for each of rows, the item that it was found by.  A
 * token that is named twice is taken once.  False if patd cannot be reached any more.
 */
static bool find(struct tally *tally, struct client *client, struct rows *rows, const char **typed)
{
	const struct command *command = tally->command;
	enum outcome outcome = OUTCOME_DONE;

	for (size_t i = 0; i < command->n && outcome != OUTCOME_UNREACHABLE; i++) {
		DBusError error = DBUS_ERROR_INIT;
		struct row row;

		if (!select_token(client, command->user, command->items[i], &row, &error)) {
			outcome = report(tally, command->items[i], NULL, &error);
			dbus_error_free(&error);
		} else if (contains(rows, &row)) {
			row_clear(&row);
		} else {
			typed[rows->n] = command->items[i];
			rows_take(rows, &row);
		}
	}
	return outcome != OUTCOME_UNREACHABLE;
}

/*
 * Whether to go on.  Only the loss of what can be deleted is asked about: of a token in use patd
 * refuses it whatever the answer.
 */
static bool confirm(const struct rows *rows)
{
	cleanup_text char *question = text_format("Delete for good:");
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->items[i];
		cleanup_text char *before = NULL, *name = NULL, *user = NULL;

		if (strcmp(row->state, "active") == 0 || strcmp(row->state, "expired") == 0)
			continue;
		before = question;
		name = text_safe(row->name);
		user = text_safe(row->user);
		question =
			text_format("%s\n  %s (%s) of user %s", before, name, row->id.text, user);
		n++;
	}
	if (n > 0) {
		cleanup_text char *before = question;

		question = text_format("%s\nDelete %s?", before, n == 1 ? "it" : "them all");
	}
	return n == 0 || terminal_confirm(question);
}

static enum outcome change_run(const struct command *command, const struct change *change)
{
	const bool ask = change->asks && !command->yes;
	struct tally tally = { .command = command, .change = change };
	cleanup_client struct client *client = NULL;
	cleanup_rows struct rows rows = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	const char **typed;
	bool go_on;

	if (ask && !terminal_can_ask()) {
		complain("there is no terminal to ask on; to delete without being asked: --yes");
		return OUTCOME_DECLINED;
	}
	client = client_new(!command->no_ask_password, &error);
	if (!client)
		return outcome_fail(NULL, &error);

	typed = text_must(calloc(command->n, sizeof(*typed)));
	go_on = find(&tally, client, &rows, typed);
	if (go_on && ask && !confirm(&rows)) {
		complain("nothing was deleted");
		tally.outcome = OUTCOME_DECLINED;
		go_on = false;
	}
	for (size_t i = 0; i < rows.n && go_on; i++) {
		(void)client_change(client, &rows.items[i].id, change->method, &error);
		go_on = report(&tally, typed[i], &rows.items[i], &error) != OUTCOME_UNREACHABLE;
		dbus_error_free(&error);
	}
	free(typed);
	if (command->json)
		json_list_end(&tally.list);
	return tally.outcome;
}

enum outcome revoke_run(const struct command *command)
{
	static const struct change revoke = { "Revoke", "revoked", false };

	return change_run(command, &revoke);
}

enum outcome restore_run(const struct command *command)
{
	static const struct change restore = { "Restore", "restored", false };

	return change_run(command, &restore);
}

enum outcome delete_run(const struct command *command)
{
	static const struct change delete = { "Delete", "deleted", true };

	return change_run(command, &delete);
}
