/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.patd.Tokens1.Manager: its interface, subscriptions, and the policy in force. */
#include "common/bus.h"
#include "common/l10n.h"
#include "patd/bus/arguments.h"
#include "patd/bus/interface.h"
#include "patd/bus/polkit.h"
#include "patd/bus/reply.h"

struct manager_view {
	const char *version;
	dbus_uint64_t default_lifetime, now;
};

static const struct bus_property *properties(void)
{
	static const struct bus_property table[] = {
		{ "Version", "s", "const", BUS_MEMBER(struct manager_view, version) },
		{ "DefaultLifetime", "t", "false",
			BUS_MEMBER(struct manager_view, default_lifetime) },
		{ "Now", "t", "false", BUS_MEMBER(struct manager_view, now) },
		{ 0 },
	};

	return table;
}

static enum pat_error fill(struct call *call, void *ret_view)
{
	*(struct manager_view *)ret_view = (struct manager_view) {
		.version = PAT_VERSION,
		.default_lifetime = tokens_policy(call_tokens(call))->default_lifetime,
		.now = tokens_now(call_tokens(call)),
	};
	return PAT_OK;
}

static void subscribe(struct call *call)
{
	bool all = false;
	const struct bus_option options[] = {
		{ "all", DBUS_TYPE_BOOLEAN, &all, NULL },
		{ 0 },
	};
	enum pat_error error;

	if (!bus_options_of_call(call, NULL, options))
		return;
	error = tokens_may_follow(&call->caller, all, &call->refusal);
	if (error != PAT_OK)
		polkit_refuse(call, error, "", "");
	else if (!clients_subscribe(call->context->clients, dbus_message_get_sender(call->message),
			 &call->caller, all))
		call_refuse(call, PAT_ERR_BUSY, N_("too many of your clients are subscribed"));
	else
		call_reply_args(call, DBUS_TYPE_INVALID);
}

static void unsubscribe(struct call *call)
{
	clients_unsubscribe(call->context->clients, dbus_message_get_sender(call->message));
	call_reply_args(call, DBUS_TYPE_INVALID);
}

static void append_setting(const struct policy_line *line, void *userdata)
{
	static const struct bus_property columns[] = {
		{ "Key", "s", NULL, BUS_MEMBER(struct policy_line, key) },
		{ "Value", "s", NULL, BUS_MEMBER(struct policy_line, value) },
		{ "Source", "s", NULL, BUS_MEMBER(struct policy_line, source) },
		{ 0 },
	};

	(void)reply_rows_append(userdata, columns, line);
}

static void get_policy(struct call *call)
{
	struct reply_rows rows;

	reply_rows_begin(&rows, call, "a{sv}");
	policy_each(call->context->policy, append_setting, &rows);
	reply_rows_end(&rows, PAT_OK, NULL, NULL);
}

static const struct bus_method policy_methods[] = {
	{ "GetPolicy", get_policy, .out = { { "settings", "aa{sv}" } } },
	{ 0 },
};

static const struct bus_method subscription_methods[] = {
	{ "Subscribe", subscribe, .in = { { "options", "a{sv}" } } },
	{ "Unsubscribe", unsubscribe, .anonymous = true },
	{ 0 },
};

static const struct bus_method *const methods[] = { bus_generate_methods, bus_list_methods,
	bus_disable_methods, bus_check_methods, policy_methods, bus_history_methods,
	bus_backup_methods, subscription_methods, NULL };

static const struct bus_signal signals[] = {
	{ .name = "HistoryChanged" },
	{ "VerifyProgress", .args = { { "done", "t" }, { "total", "t" } } },
	{ "BackupProgress", .args = { { "done", "t" }, { "total", "t" } } },
	{ 0 },
};

const struct bus_interface bus_manager_interface = {
	.name = PAT_BUS_MANAGER,
	.methods = methods,
	.signals = signals,
	.properties = properties,
	.view_size = sizeof(struct manager_view),
	.fill = fill,
};
