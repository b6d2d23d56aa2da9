/* org.patd.Tokens1.Manager: what it shows, and who follows. */
#include "common/bus.h"
#include "common/l10n.h"
#include "patd/bus/arguments.h"
#include "patd/bus/dispatch.h"
#include "patd/bus/methods.h"
#include "patd/bus/polkit.h"
#include "patd/bus/view.h"

static const struct bus_property properties[] = {
	{ "Version", "s", "const", offsetof(struct manager_view, version) },
	{ "DefaultLifetime", "t", "false", offsetof(struct manager_view, default_lifetime) },
	{ "Now", "t", "false", offsetof(struct manager_view, now) },
	{ 0 },
};

static enum pat_error fill(struct call *call, union bus_view *ret_view, struct refusal *ret_refusal)
{
	(void)ret_refusal;
	ret_view->manager = (struct manager_view) {
		.version = PAT_VERSION,
		.default_lifetime = tokens_policy(call_tokens(call))->default_lifetime,
		.now = tokens_now(call_tokens(call)),
	};
	return PAT_OK;
}

static void subscribe(struct call *call)
{
	dbus_bool_t all = FALSE;
	const struct bus_option options[] = {
		{ "all", DBUS_TYPE_BOOLEAN, &all, NULL },
		{ 0 },
	};
	struct refusal refusal;
	enum pat_error error = PAT_ERR_INVALID_ARGS;

	refusal.why = bus_options_only(call->message, options);
	if (refusal.why) {
		call_refuse(call, error, refusal.why);
		return;
	}
	error = tokens_may_follow(&call->caller, all, &refusal);
	if (error != PAT_OK)
		polkit_refuse(call, error, &refusal, "", "");
	else if (!clients_follow(call_clients(call), dbus_message_get_sender(call->message),
			 &call->caller, all))
		call_refuse(call, PAT_ERR_BUSY, N_("too many of your clients are subscribed"));
	else
		call_reply(call, call_new_reply(call));
}

static void unsubscribe(struct call *call)
{
	clients_unfollow(call_clients(call), dbus_message_get_sender(call->message));
	call_reply(call, call_new_reply(call));
}

static const struct bus_method methods[] = {
	{
		.name = "Generate",
		.in = { { "name", "s" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "secret", "h" } },
		.handle = bus_serve_generate,
	},
	{
		.name = "GenerateSealed",
		.in = { { "name", "s" }, { "recipient", "ay" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "sealed", "ay" } },
		.handle = bus_serve_generate,
	},
	{
		.name = "ListTokens",
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "tokens", "aa{sv}" }, { "next_cursor", "s" } },
		.handle = bus_serve_list,
	},
	{
		.name = "RevokeAll",
		.in = { { "options", "a{sv}" } },
		.out = { { "count", "u" } },
		.handle = bus_serve_revoke_all,
	},
	{
		.name = "Disable",
		.in = { { "user", "s" }, { "options", "a{sv}" } },
		.handle = bus_serve_disable,
	},
	{
		.name = "Enable",
		.in = { { "user", "s" }, { "options", "a{sv}" } },
		.handle = bus_serve_enable,
	},
	{
		.name = "ListDisabled",
		.out = { { "disabled", "aa{sv}" } },
		.handle = bus_serve_list_disabled,
	},
	{
		.name = "Check",
		.in = { { "secret", "h" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "refusals", "as" } },
		.handle = bus_serve_check,
	},
	{
		.name = "GetPolicy",
		.out = { { "settings", "aa{sv}" } },
		.handle = bus_serve_policy,
	},
	{
		.name = "ListHistory",
		.in = { { "filter", "a{sv}" }, { "limit", "u" }, { "cursor", "s" } },
		.out = { { "entries", "aa{sv}" }, { "next_cursor", "s" } },
		.handle = bus_serve_history,
	},
	{
		.name = "VerifyHistory",
		.in = { { "options", "a{sv}" } },
		.out = { { "entries", "t" }, { "first", "t" }, { "bad", "t" }, { "problem", "s" } },
		.handle = bus_serve_verify_history,
	},
	{
		.name = "Backup",
		.in = { { "file", "h" }, { "options", "a{sv}" } },
		.handle = bus_serve_backup,
	},
	{ .name = "Subscribe", .in = { { "options", "a{sv}" } }, .handle = subscribe },
	{ .name = "Unsubscribe", .handle = unsubscribe, .anonymous = true },
	{ 0 },
};

static const struct bus_signal signals[] = {
	{ .name = "HistoryChanged" },
	{ .name = "VerifyProgress", .args = { { "done", "t" }, { "total", "t" } } },
	{ .name = "BackupProgress", .args = { { "done", "t" }, { "total", "t" } } },
	{ 0 },
};

const struct bus_interface bus_manager_interface = {
	.name = PAT_BUS_MANAGER,
	.methods = methods,
	.signals = signals,
	.properties = properties,
	.fill = fill,
};
