/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl show: all properties of one token after another. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/cli/verbs.h"
#include "patctl/client/client.h"
#include "patctl/print/json.h"
#include "patctl/print/output_context.h"
#include "patctl/verbs/select.h"

enum label {
	LABEL_NONE, /* of what goes on with the line above */
	LABEL_ID,
	LABEL_NAME,
	LABEL_USER,
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
	LABELS
};

static const char *const labels[LABELS] = {
	[LABEL_NONE] = "",
	[LABEL_ID] = N_("ID:"),
	[LABEL_NAME] = N_("Name:"),
	[LABEL_USER] = N_("User:"),
	[LABEL_STATE] = N_("State:"),
	[LABEL_CREATED] = N_("Created:"),
	[LABEL_EXPIRES] = N_("Expires:"),
	[LABEL_REVOKED] = N_("Revoked:"),
	[LABEL_UNTIL] = N_("Until:"),
	[LABEL_REASON] = N_("Reason:"),
	[LABEL_ROTATED] = N_("Rotated:"),
	[LABEL_USES] = N_("Uses:"),
	[LABEL_USAGE] = N_("Usage:"),
	[LABEL_SOURCES] = N_("Sources:"),
};

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

	for (unsigned int i = 0; i < LABELS + PAT_RESTRICTIONS; i++)
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

/* With commas between them. */
static void print_texts(unsigned int label, char *const *texts)
{
	cleanup_text char *joined = text_format("%s", "");

	for (size_t i = 0; texts[i]; i++) {
		cleanup_text char *before = joined;

		joined = text_format("%s%s%s", before, i > 0 ? "," : "", texts[i]);
	}
	print_text(label, joined);
}

static void print_time(const struct look *look, unsigned int label, uint64_t at)
{
	cleanup_text char *time = look_exactly(look, at);

	if (at)
		print_line(label, time);
}

static void print_created(const struct look *look, const struct row *row)
{
	cleanup_text char *time = look_exactly(look, row->created_at),
			  *by = look_user(look, row->created_by),
			  *text = text_format(_("%s by %s"), time, by);

	print_line(LABEL_CREATED, text);
	if (row->expires_at)
		print_time(look, LABEL_EXPIRES, row->expires_at);
	else
		print_line(LABEL_EXPIRES, _("never"));
}

static void print_number(unsigned int label, uint64_t number)
{
	cleanup_text char *text = text_format("%" PRIu64, number);

	if (number)
		print_line(label, text);
}

static void print_restriction(
	const struct look *look, const struct row *row, enum pat_restriction restriction)
{
	const union token_restriction *value = &row->restrictions[restriction];
	const unsigned int label = LABELS + restriction;

	switch (restrictions[restriction].kind) {
	case RESTRICTION_LIST:
		print_texts(label, value->list);
		break;
	case RESTRICTION_TEXT:
		print_text(label, value->text);
		break;
	case RESTRICTION_TIME:
		print_time(look, label, value->number);
		break;
	case RESTRICTION_COUNT:
		print_number(label, value->number);
		break;
	}
}

static void print_restrictions(const struct look *look, const struct row *row)
{
	for (enum pat_restriction i = 0; i < PAT_RESTRICTIONS; i++)
		if (restrictions[i].label)
			print_restriction(look, row, i);
}

static void print_revoked(const struct look *look, const struct row *row)
{
	print_time(look, LABEL_REVOKED, row->revoked_at);
	print_time(look, LABEL_UNTIL, row->revoked_until);
	print_text(LABEL_REASON, look_reason(row->revoked_reason));
}

static void print_rotated(const struct look *look, const struct row *row)
{
	cleanup_text char *time = look_exactly(look, row->rotated_at),
			  *former = look_exactly(look, row->former_until), *text = NULL;

	if (row->rotations == 0)
		return;
	text = row->rotations == 1
		       ? text_format(_("once, %s"), time)
		       : text_format(P_("%u time, last %s", "%u times, last %s", row->rotations),
				 row->rotations, time);
	print_line(LABEL_ROTATED, text);
	if (row->former_until) {
		cleanup_text char *works =
			text_format(_("the secret before works until %s"), former);

		print_line(LABEL_NONE, works);
	}
}

static void print_uses(const struct row *row)
{
	const uint64_t most = row->restrictions[PAT_MAX_USES].number;
	cleanup_text char *text = most ? text_format(_("%" PRIu64 " of %" PRIu64), row->uses, most)
				       : text_format("%" PRIu64, row->uses);

	print_line(LABEL_USES, text);
}

