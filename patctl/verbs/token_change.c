/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes the tokens that a command names, and reports the result of each. */
#include "patctl/verbs/token_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/json.h"
#include "patctl/print/terminal.h"
#include "patctl/verbs/select.h"

/* The results so far. */
struct tally {
	const struct command *command;
	const struct token_change *change;
	bool json;
	const char *user; /* --user, or NULL */
	const char *self; /* see client_self() */
	enum outcome outcome;
	unsigned int count;
	struct json_list list;
};

static void print_json(
	struct tally *tally, const char *item, const struct token *token, const DBusError *error)
{
	const bool failed = dbus_error_is_set(error);
	cleanup_text char *typed = text_safe(item);
	json_t *object = json_must(json_object());

	json_add(object, "item", json_must(json_string(typed)));
	json_add(object, "id", json_of_text(token ? token->id.text : NULL));
	json_add(object, "name", json_of_text(token ? token->name : NULL));
	json_add(object, "user", json_of_text(token ? token->user : NULL));
	json_add(object, "result", json_of_text(failed ? "failed" : tally->change->result));
	json_add(object, "error", json_of_text(failed ? outcome_of(error)->word : NULL));
	json_add(object, "message", json_of_text(failed ? error->message : NULL));
	json_list_add(&tally->list, object);
}

/*
 * Counts and prints the result of one item.  token: NULL if it was not found.  now: the token after
 * the change, NULL if it was not read again.  error: unset on success.
 */
static enum outcome report(struct tally *tally, const char *item, const struct token *token,
	const struct token *now, const DBusError *error)
{
	const struct token_change *change = tally->change;
	const bool failed = dbus_error_is_set(error);
	const enum outcome outcome = failed ? outcome_of(error)->outcome : OUTCOME_DONE;
	cleanup_text char *safe = text_safe(token ? token->name : item);
	cleanup_text char *subject = token ? text_format("%s (%s)", safe, token->id.text) : NULL;
	cleanup_text char *done = now ? change->describe(now) : text_format("%s", _(change->done));

	tally->outcome = outcome_join(tally->outcome, tally->count++, outcome);
	if (failed)
		outcome_complain(subject, error);
	if (failed && change->confirm && pat_error_from_name(error->name) == PAT_ERR_NOT_REVOKED)
		complain(_("try: %s revoke %s"), tally->self,
			!tally->user && text_is_word(item) ? item : token->id.text);
	if (tally->json)
		print_json(tally, item, now ? now : token, error);
	else if (!failed && !command_given(tally->command, &option_quiet))
		(void)printf("%s: %s\n", subject, done);
	return outcome;
}

static bool contains(const struct tokens *tokens, const struct token *token)
{
	for (size_t i = 0; i < tokens->n; i++)
		if (strcmp(tokens->items[i].id.text, token->id.text) == 0)
			return true;
	return false;
}

/*
 * Finds the tokens that the first n operands mean: typed gets, for each of tokens, the operand that
 * it was found by.  A token that is named twice is taken once.  False if patd cannot be reached any
 * more.
 */
static bool find(struct tally *tally, struct client *client, size_t n, struct tokens *tokens,
	const char **typed)
{
	for (size_t i = 0; i < n; i++) {
		const char *item = tally->command->operands[i];
		DBusError error = DBUS_ERROR_INIT;
		struct token token;

		if (!select_token(client, tally->user, item, &token, &error)) {
			const enum outcome outcome = report(tally, item, NULL, NULL, &error);

			dbus_error_free(&error);
			if (outcome == OUTCOME_UNREACHABLE)
				return false;
		} else if (contains(tokens, &token)) {
			token_clear(&token);
		} else {
			typed[tokens->n] = item;
			tokens_append(tokens, &token);
		}
	}
	return true;
}

/*
 * Whether a person wants it.  Only tokens that can be deleted are asked about: patd refuses to
 * delete one in use whatever the answer.
 */
static bool confirm(const struct tokens *tokens)
{
	cleanup_text char *question = text_format("%s", _("Delete for good:"));
	size_t n = 0;

	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *token = &tokens->items[i];
		cleanup_text char *before = NULL, *name = NULL, *user = NULL, *line = NULL;

		if (strcmp(token->state, "active") == 0 || strcmp(token->state, "expired") == 0)
			continue;
		before = question;
		name = text_safe(token->name);
		user = text_safe(token->user);
		line = text_format(_("%s (%s) of user %s"), name, token->id.text, user);
		question = text_format("%s\n  %s", before, line);
		n++;
	}
	if (n > 0) {
		cleanup_text char *before = question;

		question = text_format("%s\n%s", before, P_("Delete it?", "Delete them all?", n));
	}
	return n == 0 || terminal_confirm(question);
}

static enum outcome change_one(
	struct tally *tally, struct client *client, const char *item, const struct token *token)
{
	const struct token_change *change = tally->change;
	DBusError error = DBUS_ERROR_INIT, ignored = DBUS_ERROR_INIT;
	cleanup_token struct token now = { 0 };
	enum outcome outcome;
	bool looked;

	looked = change->make(client, &token->id, change->how, &error) && change->describe &&
		 select_token(client, tally->user, token->id.text, &now, &ignored);
	outcome = report(tally, item, token, looked ? &now : NULL, &error);
	dbus_error_free(&error);
	dbus_error_free(&ignored);
	return outcome;
}

enum outcome token_change_run(
	const struct command *command, size_t n, const struct token_change *change)
{
	const bool ask = change->confirm && !command_given(command, &option_yes);
	struct tally tally = {
		.command = command,
		.change = change,
		.json = command_given(command, &option_json),
		.user = command_value(command, &option_user),
	};
	cleanup_client struct client *client = NULL;
	cleanup_tokens struct tokens tokens = { 0 };
	cleanup_free const char **typed = NULL;
	DBusError error = DBUS_ERROR_INIT;
	bool reachable;

	if (ask && !terminal_can_ask()) {
		complain(_("there is no terminal to ask on; to delete without being asked: --yes"));
		return OUTCOME_DECLINED;
	}
	client = select_machine(command, &error);
	if (!client)
		return outcome_fail(NULL, &error);
	tally.self = client_self(client);

	typed = text_must(calloc(n, sizeof(*typed)));
	reachable = find(&tally, client, n, &tokens, typed);
	if (reachable && ask && !confirm(&tokens)) {
		complain(_("nothing was deleted"));
		tally.outcome = OUTCOME_DECLINED;
		tokens_clear(&tokens);
	}
	for (size_t i = 0; i < tokens.n && reachable; i++)
		reachable = change_one(&tally, client, typed[i], &tokens.items[i]) !=
			    OUTCOME_UNREACHABLE;
	if (tally.json)
		json_list_end(&tally.list);
	return tally.outcome;
}
