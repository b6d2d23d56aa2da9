/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl revoke, restore, rename and delete. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/cli/argument.h"
#include "patctl/print/terminal.h"
#include "patctl/verbs/bulk_change.h"
#include "patctl/verbs/list_query.h"

static bool contains(const struct records *tokens, const struct token_row *token)
{
	const struct token_row *items = tokens->items;

	for (size_t i = 0; i < tokens->n; i++)
		if (strcmp(items[i].id.text, token->id.text) == 0)
			return true;
	return false;
}

/*
 * A damaged row is in no list, and root can delete it by its id alone.  Fills *ret if item can be
 * one: patd knows whether there is such a token.
 */
static bool may_be_damaged(const struct tally *tally, const char *item, struct token_row *ret)
{
	if (!tally->change->deletes || !command_given(tally->command, &option_id) ||
		!client_is_root(tally->client) || !pat_id_valid(item))
		return false;
	*ret = (struct token_row) { .state = "altered" };
	pat_field_cut(ret->id.text, sizeof(ret->id.text), item);
	pat_field_cut(ret->name, sizeof(ret->name), "?");
	pat_field_cut(ret->user, sizeof(ret->user), "?");
	return true;
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

		if (!select_token(tally->command, tally->client, item, &token, &error) &&
			!(pat_error_from_name(error.name) == PAT_ERR_NOT_FOUND &&
				may_be_damaged(tally, item, &token))) {
			const enum outcome outcome = change_report(tally, item, NULL, NULL, &error);

			dbus_error_free(&error);
			if (outcome == OUTCOME_UNREACHABLE)
				return false;
			continue;
		}
		dbus_error_free(&error);
		if (!contains(tokens, &token)) {
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

		if (!change_deletable(token))
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

/* Changes the tokens that the first n operands mean. */
static enum outcome change_tokens(
	const struct command *command, size_t n, const struct change *change)
{
	const bool ask = change->deletes && !command_given(command, &option_yes) &&
			 !command_given(command, &option_dry_run);
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
	tally.opened = opened_sessions_of(command, client, client_is_root(client));

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
	return change_end(&tally);
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

static enum outcome run_revoke(const struct command *command)
{
	struct client_revocation how = { .end_sessions =
						 command_given(command, &option_end_sessions) };
	const struct change change = {
		.revocation = &how,
		.result = "revoked",
		.done = done,
		.describe = command_given(command, &option_for) ? describe_revoked : NULL,
	};

	if (!read_how(command, &how))
		return OUTCOME_USAGE;
	if (filter_given(command))
		return bulk_change(command, &change);
	if (command_given(command, &option_all))
		return bulk_revoke_all(command, &how);
	return change_tokens(command, command->n_operands, &change);
}

const struct verb verb_revoke = { "revoke", "TOKEN...", run_revoke,
	N_("revoke tokens: they stop working at once"),
	OPTIONS(&option_user, &option_id, &option_all, OPTIONS_FILTERS, &option_for, &option_reason,
		&option_end_sessions, OPTIONS_BULK, OPTIONS_COMMON),
	{ N_("Revokes tokens: they stop working at once.  \"patctl restore\" undoes it.  With\n"
	     "--for, the token works again after PERIOD.  A token revoked with\n"
	     "--reason=compromised can never be restored.\n"),
		N_("With --all in place of TOKEN, revokes all of your tokens or those of USER; run\n"
		   "by root without --user, those of all users.  With --state, --service,\n"
		   "--unused-for or --expiring, revokes those of them that \"patctl list\" shows with\n"
		   "the same options.  Asks for confirmation; without a terminal, --yes is required,\n"
		   "but for all tokens of one user.\n"),
		N_("A token that is already revoked stays revoked for at least as long as "
		   "before.\n"),
		N_("Sessions that a token opened go on.  With --end-sessions they are ended, but\n"
		   "for programs such as sudo within other sessions, which are named: then the exit\n"
		   "status is 1.  sudo remembers a login, by default for 15 minutes\n"
		   "(timestamp_timeout in sudoers): \"sudo -K\" of that user ends it.\n"),
		select_help },
	"  patctl revoke laptop ci\n"
	"  patctl revoke laptop --for=2weeks --reason=\"on holiday\"\n"
	"  patctl revoke laptop --end-sessions --reason=compromised\n"
	"  sudo patctl revoke - <leaked-token\n"
	"  sudo patctl revoke --all --user=alice\n"
	"  sudo patctl revoke --all --unused-for=90d --dry-run\n",
	.selecting = OPTIONS(OPTIONS_FILTERS), .exclusive = { OPTIONS(&option_id, &option_all) },
	.synonyms = { "suspend" }, .token_states = { "active", "pending", "disabled", "stale" } };

static enum outcome run_restore(const struct command *command)
{
	static const struct change change = {
		.make = client_restore,
		.result = "restored",
		.done = N_("User token successfully restored"),
		.restores = true,
	};

	if (command_given(command, &option_all) || filter_given(command))
		return bulk_change(command, &change);
	return change_tokens(command, command->n_operands, &change);
}

const struct verb verb_restore = { "restore", "TOKEN...", run_restore, N_("restore revoked tokens"),
	OPTIONS(&option_user, &option_id, &option_all, OPTIONS_REVOKED, OPTIONS_BULK,
		OPTIONS_COMMON),
	{ N_("Restores revoked tokens with the same secret and expiration.  A token that has\n"
	     "expired or ended, or was revoked as compromised, cannot be restored.  Asks for\n"
	     "your password; root is not asked.\n"),
		N_("With --all, --revoked-since, --service, --unused-for or --expiring in place of\n"
		   "TOKEN, restores what \"patctl list\" shows with the same options and can be\n"
		   "restored; suspended tokens, too.  Asks for confirmation; without a terminal,\n"
		   "--yes is required.  WHEN is as for \"patctl log\".\n"),
		select_help },
	"  patctl restore laptop\n"
	"  sudo patctl restore --all --revoked-since=10min --dry-run\n",
	.selecting = OPTIONS(OPTIONS_REVOKED), .exclusive = { OPTIONS(&option_id, &option_all) },
	.synonyms = { "unrevoke", "resume" }, .token_states = { "revoked" } };

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
		.deletes = true,
	};

	if (command_given(command, &option_all) || filter_given(command))
		return bulk_change(command, &change);
	return change_tokens(command, command->n_operands, &change);
}

const struct verb verb_delete = { "delete", "TOKEN...", run_delete,
	N_("delete revoked tokens permanently"),
	OPTIONS(&option_user, &option_id, &option_all, OPTIONS_FILTERS, OPTIONS_BULK,
		OPTIONS_COMMON),
	{ N_("Deletes revoked tokens permanently, and refuses to delete a token that is not\n"
	     "revoked.  Asks for confirmation; without a terminal, --yes is required.\n"),
		N_("With --all, --state, --service, --unused-for or --expiring in place of TOKEN,\n"
		   "deletes what \"patctl list\" shows with the same options and is revoked; with\n"
		   "--state=revoked,expired also what has expired.  Suspended tokens are left out.\n"),
		select_help },
	"  patctl revoke laptop && patctl delete laptop\n"
	"  sudo patctl delete --all --state=revoked,expired --dry-run\n",
	.selecting = OPTIONS(OPTIONS_FILTERS), .exclusive = { OPTIONS(&option_id, &option_all) },
	.aliases = { "rm" }, .synonyms = { "remove" },
	.token_states = { "revoked", "altered", "unknown-issuer" }, .ended_states = true };
