/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.patd.Tokens1.Token: the interface, and the methods that change a token. */
#include <string.h>

#include "common/l10n.h"
#include "common/pack.h"
#include "front/bus/arguments.h"
#include "front/bus/interface.h"
#include "front/bus/token_path.h"

#define FIELD_OF(member) (member), sizeof(member)

static void take_row(struct call *call, const struct link_answer *answer)
{
	if (answer->kind == ANSWER_ROWS)
		(void)row_unpack(token_row_table(), answer->body, answer->len, call->work);
}

static void on_filled(struct call *call, struct link_answer *answer)
{
	const struct token_row *row = call->work;

	(void)answer;
	if (row->id.text[0] == '\0')
		call_refuse(call, PAT_ERR_NOT_FOUND, N_("no such token"));
	else
		call->then(call);
}

static void fill(struct call *call, void (*reply)(struct call *call))
{
	struct request *request = call_new_request(call, REQUEST_GET);

	if (!request || !call_new_work(call, sizeof(struct token_row)))
		return;
	memcpy(request->token.id, call->id, sizeof(call->id));
	call->part = take_row;
	call->then = reply;
	call_ask(call, on_filled);
}

static void reply_done(struct call *call, struct link_answer *answer)
{
	(void)answer;
	call_reply_args(call, DBUS_TYPE_INVALID);
}

static void serve_change(struct call *call)
{
	call_ask(call, reply_done);
}

static bool read_token(struct call *call, DBusMessageIter *args, enum request_kind kind)
{
	struct request *request = call_new_request(call, kind);

	if (!request)
		return false;
	memcpy(request->token.id, call->id, sizeof(call->id));
	return bus_options_of_call(call, args, NULL, NULL);
}

static bool read_restore(struct call *call, DBusMessageIter *args)
{
	return read_token(call, args, REQUEST_RESTORE);
}

static bool read_delete(struct call *call, DBusMessageIter *args)
{
	return read_token(call, args, REQUEST_DELETE);
}

static bool read_revoke(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_REVOKE);
	struct request_revoke *revoke = request ? &request->revoke : NULL;

	if (!revoke)
		return false;
	const struct bus_option options[] = {
		{ "for", BUS_NUMBER, &revoke->period, 0, GIVEN_PERIOD },
		{ "reason", BUS_TEXT, FIELD_OF(revoke->reason), GIVEN_REASON },
		{ "end_sessions", BUS_FLAG, NULL, 0, GIVEN_END_SESSIONS },
		{ 0 },
	};

	memcpy(revoke->id, call->id, sizeof(call->id));
	return bus_options_of_call(call, args, options, &revoke->given);
}

static bool read_rename(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_RENAME);

	if (!request)
		return false;
	memcpy(request->rename.id, call->id, sizeof(call->id));
	bus_text_read(args, FIELD_OF(request->rename.name));
	return bus_options_of_call(call, args, NULL, NULL);
}

#define OWN_OPTIONS 3

static bool read_set(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_SET);
	struct request_set *set = request ? &request->set : NULL;
	size_t n = OWN_OPTIONS;

	if (!set)
		return false;
	struct bus_option options[OWN_OPTIONS + PAT_RESTRICTIONS + 1] = {
		{ "lifetime", BUS_NUMBER, &set->lifetime, 0, GIVEN_LIFETIME },
		{ "expires_at", BUS_NUMBER, &set->expires_at, 0, GIVEN_EXPIRES_AT },
		{ "note", BUS_TEXT, FIELD_OF(set->note), GIVEN_NOTE },
	};

	/* Numbers and flags cannot be changed. */
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		if (RESTRICTION_IS_WRITTEN(restrictions[r].kind))
			options[n++] = (struct bus_option) { restrictions[r].name,
				restrictions[r].kind == RESTRICTION_LIST ? BUS_LIST : BUS_TEXT,
				FIELD_OF(set->texts[r]), given_restriction(r) };
	memcpy(set->id, call->id, sizeof(call->id));
	return bus_options_of_call(call, args, options, &set->given);
}

static const struct bus_method change_methods[] = {
	{ "Revoke", read_revoke, serve_change, .in = { { "options", "a{sv}" } },
		.takes_access = true },
	{ "Restore", read_restore, serve_change, .in = { { "options", "a{sv}" } } },
	{ "Delete", read_delete, serve_change, .in = { { "options", "a{sv}" } },
		.takes_access = true },
	{ "Rename", read_rename, serve_change, .in = { { "name", "s" }, { "options", "a{sv}" } } },
	{ "Set", read_set, serve_change, .in = { { "options", "a{sv}" } } },
	{ 0 },
};

static const struct bus_method *const methods[] = { change_methods, bus_rotate_methods,
	bus_sources_methods, NULL };

static const struct bus_signal signals[] = {
	{ "Used", .args = { { "at", "t" }, { "service", "s" } } },
	{ 0 },
};

const struct bus_interface bus_token_interface = {
	.name = PAT_BUS_TOKEN,
	.methods = methods,
	.signals = signals,
	.properties = token_row_table,
	.changes = bus_token_changes,
	.fill = fill,
};
