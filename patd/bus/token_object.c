/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.patd.Tokens1.Token: the interface, and the methods that change a token. */
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/token_view.h"

static enum pat_error fill(struct call *call, void *ret_view, struct refusal *ret_refusal)
{
	struct token token;
	enum pat_error error;

	error = tokens_find(call_tokens(call), &call->caller, call->id, &token, ret_refusal);
	if (error == PAT_OK)
		token_view_fill(call_tokens(call), &token, ret_view);
	return error;
}

static void reply_or_refuse(struct call *call, enum pat_error error, const struct refusal *refusal)
{
	if (error == PAT_OK)
		call_reply_args(call, DBUS_TYPE_INVALID);
	else
		bus_token_refuse(call, error, refusal);
}

typedef enum pat_error (*change_fn)(struct tokens *tokens, const struct caller *caller,
	const char *id, struct refusal *ret_refusal);

static void change_without_options(struct call *call, change_fn fn)
{
	static const struct bus_option none[] = { { 0 } };
	struct refusal refusal = { 0 };

	if (bus_options_only(call, none))
		reply_or_refuse(
			call, fn(call_tokens(call), &call->caller, call->id, &refusal), &refusal);
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
	struct refusal refusal = { 0 };

	if (bus_options_only(call, options))
		reply_or_refuse(call,
			tokens_revoke(
				call_tokens(call), &call->caller, call->id, &revocation, &refusal),
			&refusal);
}

static void serve_rename(struct call *call)
{
	static const struct bus_option none[] = { { 0 } };
	const char *name;
	struct refusal refusal = { 0 };

	if (bus_options_after(call, &name, none))
		reply_or_refuse(call,
			tokens_rename(call_tokens(call), &call->caller, call->id, name, &refusal),
			&refusal);
}

static const struct bus_method change_methods[] = {
	{ .name = "Revoke", .in = { { "options", "a{sv}" } }, .handle = serve_revoke },
	{ .name = "Restore", .in = { { "options", "a{sv}" } }, .handle = serve_restore },
	{ .name = "Delete", .in = { { "options", "a{sv}" } }, .handle = serve_delete },
	{
		.name = "Rename",
		.in = { { "name", "s" }, { "options", "a{sv}" } },
		.handle = serve_rename,
	},
	{ 0 },
};

static const struct bus_method *const methods[] = {
	change_methods,
	bus_rotate_methods,
	bus_sources_methods,
	NULL,
};

static const struct bus_signal signals[] = {
	{ .name = "Used", .args = { { "at", "t" }, { "service", "s" } } },
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
