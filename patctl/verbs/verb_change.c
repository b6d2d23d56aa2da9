/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl revoke, restore, rename and delete: they change tokens, one by one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/print/json.h"
#include "patctl/print/terminal.h"
#include "patctl/verbs/select.h"

/* Exactly one of the first three members is set. */
struct change {
	const struct client_revocation *revocation;
	const char *name; /* the new one */
	bool (*make)(struct client *client, const struct pat_id *id, DBusError *error);
	const char *result; /* "revoked" */
	const char *done;   /* the same in a sentence for people */
	/* NULL, or the sentence for a token as it is after the change, which the caller owns. */
	char *(*describe)(const struct token_row *token);
	bool confirm; /* ask a person first, unless --yes is given */
};

/* The results so far. */
struct tally {
	const struct command *command;
	const struct change *change;
	struct client *client;
	const char *user; /* --user, or NULL */
	enum outcome outcome;
	unsigned int count;
	struct json_list list;
};

static void print_json(struct tally *tally, const char *item, const struct token_row *token,
	const DBusError *error)
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
static enum outcome report(struct tally *tally, const char *item, const struct token_row *token,
	const struct token_row *now, const DBusError *error)
{
	const struct change *change = tally->change;
	const bool failed = dbus_error_is_set(error),
		   as_typed = !tally->user && !command_given(tally->command, &option_id) &&
			      text_is_word(item);
	const enum outcome outcome = failed ? outcome_of(error)->outcome : OUTCOME_DONE;
	cleanup_text char *safe = text_safe(token ? token->name : item);
	cleanup_text char *subject = token ? text_format("%s (%s)", safe, token->id.text) : NULL;
	cleanup_text char *done = now ? change->describe(now) : text_format("%s", _(change->done));

	tally->outcome = outcome_join(tally->outcome, tally->count++, outcome);
	if (failed)
		outcome_complain(subject, error);
	if (failed && change->confirm && pat_error_from_name(error->name) == PAT_ERR_NOT_REVOKED)
		complain(_("try: %s revoke %s%s"), client_self(tally->client),
			as_typed ? "" : "--id ", as_typed ? item : token->id.text);
	if (command_given(tally->command, &option_json))
		print_json(tally, item, now ? now : token, error);
	else if (!failed && !command_given(tally->command, &option_quiet))
		(void)printf("%s: %s\n", subject, done);
	return outcome;
}

static bool contains(const struct records *tokens, const struct token_row *token)
{
	const struct token_row *items = tokens->items;

	for (size_t i = 0; i < tokens->n; i++)
		if (strcmp(items[i].id.text, token->id.text) == 0)
			return true;
	return false;
}

/*
 * Finds the tokens that the first n operands mean: typed gets, for each of tokens, the operand that
 * it was found by.  A token that is named twice is taken once.  False if patd cannot be reached any
 * more.
 */
static bool find(struct tally *tally, size_t n, struct records *tokens, const char **typed)
{
	for (size_t i = 0; i < n; i++) {
		const char *item = tally->command->operands[i];
		DBusError error = DBUS_ERROR_INIT;
		struct token_row token;

		if (!select_token(tally->command, tally->client, item, &token, &error)) {
			const enum outcome outcome = report(tally, item, NULL, NULL, &error);

			dbus_error_free(&error);
			if (outcome == OUTCOME_UNREACHABLE)
				return false;
		} else if (!contains(tokens, &token)) {
			typed[tokens->n] = item;
			records_append(tokens, &token);
		}
	}
	return true;
}

/*
 * Whether a person wants it.  Only tokens that can be deleted are asked about: patd refuses to
 * delete one in use whatever the answer.
 */
