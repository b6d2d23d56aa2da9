/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl show: all properties of one token after another. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/print/json.h"
#include "patctl/print/json_record.h"
#include "patctl/print/output_context.h"
#include "patctl/print/session_table.h"
#include "patctl/print/until_text.h"
#include "patctl/verbs/select.h"

#define SESSIONS_SHOWN_MAX 5

enum label {
	LABEL_NONE, /* of a continued line */
	LABEL_ID,
	LABEL_NAME,
	LABEL_NOTE,
	LABEL_USER,
	LABEL_ISSUER,
	LABEL_STATE,
	LABEL_CREATED,
	LABEL_EXPIRES,
	LABEL_REVOKED,
	LABEL_UNTIL,
	LABEL_REASON,
	LABEL_ROTATED,
	LABEL_USES,
	LABEL_USAGE,
	LABEL_SOURCES,
	LABEL_SESSIONS,
	LABELS
};

/* In the order of enum label. */
static const char *const labels[LABELS] = { "", N_("ID:"), N_("Name:"), N_("Note:"), N_("User:"),
	N_("Issuer:"), N_("State:"), N_("Created:"), N_("Expires:"), N_("Revoked:"), N_("Until:"),
	N_("Reason:"), N_("Rotated:"), N_("Uses:"), N_("Usage:"), N_("Sources:"), N_("Sessions:") };

/* LABELS + enum pat_restriction is the label of a restriction. */
static const char *label_text(unsigned int label)
{
	const char *text = label < LABELS ? labels[label] : restrictions[label - LABELS].label;

	return text ? text_translated(text) : "";
}

static void print_line(unsigned int label, const char *text)
{
	cleanup_text char *padded = NULL;
	size_t width = 0;

	for (unsigned int i = 0; i < LABELS + (unsigned int)PAT_RESTRICTIONS; i++)
		width = text_wider(width, label_text(i));
	padded = text_pad(label_text(label), width);
	(void)printf("%s %s\n", padded, text);
}

static void print_text(unsigned int label, const char *text)
{
	cleanup_text char *safe = text_safe(text);

	if (*text != '\0')
		print_line(label, safe);
}

static void print_time(const struct output_context *context, unsigned int label, uint64_t at)
{
	cleanup_text char *time = format_time_and_age(context, at);

	if (at)
		print_line(label, time);
}

static void print_created(const struct output_context *context, const struct token_row *token)
{
	cleanup_text char *time = format_time_and_age(context, token->created_at),
			  *by = format_user(context, token->created_by),
			  *text = text_format(_("%s by %s"), time, by);

	print_line(LABEL_CREATED, text);
	if (token->expires_at)
		print_time(context, LABEL_EXPIRES, token->expires_at);
	else
		print_line(LABEL_EXPIRES, _("never"));
}

static void print_number(unsigned int label, uint64_t number)
{
	cleanup_text char *text = text_format("%" PRIu64, number);

	if (number)
		print_line(label, text);
}

static void print_until(unsigned int label, const char *until)
{
	cleanup_text char *text = until_text(until);

	if (*until != '\0')
		print_line(label, text);
}

static void print_restriction(const struct output_context *context, const struct token_row *token,
	enum pat_restriction restriction)
{
	const void *value = token_row_restriction(token, restriction);
	const unsigned int label = LABELS + (unsigned int)restriction;

	switch (restrictions[restriction].kind) {
	case RESTRICTION_LIST:
	case RESTRICTION_TEXT:
		if (restriction == PAT_UNTIL)
			print_until(label, value);
		else
			print_text(label, value);
		break;
	case RESTRICTION_TIME:
		print_time(context, label, *(const uint64_t *)value);
		break;
	case RESTRICTION_COUNT:
		print_number(label, *(const uint64_t *)value);
		break;
	case RESTRICTION_FLAG:
		if (*(const bool *)value)
			print_line(label, _("each use waits for an approval"));
		break;
	}
}

static void print_revoked(const struct output_context *context, const struct token_row *token)
{
	print_time(context, LABEL_REVOKED, token->revoked_at);
	print_time(context, LABEL_UNTIL, token->revoked_until);
	print_text(LABEL_REASON, reason_translated(token->revoked_reason));
}

