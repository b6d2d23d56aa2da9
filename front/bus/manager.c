/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.patd.Tokens1.Manager: its interface, subscriptions, the policy in force, and Backup. */
#include <string.h>

#include "common/bus.h"
#include "common/l10n.h"
#include "front/bus/arguments.h"
#include "front/bus/interface.h"
#include "front/bus/polkit.h"
#include "front/bus/reply.h"

struct manager_record {
	char version[32];
	uint64_t default_lifetime, now;
};

static const struct table *properties(void)
{
	static const struct field fields[] = {
		FIELD_SHOWN(manager_record, NULL, version, FIELD_TEXT, 0, "Version"),
		FIELD_SHOWN(manager_record, NULL, default_lifetime, FIELD_NUMBER, UINT64_MAX,
			"DefaultLifetime"),
		FIELD_SHOWN(manager_record, NULL, now, FIELD_NUMBER, UINT64_MAX, "Now"),
	};
	static const struct table table = TABLE(manager_record, fields);

	return &table;
}

static const char *changes(const char *property)
{
	return strcmp(property, "Version") == 0 ? "const" : "false";
}

static void on_filled(struct call *call, struct link_answer *answer)
{
	struct manager_record *record = call->work;
	struct answer_manager manager;

	memcpy(&manager, answer->body, sizeof(manager));
	(void)pat_field_set(record->version, sizeof(record->version), PAT_VERSION);
	record->default_lifetime = manager.default_lifetime;
	record->now = manager.now;
	call->then(call);
}

static void fill(struct call *call, void (*reply)(struct call *call))
{
	if (!call_new_request(call, REQUEST_MANAGER) ||
		!call_new_work(call, sizeof(struct manager_record)))
		return;
	call->then = reply;
	call_ask(call, on_filled);
}

static bool read_subscribe(struct call *call, DBusMessageIter *args)
{
	static const struct bus_option options[] = {
		{ "all", BUS_FLAG, NULL, 0, GIVEN_ALL },
		{ 0 },
	};
	uint32_t *given = call_new_work(call, sizeof(*given));

	return given && bus_options_of_call(call, args, options, given);
}

static void subscribe(struct call *call)
{
	const uint32_t *given = call->work;

	if (!call->client || !client_subscribe(call->client, &call->caller, *given & GIVEN_ALL))
		call_refuse(call, PAT_ERR_BUSY, N_("too many of your clients are subscribed"));
	else
		call_reply_args(call, DBUS_TYPE_INVALID);
}

/* patd tells us everything; who may see what of it is decided here, by patd's own table. */
static void serve_subscribe(struct call *call)
{
	const uint32_t *given = call->work;

	polkit_require(call, OP_FOLLOW, !(*given & GIVEN_ALL), subscribe);
}

static void unsubscribe(struct call *call)
{
	if (call->client)
		client_unsubscribe(call->client);
	call_reply_args(call, DBUS_TYPE_INVALID);
}

static bool read_policy(struct call *call, DBusMessageIter *args)
{
	(void)args;
	return call_new_request(call, REQUEST_POLICY);
}

static void get_policy(struct call *call)
{
	reply_with_rows(call, &setting_row_table);
}

static const struct bus_method policy_methods[] = {
	{ "GetPolicy", read_policy, get_policy, .out = { { "settings", "aa{sv}" } },
		.long_answer = true },
	{ 0 },
};

/* A backup has the key in it, which never comes to this process. */
static void refuse_backup(struct call *call)
{
	call_refuse(call, PAT_ERR_DENIED,
		N_("a backup has the key in it, which does not go over the bus: run patctl backup as "
		   "root on that machine"));
}

static const struct bus_method backup_methods[] = {
	{ "Backup", NULL, refuse_backup, .in = { { "file", "h" }, { "options", "a{sv}" } },
		.anonymous = true },
	{ 0 },
};

static const struct bus_method subscription_methods[] = {
	{ "Subscribe", read_subscribe, serve_subscribe, .in = { { "options", "a{sv}" } } },
	{ .name = "Unsubscribe", .serve = unsubscribe },
	{ 0 },
};

static const struct bus_method *const methods[] = { bus_generate_methods, bus_list_methods,
	bus_session_methods, bus_disable_methods, bus_approval_methods, bus_check_methods,
	policy_methods, bus_history_methods, backup_methods, subscription_methods, NULL };

static const struct bus_signal signals[] = {
	{ .name = "HistoryChanged" },
	{ "RequestAdded", .args = { { "request", "a{sv}" } } },
	{ "RequestRemoved", .args = { { "request", "s" } } },
	{ "VerifyProgress", .args = { { "done", "t" }, { "total", "t" } } },
	{ "BackupProgress", .args = { { "done", "t" }, { "total", "t" } } },
	{ 0 },
};

const struct bus_interface bus_manager_interface = {
	.name = PAT_BUS_MANAGER,
	.methods = methods,
	.signals = signals,
	.properties = properties,
	.changes = changes,
	.fill = fill,
};