static bool confirm(const struct records *tokens)
{
	cleanup_text char *question = text_format("%s", _("Delete permanently:"));
	size_t n = 0;

	for (size_t i = 0; i < tokens->n; i++) {
		const struct token_row *token = (const struct token_row *)tokens->items + i;
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

static bool make(const struct change *change, struct client *client, const struct pat_id *id,
	DBusError *error)
{
	if (change->revocation)
		return client_revoke(client, id, change->revocation, error);
	if (change->name)
		return client_rename(client, id, change->name, error);
	return change->make(client, id, error);
}

static enum outcome change_one(struct tally *tally, const char *item, const struct token_row *token)
{
	const struct change *change = tally->change;
	DBusError error = DBUS_ERROR_INIT, ignored = DBUS_ERROR_INIT;
	struct token_row now;
	enum outcome outcome;
	bool looked;

	looked = make(change, tally->client, &token->id, &error) && change->describe &&
		 select_id(tally->client, tally->user, &token->id, &now, &ignored);
	outcome = report(tally, item, token, looked ? &now : NULL, &error);
	dbus_error_free(&error);
	dbus_error_free(&ignored);
	return outcome;
}

/* Changes the tokens that the first n operands mean. */
static enum outcome change_tokens(
	const struct command *command, size_t n, const struct change *change)
{
	const bool ask = change->confirm && !command_given(command, &option_yes);
	struct tally tally = {
		.command = command,
		.change = change,
		.user = command_value(command, &option_user),
	};
	cleanup_client struct client *client = NULL;
	cleanup_records struct records tokens = { .table = token_row_table() };
	cleanup_free const char **typed = NULL;
	DBusError error = DBUS_ERROR_INIT;
	bool reachable;

	if (ask && !terminal_can_ask()) {
		complain(_("not a terminal; use --yes to delete without confirmation"));
		return OUTCOME_DECLINED;
	}
	client = select_machine(command, &error);
	if (!client)
		return outcome_fail(NULL, &error);
	tally.client = client;

	typed = must_alloc(calloc(n, sizeof(*typed)));
	reachable = find(&tally, n, &tokens, typed);
	if (reachable && ask && !confirm(&tokens)) {
		complain(_("nothing was deleted"));
		tally.outcome = OUTCOME_DECLINED;
		records_clear(&tokens);
	}
	for (size_t i = 0; i < tokens.n && reachable; i++)
		reachable =
			change_one(&tally, typed[i], (const struct token_row *)tokens.items + i) !=
			OUTCOME_UNREACHABLE;
	if (command_given(command, &option_json))
		json_list_end(&tally.list);
	return tally.outcome;
}

static const struct option_info option_for = { "for", "PERIOD",
	N_("suspend for PERIOD, then reactivate"), 0 };

static const char done[] = N_("User token successfully revoked");

/* The end that patd reports: a token that was revoked for longer before stays so. */
static char *describe_revoked(const struct token_row *token)
{
	cleanup_text char *stamp = timestamp_local(token->revoked_until);

	if (!token->revoked_until)
		return text_format("%s", _(done));
	return text_format(_("User token successfully revoked until %s"), stamp);
}

static bool read_how(const struct command *command, struct client_revocation *ret)
{
	if (!argument_period(command, &option_for, &ret->seconds) ||
		!argument_reason(command, &option_reason, &ret->reason))
		return false;
	if (ret->seconds && ret->reason && strcmp(ret->reason, "compromised") == 0) {
		complain(_("--for cannot be combined with --reason=compromised"));
		return false;
	}
	return true;
}

static enum outcome revoke_all(const struct command *command, const struct client_revocation *how)
{
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	uint64_t count;

	if (!client || !client_revoke_all(
			       client, command_value(command, &option_user), how, &count, &error))
		return outcome_fail(NULL, &error);
	if (command_given(command, &option_json))
		json_line(json_must(json_pack("{s:I}", "revoked", (json_int_t)count)));
	else if (!command_given(command, &option_quiet))
		(void)printf(
			P_("%" PRIu64 " token successfully revoked\n",
				"%" PRIu64 " tokens successfully revoked\n", (unsigned long)count),
			count);
	return OUTCOME_DONE;
}

static enum outcome run_revoke(const struct command *command)
{
	struct client_revocation how = { 0 };
	const struct change change = {
		.revocation = &how,
		.result = "revoked",
		.done = done,
		.describe = command_given(command, &option_for) ? describe_revoked : NULL,
	};

	if (!read_how(command, &how))
		return OUTCOME_USAGE;
	if (command_given(command, &option_all))
		return revoke_all(command, &how);
	return change_tokens(command, command->n_operands, &change);
}

const struct verb verb_revoke = { "revoke", "TOKEN...", run_revoke,
	N_("revoke tokens: they stop working at once"),
	OPTIONS(&option_user, &option_id, &option_all, &option_for, &option_reason, OPTIONS_COMMON),
	{ N_("Revokes tokens: they stop working at once.  With --all, revokes all of your\n"
	     "tokens or those of USER.  \"patctl restore\" undoes it.  With --for, the token\n"
	     "works again after PERIOD.  A token revoked with --reason=compromised can never\n"
	     "be restored.\n"),
		N_("A token that is already revoked stays revoked for at least as long as "
		   "before.\n"),
		select_help },
	"  patctl revoke laptop ci\n"
	"  patctl revoke laptop --for=2weeks --reason=\"on holiday\"\n"
	"  sudo patctl revoke - <leaked-token\n"
	"  sudo patctl revoke --all --user=alice\n",
	.exclusive = { OPTIONS(&option_id, &option_all) }, .synonyms = { "suspend" },
	.token_states = { "active", "pending", "disabled" } };

static enum outcome run_restore(const struct command *command)
{
	static const struct change change = {
		.make = client_restore,
		.result = "restored",
		.done = N_("User token successfully restored"),
	};

	return change_tokens(command, command->n_operands, &change);
}

const struct verb verb_restore = { "restore", "TOKEN...", run_restore, N_("restore revoked tokens"),
	OPTIONS(&option_user, &option_id, OPTIONS_COMMON),
	{ N_("Restores revoked tokens with the same secret and expiration.  A token that has\n"
	     "expired or was revoked as compromised cannot be restored.  Asks for your\n"
	     "password; root is not asked.\n"),
		select_help },
	"  patctl restore laptop\n", .synonyms = { "unrevoke", "resume" },
	.token_states = { "revoked" } };

static char *describe_renamed(const struct token_row *token)
{
	cleanup_text char *name = text_safe(token->name);

	return text_format(_("User token successfully renamed to %s"), name);
}

static enum outcome run_rename(const struct command *command)
{
	const char *const name = command->operands[1];
	const struct change change = {
		.name = name,
		.result = "renamed",
		.done = N_("User token successfully renamed"),
		.describe = describe_renamed,
	};

	if (!argument_name(name))
		return OUTCOME_USAGE;
	return change_tokens(command, 1, &change);
}

const struct verb verb_rename = { "rename", "TOKEN NAME", run_rename, N_("rename a token"),
	OPTIONS(&option_user, &option_id, OPTIONS_COMMON),
	{ N_("Renames a token.  Its id and its history stay the same.\n"), select_help },
	"  patctl rename laptop \"old laptop\"\n", .synonyms = { "mv" } };

static enum outcome run_delete(const struct command *command)
{
	static const struct change change = {
		.make = client_delete,
		.result = "deleted",
		.done = N_("User token successfully deleted"),
		.confirm = true,
	};

	return change_tokens(command, command->n_operands, &change);
}

const struct verb verb_delete = { "delete", "TOKEN...", run_delete,
	N_("delete revoked tokens permanently"),
	OPTIONS(&option_user, &option_id, &option_yes, OPTIONS_COMMON),
	{ N_("Deletes revoked tokens permanently, and refuses to delete a token that is not\n"
	     "revoked.  Asks for confirmation; without a terminal, --yes is required.\n"),
		select_help },
	"  patctl revoke laptop && patctl delete laptop\n", .synonyms = { "rm", "remove" },
	.token_states = { "revoked", "altered" } };