static void print_rotated(const struct output_context *context, const struct token_row *token)
{
	cleanup_text char *time = format_time_and_age(context, token->rotated_at),
			  *former = format_time_and_age(context, token->former_until), *text = NULL;

	if (token->rotations == 0)
		return;
	text = token->rotations == 1
		       ? text_format(_("once, %s"), time)
		       : text_format(P_("%u time, last %s", "%u times, last %s", token->rotations),
				 token->rotations, time);
	print_line(LABEL_ROTATED, text);
	if (token->former_until) {
		cleanup_text char *works =
			text_format(_("the previous secret works until %s"), former);

		print_line(LABEL_NONE, works);
	}
}

static void print_uses(const struct token_row *token)
{
	const uint64_t most = token->limits.max_uses;
	const bool fleet = token->issuer[0] != '\0';
	cleanup_text char *text = NULL;

	/* How many are left of those of a fleet token, its hub alone knows. */
	if (most && fleet)
		text = text_format(_("%" PRIu64 " that this machine knows of, of at most %" PRIu64
				     " in the fleet"),
			token->uses, most);
	else if (most)
		text = text_format(_("%" PRIu64 " of %" PRIu64), token->uses, most);
	else
		text = text_format("%" PRIu64, token->uses);
	print_line(LABEL_USES, text);
}

/* "by sshd from 192.0.2.7", "by sudo, locally" */
static char *place_text(const char *service, const char *from)
{
	cleanup_text char *safe_service = text_safe(service), *safe_from = text_safe(from);

	switch (source_kind(from)) {
	case SOURCE_LOCAL:
		return *service ? text_format(_("by %s, locally"), safe_service)
				: text_format("%s", _("locally"));
	case SOURCE_UNKNOWN:
		return *service ? text_format(_("by %s from an unknown source"), safe_service)
				: text_format("%s", _("from an unknown source"));
	case SOURCE_ADDRESS:
	case SOURCE_NAME:
		break;
	}
	return *service ? text_format(_("by %s from %s"), safe_service, safe_from)
			: text_format(_("from %s"), safe_from);
}

static void print_usage(const struct output_context *context, const struct token_row *token,
	const struct records *used)
{
	const struct source_row *sources = used->items;
	cleanup_text char *time = NULL, *place = NULL, *text = NULL;

	if (!token->last_used_at) {
		print_line(LABEL_USAGE, _("Not used"));
		return;
	}
	time = format_time_and_age(context, token->last_used_at);
	place = place_text(token->last_used_service, token->last_used_from);
	/* TRANSLATORS: the second is as in "by sshd from 192.0.2.7", "locally". */
	text = text_format(_("Last used %s %s"), time, place);
	print_line(LABEL_USAGE, text);
	for (size_t i = 0; i < used->n; i++) {
		cleanup_text char *when = format_time(context, sources[i].at),
				  *where = place_text(sources[i].service, sources[i].from),
				  *line = text_format("%s %s", when, where);

		print_line(i == 0 ? LABEL_SOURCES : LABEL_NONE, line);
	}
}

static void print_sessions(
	const struct output_context *context, uint32_t n, const struct records *open)
{
	const struct session_row *sessions = open->items;
	cleanup_text char *count = text_format(P_("%u open", "%u open", n), n);

	if (n == 0)
		return;
	print_line(LABEL_SESSIONS, count);
	for (size_t i = 0; i < open->n && i < SESSIONS_SHOWN_MAX; i++) {
		cleanup_text char *when = format_time(context, sessions[i].opened_at),
				  *what = session_text(&sessions[i]),
				  *line = text_format("%s %s", when, what);

		print_line(LABEL_NONE, line);
	}
	if (open->n > SESSIONS_SHOWN_MAX)
		print_line(LABEL_NONE, _("and more"));
}

/* What is shown beside the token. */
struct beside {
	struct records used; /* where from */
	struct records open; /* sessions */
};

static void beside_clear(struct beside *beside)
{
	records_clear(&beside->used);
	records_clear(&beside->open);
}

