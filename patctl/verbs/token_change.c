/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A change of tokens, one by one: what is done to each, and the results. */
#include "patctl/verbs/token_change.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/verbs/unheard.h"

const struct option_info option_dry_run = { "dry-run", NULL,
	N_("only print which tokens would be changed"), 0 };

static void print_json(struct tally *tally, const char *item, const struct token_row *token,
	const DBusError *error)
{
	const bool failed = dbus_error_is_set(error);
	const char *done =
		command_given(tally->command, &option_dry_run) ? "dry-run" : tally->change->result;
	cleanup_text char *typed = item ? text_safe(item) : NULL;
	json_t *object = json_must(json_object());

	/* An operand may be empty; null is that there was none. */
	json_add(object, "item", json_must(item ? json_string(typed) : json_null()));
	json_add(object, "id", json_of_text(token ? token->id.text : NULL));
	json_add(object, "name", json_of_text(token ? token->name : NULL));
	json_add(object, "user", json_of_text(token ? token->user : NULL));
	json_add(object, "result", json_of_text(failed ? "failed" : done));
	json_add_error(object, error);
	json_list_add(&tally->list, object);
}

/* A line on standard output, for people. */
static void print_done(
	const struct tally *tally, const struct token_row *token, const struct token_row *now)
{
	const struct change *change = tally->change;
	cleanup_text char *name = text_safe(token->name), *line = NULL, *rest = NULL;

	if (command_given(tally->command, &option_dry_run)) {
		rest = text_safe(token->user);
		line = text_format(_("%s (%s) of user %s"), name, token->id.text, rest);
		(void)puts(line);
	} else if (!command_given(tally->command, &option_quiet)) {
		rest = now ? change->describe(now) : text_format("%s", _(change->done));
		(void)printf("%s (%s): %s\n", name, token->id.text, rest);
	}
}

/* The way out where a token must be revoked before. */
static void advise_revoke(
	const struct tally *tally, const char *item, const struct token_row *token)
{
	const bool as_typed = item && !tally->user && !command_given(tally->command, &option_id) &&
			      text_is_word(item);

	advise(_("try: %s revoke %s%s"), client_self(tally->client), as_typed ? "" : "--id ",
		as_typed ? item : token->id.text);
}

enum outcome change_report(struct tally *tally, const char *item, const struct token_row *token,
	const struct token_row *now, const DBusError *error)
{
	const bool failed = dbus_error_is_set(error);
	const enum outcome outcome = failed ? outcome_of(error)->outcome : OUTCOME_DONE;
	cleanup_text char *safe = token ? text_safe(token->name) : NULL;
	cleanup_text char *subject = token ? text_format("%s (%s)", safe, token->id.text) : NULL;

	tally->outcome = outcome_join(tally->outcome, tally->count++, outcome);
	if (failed)
		outcome_complain(subject, error);
	if (failed && token && tally->change->deletes &&
		pat_error_from_name(error->name) == PAT_ERR_NOT_REVOKED)
		advise_revoke(tally, item, token);
	if (command_given(tally->command, &option_json))
		print_json(tally, item, now ? now : token, error);
	else if (!failed && token)
		print_done(tally, token, now);
	return outcome;
}

bool change_deletable(const struct token_row *token)
{
	static const char *const states[] = { "revoked", "altered", "unknown-issuer" };

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(token->state, states[i]) == 0)
			return true;
	return false;
}

const char *change_unrestorable(const struct token_row *token, uint64_t now, enum pat_error *ret)
{
	if (strcmp(token->state, "revoked") != 0) {
		*ret = PAT_ERR_NOT_REVOKED;
		return N_("the token is not revoked");
	}
	if (strcmp(token->revoked_reason, "compromised") == 0) {
		*ret = PAT_ERR_NOT_RESTORABLE;
		return N_("the token was revoked as compromised and cannot be restored; "
			  "generate a new one");
	}
	if (token->expires_at != 0 && token->expires_at <= now) {
		*ret = PAT_ERR_EXPIRED;
		return N_("the token has expired; generate a new one");
	}
	return NULL;
}

