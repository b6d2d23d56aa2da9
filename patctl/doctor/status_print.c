/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What patctl status prints, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/doctor/status.h"
#include "patctl/print/json.h"

#define SHOWN_MAX 10 /* tokens, and disabled users */

/* --- for people --- */

static void print_line(const char *label, const char *text)
{
	static const char *const labels[] = { N_("User:"), N_("Host:"), N_("Session:"),
		N_("Tokens:"), N_("Ending:"), N_("Machine:"), N_("Disabled:"), N_("patd:") };
	cleanup_text char *padded = NULL;
	size_t width = 0;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		width = text_wider(width, _(labels[i]));
	padded = text_pad(label, width);
	(void)printf("%s %s\n", padded, text);
}

static void print_user(const struct status *status)
{
	cleanup_text char *name = text_safe(status->user ? status->user : ""),
			  *text = status->user       ? text_format("%s (%u)", name, status->uid)
				  : status->uid == 0 ? text_format("root (0)")
						     : text_format(_("uid %u"), status->uid);

	print_line(_("User:"), text);
	if (status->host)
		print_line(_("Host:"), status->host);
}

/* "active, expires in 29 days" */
static char *describe(const struct output_context *context, const struct token_row *token)
{
	cleanup_text char *at = format_time(context, token->expires_at);

	if (!token->expires_at)
		return text_format(_("%s, never expires"), _(token->state));
	if (strcmp(token->state, "expired") == 0)
		return text_format(_("expired %s"), at);
	return text_format(_("%s, expires %s"), _(token->state), at);
}

static bool is_own(const struct status *status, const struct token_row *token)
{
	if (token->uid != TOKEN_UID_ANY)
		return token->uid == status->uid;
	return status->user && strcmp(token->user, status->user) == 0;
}

static char *session_text(const struct status *status, const struct output_context *context)
{
	const struct status_session *session = &status->session;
	const struct token_row *token = &session->token;
	cleanup_text char *given = text_safe(session->given ? session->given : ""), *name = NULL,
			  *user = NULL, *state = NULL;

	if (status->host)
		return text_format("%s", _("not known for another machine"));
	if (!session->given)
		return text_format("%s", _("no token is known (PAT_TOKEN_ID is not set)"));
	if (!status->reached)
		return text_format(
			_("token %s according to PAT_TOKEN_ID; patd was not asked"), given);
	if (!session->found)
		return text_format(status->is_root
					   ? _("PAT_TOKEN_ID is %s, and there is no such token")
					   : _("PAT_TOKEN_ID is %s, and you have no such token"),
			given);
	name = text_safe(token->name);
	user = text_safe(token->user);
	state = describe(context, token);
	if (!is_own(status, token))
		return text_format(_("token %s (%s) of user %s, %s (according to PAT_TOKEN_ID)"),
			name, token->id.text, user, state);
	return text_format(
		_("token %s (%s), %s (according to PAT_TOKEN_ID)"), name, token->id.text, state);
}

/* "5 (4 active, 1 revoked)" */
static void print_counts(const char *label, const struct status_counts *counts)
{
	cleanup_text char *states = text_format("%s", ""), *text = NULL;

	for (enum status_state state = 0; state < STATUS_STATES; state++) {
		cleanup_text char *before = states;

		states = counts->states[state] == 0
				 ? text_format("%s", before)
				 : text_format("%s%s%" PRIu64 " %s", before, *before ? ", " : "",
					   counts->states[state], _(status_state_word(state)));
	}
	text = counts->partial ? text_format(_("more than %" PRIu64 " (%s, and others)"),
					 counts->all, states)
	       : counts->all   ? text_format("%" PRIu64 " (%s)", counts->all, states)
			       : text_format("%s", _("none"));
	print_line(label, text);
}

static void print_more(size_t n, size_t shown)
{
	cleanup_text char *text =
		text_format(P_("and %zu more", "and %zu more", n - shown), n - shown);

	if (n > shown)
		print_line("", text);
}

static void print_endings(const struct status *status, const struct output_context *context)
{
	const size_t shown = status->n_endings < SHOWN_MAX ? status->n_endings : SHOWN_MAX;

	for (size_t i = 0; i < shown; i++) {
		const struct status_ending *one = &status->endings[i];
		cleanup_text char *name = text_safe(one->name), *at = format_time(context, one->at),
				  *text = NULL;

		text = text_format(
			one->at > context->now ? _("%s (%s) expires %s") : _("%s (%s) expired %s"),
			name, one->id.text, at);
		print_line(i == 0 ? _("Ending:") : "", text);
	}
	print_more(status->n_endings, shown);
}

