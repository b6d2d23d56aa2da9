/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.patd.Tokens1.Token: the interface, and the methods that change a token. */
#include "patd/bus/arguments.h"
#include "patd/bus/interface.h"
#include "patd/bus/polkit.h"
#include "patd/bus/token_view.h"

static enum pat_error fill(struct call *call, void *ret_view)
{
	struct token token;
	enum pat_error error =
		tokens_find(call_tokens(call), &call->caller, call->id, &token, &call->refusal);

	if (error == PAT_OK)
		token_view_fill(call_tokens(call), &token, ret_view);
	return error;
}

static void change_without_options(
	struct call *call, enum pat_error (*fn)(struct tokens *tokens, const struct caller *caller,
				   const char *id, struct refusal *ret_refusal))
{
	if (bus_options_of_call(call, NULL, NULL))
		polkit_end(
			call, fn(call_tokens(call), &call->caller, call->id, &call->refusal), "");
}

static void serve_restore(struct call *call)
{
	change_without_options(call, tokens_restore);
}

static void serve_delete(struct call *call)
{
	change_without_options(call, tokens_delete);
}

static void serve_revoke(struct call *call)
{
	struct revocation revocation = { 0 };
	const struct bus_option options[] = {
		{ "for", DBUS_TYPE_UINT64, &revocation.seconds, &revocation.for_a_while },
		{ "reason", DBUS_TYPE_STRING, &revocation.reason, NULL },
		{ 0 },
	};

	if (bus_options_of_call(call, NULL, options))
		polkit_end(call,
			tokens_revoke(call_tokens(call), &call->caller, call->id, &revocation,
				&call->refusal),
			"");
}

static void serve_rename(struct call *call)
{
	const char *name;

	if (bus_options_of_call(call, &name, NULL))
		polkit_end(call,
			tokens_rename(
				call_tokens(call), &call->caller, call->id, name, &call->refusal),
			"");
}

static const struct bus_method change_methods[] = {
	{ "Revoke", serve_revoke, .in = { { "options", "a{sv}" } } },
	{ "Restore", serve_restore, .in = { { "options", "a{sv}" } } },
	{ "Delete", serve_delete, .in = { { "options", "a{sv}" } } },
	{ "Rename", serve_rename, .in = { { "name", "s" }, { "options", "a{sv}" } } },
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
	.properties = token_view_properties,
	.view_size = sizeof(struct token_view),
	.fill = fill,
};