static bool refuse_delete(DBusError *error)
{
	dbus_set_error(error, pat_error_name(PAT_ERR_NOT_REVOKED), "%s",
		N_("the token is not revoked; revoke it first, then delete it"));
	return false;
}

/*
 * A filter finds also what has ended by itself, which is revoked before it is deleted; unless it
 * works again since the person was asked.
 */
static bool revoke_ended(struct tally *tally, const struct token_row *token, DBusError *error)
{
	static const struct client_revocation until_deleted = { 0 };
	struct token_row now;

	if (!select_id(tally->client, tally->user, &token->id, &now, error))
		return false;
	if (!change_deletable(&now) && strcmp(now.state, token->state) != 0)
		return refuse_delete(error);
	return client_revoke(tally->client, &token->id, &until_deleted, error);
}

/* Of a token that was named patd says so. */
static void foresee(const struct change *change, const struct token_row *token, DBusError *error)
{
	enum pat_error refusal;
	const char *why = change->restores
				  ? change_unrestorable(token, (uint64_t)time(NULL), &refusal)
				  : NULL;

	if (why)
		dbus_set_error(error, pat_error_name(refusal), "%s", why);
	if (change->deletes && !change_deletable(token))
		(void)refuse_delete(error);
}

static bool make(
	struct tally *tally, const char *item, const struct token_row *token, DBusError *error)
{
	const struct change *change = tally->change;

	if (!item && change->deletes && !change_deletable(token) &&
		!revoke_ended(tally, token, error))
		return false;
	if (change->revocation)
		return client_revoke(tally->client, &token->id, change->revocation, error);
	if (change->name)
		return client_rename(tally->client, &token->id, change->name, error);
	if (change->update)
		return client_set(tally->client, &token->id, change->update, error);
	return change->make(tally->client, &token->id, error);
}

/* What a filter selected, somebody else may have deleted since. */
static bool is_gone_as_wanted(const struct tally *tally, const char *item, const DBusError *error)
{
	return !item && tally->change->deletes && dbus_error_is_set(error) &&
	       pat_error_from_name(error->name) == PAT_ERR_NOT_FOUND;
}

enum outcome change_one(struct tally *tally, const char *item, const struct token_row *token)
{
	DBusError error = DBUS_ERROR_INIT, ignored = DBUS_ERROR_INIT;
	struct token_row now;
	enum outcome outcome;
	bool looked = false;

	if (!command_given(tally->command, &option_dry_run))
		looked = make(tally, item, token, &error) && tally->change->describe &&
			 select_id(tally->client, tally->user, &token->id, &now, &ignored);
	else if (item)
		foresee(tally->change, token, &error);
	if (is_gone_as_wanted(tally, item, &error)) {
		dbus_error_free(&error);
		return OUTCOME_DONE;
	}
	outcome = change_report(tally, item, token, looked ? &now : NULL, &error);
	if (outcome == OUTCOME_DONE && tally->change->revocation &&
		!command_given(tally->command, &option_dry_run)) {
		opened_sessions_add(&tally->opened, token);
		tally->shared |= token->issuer[0] != '\0';
	}
	dbus_error_free(&error);
	dbus_error_free(&ignored);
	return outcome;
}

enum outcome change_end(struct tally *tally)
{
	if (command_given(tally->command, &option_json))
		json_list_end(&tally->list);
	else if (command_given(tally->command, &option_dry_run) &&
		 !command_given(tally->command, &option_quiet))
		note(_("Dry run: nothing was changed.\n"));
	if (!tally->change->revocation)
		return tally->outcome;
	if (tally->shared)
		unheard_note(tally->command, tally->client);
	return opened_sessions_end(&tally->opened, tally->outcome);
}