static void print_disabled(const struct status *status)
{
	const struct disabled_row *rows = status->disabled.items;
	const size_t n = status->disabled.n, shown = n < SHOWN_MAX ? n : SHOWN_MAX;

	for (size_t i = 0; i < shown; i++) {
		cleanup_text char *user =
			text_safe(rows[i].user[0] != '\0' ? rows[i].user : _("everybody"));

		print_line(i == 0 ? _("Disabled:") : "", user);
	}
	print_more(n, shown);
}

static void print_patd(const struct status *status, const struct output_context *context)
{
	cleanup_text char *at = format_time_and_age(context, status->started),
			  *text = status->started ? text_format(_("running since %s"), at)
						  : text_format("%s", _("running"));

	print_line(_("patd:"), status->reached ? text : _("cannot be reached"));
}

void status_print(const struct status *status, const struct output_context *context)
{
	cleanup_text char *session = session_text(status, context);

	print_user(status);
	print_line(_("Session:"), session);
	if (status->reached) {
		print_counts(_("Tokens:"), &status->own);
		print_endings(status, context);
	}
	if (status->disabled_known) {
		print_counts(_("Machine:"), &status->machine);
		print_disabled(status);
	}
	print_patd(status, context);
	if (status->findings->n > 0) {
		(void)printf("\n%s\n", _("Needs attention:"));
		findings_print(status->findings, true);
	} else if (status->reached) {
		(void)printf("\n%s\n", _("All is well."));
	}
	if (status->is_root && !status->host)
		(void)puts(_("For all checks: patctl doctor"));
}

/* --- for programs --- */

static json_t *session_json(const struct status *status)
{
	const struct status_session *session = &status->session;
	const struct token_row *token = session->found ? &session->token : NULL;
	cleanup_text char *given = text_safe(session->given ? session->given : "");
	json_t *object;

	if (!session->given)
		return json_must(json_null());
	object = json_must(json_object());
	json_add(object, "id", json_of_text(given));
	json_add(object, "found", json_must(json_boolean(token != NULL)));
	json_add(object, "name", json_of_text(token ? token->name : NULL));
	json_add(object, "user", json_of_text(token ? token->user : NULL));
	json_add(object, "state", json_of_text(token ? token->state : NULL));
	json_add(object, "expires_at", json_of_nonzero(token ? token->expires_at : 0));
	return object;
}

static json_t *counts_json(const struct status_counts *counts, bool known)
{
	json_t *object;

	if (!known)
		return json_must(json_null());
	object = json_must(json_object());
	json_add(object, "all", json_must(json_integer((json_int_t)counts->all)));
	for (enum status_state state = 0; state < STATUS_STATES; state++)
		json_add(object, status_state_word(state),
			json_must(json_integer((json_int_t)counts->states[state])));
	json_add(object, "complete", json_must(json_boolean(!counts->partial)));
	return object;
}

static json_t *endings_json(const struct status *status)
{
	json_t *array = json_must(json_array());

	for (size_t i = 0; i < status->n_endings; i++) {
		json_t *object = json_must(json_object());

		json_add(object, "id", json_of_text(status->endings[i].id.text));
		json_add(object, "name", json_of_text(status->endings[i].name));
		json_add(object, "expires_at", json_of_nonzero(status->endings[i].at));
		json_append(array, object);
	}
	return array;
}

/* Null stands for all users, as where they are disabled. */
static json_t *disabled_json(const struct status *status)
{
	const struct disabled_row *rows = status->disabled.items;
	json_t *array;

	if (!status->disabled_known)
		return json_must(json_null());
	array = json_must(json_array());
	for (size_t i = 0; i < status->disabled.n; i++)
		json_append(array, json_of_text(rows[i].user));
	return array;
}

void status_print_json(const struct status *status)
{
	json_t *object = json_must(json_object());

	json_add(object, "user", json_of_text(status->user));
	json_add(object, "uid", json_must(json_integer(status->uid)));
	json_add(object, "host", json_of_text(status->host));
	json_add(object, "session", session_json(status));
	json_add(object, "tokens", counts_json(&status->own, status->reached));
	json_add(object, "ending", endings_json(status));
	json_add(object, "machine", counts_json(&status->machine, status->disabled_known));
	json_add(object, "disabled", disabled_json(status));
	json_add(object, "running", json_must(json_boolean(status->reached)));
	json_add(object, "running_since", json_of_nonzero(status->started));
	json_add(object, "findings", findings_json(status->findings));
	json_add(object, "well",
		json_must(json_boolean(status->reached && status->findings->n == 0)));
	json_line(object);
}