static void print(const struct output_context *context, const struct token_row *token,
	const struct beside *beside)
{
	cleanup_text char *user = text_safe(token->user), *state = text_safe(token->state),
			  *user_and_uid = text_format("%s (%" PRIu32 ")", user, token->uid),
			  *coloured = terminal_coloured(
				  context->palette, token->state, text_translated(state));

	print_text(LABEL_ID, token->id.text);
	print_text(LABEL_NAME, token->name);
	print_text(LABEL_NOTE, token->note);
	print_line(LABEL_USER, token->uid == TOKEN_UID_ANY ? user : user_and_uid);
	print_text(LABEL_ISSUER, token->issuer);
	print_line(LABEL_STATE, coloured);
	print_created(context, token);
	for (enum pat_restriction i = 0; i < PAT_RESTRICTIONS; i++)
		if (restrictions[i].label)
			print_restriction(context, token, i);
	print_revoked(context, token);
	print_rotated(context, token);
	print_uses(token);
	print_usage(context, token, &beside->used);
	print_sessions(context, token->sessions, &beside->open);
}

static void print_member(const char *key, const struct records *records)
{
	(void)printf(", \"%s\": ", key);
	if (records->table)
		json_records(stdout, records);
	else
		(void)fputs("null", stdout);
}

/* Null is what the caller may not see, see get_beside(). */
static void print_json(const struct token_row *token, const struct beside *beside)
{
	(void)putchar('{');
	json_token_members(stdout, token);
	print_member("used_from", &beside->used);
	print_member("open_sessions", &beside->open);
	(void)putchar('}');
}

/* The state of the output, from one token to the next. */
struct output {
	const struct command *command;
	struct output_context context;
	struct json_list list;
	bool begun;
};

/* A caller who may see a token but not its sources or sessions is shown the token without them. */
static bool or_denied(bool got, DBusError *error)
{
	if (!got && outcome_of(error)->outcome != OUTCOME_DENIED)
		return false;
	dbus_error_free(error);
	return true;
}

static bool get_beside(const struct command *command, struct client *client,
	const struct token_row *token, struct beside *ret, DBusError *error)
{
	const char *user = command_value(command, &option_user);
	const struct client_session_filter filter = {
		.user = user, .all = !user && client_is_root(client), .token = token->id.text
	};
	struct records open = { .table = &session_row_table };

	if (!or_denied(client_sources(client, &token->id, &ret->used, error), error))
		return false;
	/* A patd of another machine may have no such method yet, and then no such number. */
	if (token->sessions > 0 && !client_all_sessions(client, &filter, &open, error)) {
		records_clear(&open);
		open.table = NULL;
		if (!or_denied(false, error))
			return false;
	}
	ret->open = open;
	return true;
}

static enum outcome show_one(struct output *output, struct client *client, const char *item)
{
	const struct command *command = output->command;
	struct token_row token;
	struct beside beside = { 0 };
	DBusError error = DBUS_ERROR_INIT;

	if (!select_token(command, client, item, &token, &error) ||
		!get_beside(command, client, &token, &beside, &error)) {
		beside_clear(&beside);
		return outcome_fail(NULL, &error);
	}
	if (command_given(command, &option_json)) {
		json_list_next(&output->list);
		print_json(&token, &beside);
	} else {
		command_page(command);
		if (output->begun)
			(void)putchar('\n');
		output->begun = true;
		print(&output->context, &token, &beside);
	}
	beside_clear(&beside);
	return OUTCOME_DONE;
}

static enum outcome run(const struct command *command)
{
	struct output output = { .command = command,
		.context = output_context_for(command_value(command, &option_host)) };
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client = select_machine(command, &error);
	enum outcome outcome = OUTCOME_DONE;

	if (!client)
		return outcome_fail(NULL, &error);
	for (unsigned int i = 0; i < command->n_operands; i++) {
		enum outcome one = show_one(&output, client, command->operands[i]);

		outcome = outcome_join(outcome, i, one);
		if (one == OUTCOME_UNREACHABLE)
			break;
	}
	if (command_given(command, &option_json))
		json_list_end(&output.list);
	return outcome;
}

const struct verb verb_show = { "show", "TOKEN...", run, N_("show all details of tokens"),
	OPTIONS(&option_user, &option_id, OPTIONS_COMMON, &option_no_pager),
	{ N_("Shows all details of tokens, including where they were last used from, and the\n"
	     "open sessions that they opened.  The secret cannot be shown: patd does not store\n"
	     "it.\n"),
		select_help },
	"  patctl show laptop\n", .synonyms = { "info" } };