/* "by sshd from 192.0.2.7", "by sudo, locally" */
static char *place_text(const char *service, const char *from)
{
	const bool local = *from == '\0' || strcmp(from, "local") == 0;
	cleanup_text char *safe_service = text_safe(service), *safe_from = text_safe(from);

	if (*service == '\0')
		return local ? text_format("%s", _("locally"))
			     : text_format(_("from %s"), safe_from);
	return local ? text_format(_("by %s, locally"), safe_service)
		     : text_format(_("by %s from %s"), safe_service, safe_from);
}

static void print_usage(const struct look *look, const struct row *row, const struct records *used)
{
	const struct source *sources = used->items;
	cleanup_text char *time = NULL, *place = NULL, *text = NULL;

	if (!row->last_used_at) {
		print_line(LABEL_USAGE, _("Not used"));
		return;
	}
	time = look_exactly(look, row->last_used_at);
	place = place_text(row->last_used_service, row->last_used_from);
	/* TRANSLATORS: the second is as in "by sshd from 192.0.2.7", "locally". */
	text = text_format(_("Last used %s %s"), time, place);
	print_line(LABEL_USAGE, text);
	for (size_t i = 0; i < used->n; i++) {
		cleanup_text char *when = look_time(look, sources[i].at),
				  *where = place_text(sources[i].service, sources[i].from),
				  *line = text_format("%s %s", when, where);

		print_line(i == 0 ? LABEL_SOURCES : LABEL_NONE, line);
	}
}

static void print(const struct look *look, const struct row *row, const struct records *used)
{
	cleanup_text char *user = text_safe(row->user), *state = text_safe(row->state),
			  *user_and_uid = text_format("%s (%" PRIu32 ")", user, row->uid),
			  *coloured = terminal_coloured(
				  look->palette, row->state, text_translated(state));

	print_text(LABEL_ID, row->id.text);
	print_text(LABEL_NAME, row->name);
	print_line(LABEL_USER, user_and_uid);
	print_line(LABEL_STATE, coloured);
	print_created(look, row);
	print_restrictions(look, row);
	print_revoked(look, row);
	print_rotated(look, row);
	print_uses(row);
	print_usage(look, row, used);
}

/* used_from is null if the caller may not see the places, see get_sources(). */
static json_t *describe(const struct row *row, const struct records *used)
{
	const struct source *sources = used->items;
	json_t *object = json_of_row(row),
	       *list = json_must(used->shape ? json_array() : json_null());

	for (size_t i = 0; i < used->n; i++)
		if (json_array_append_new(list, json_of_record(used->shape, &sources[i])) < 0)
			no_memory();
	json_add(object, "used_from", list);
	return object;
}

/* The state of the output, from one token to the next. */
struct output {
	const struct command *command;
	struct look look;
	struct json_list list;
	bool begun;
};

/* A caller who may see a token but not its sources is shown the token without them. */
static bool get_sources(
	struct client *client, const struct pat_id *id, struct records *ret, DBusError *error)
{
	if (client_sources(client, id, ret, error))
		return true;
	if (outcome_of(error)->outcome != OUTCOME_DENIED)
		return false;
	dbus_error_free(error);
	return true;
}

static enum outcome show_one(struct output *output, struct client *client, const char *item)
{
	const struct command *command = output->command;
	cleanup_records struct records used = { 0 };
	cleanup_row struct row row = { 0 };
	DBusError error = DBUS_ERROR_INIT;

	if (!select_token(client, command->user, item, &row, &error) ||
		!get_sources(client, &row.id, &used, &error))
		return outcome_fail(NULL, &error);
	if (command->json) {
		json_list_add(&output->list, describe(&row, &used));
		return OUTCOME_DONE;
	}
	if (output->begun)
		(void)putchar('\n');
	output->begun = true;
	print(&output->look, &row, &used);
	return OUTCOME_DONE;
}

enum outcome show_run(const struct command *command)
{
	struct output output = { .command = command, .look = look_at(command->host) };
	DBusError error = DBUS_ERROR_INIT;
	cleanup_client struct client *client =
		client_at(command->host, !command->no_ask_password, &error);
	enum outcome outcome = OUTCOME_DONE;

	if (!client)
		return outcome_fail(NULL, &error);
	for (unsigned int i = 0; i < command->n; i++) {
		enum outcome one = show_one(&output, client, command->items[i]);

		outcome = outcome_join(outcome, i, one);
		if (one == OUTCOME_UNREACHABLE)
			break;
	}
	if (command->json)
		json_list_end(&output.list);
	return outcome;
}
