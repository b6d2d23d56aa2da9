/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about tokens, users and the policy. */
#include <stddef.h>

#include "common/bus.h"
#include "patctl/client/client_call.h"

bool client_list(struct client *client, const struct client_filter *filter, char **cursor,
	struct tokens *tokens, DBusError *error)
{
	static const char method[] = "ListTokens";
	DBusMessageIter args, options, iter, items;
	cleanup_message DBusMessage *call = call_manager(method, &args), *answer = NULL;

	options_open(&args, &options);
	option_string(&options, "user", filter->user);
	option_true(&options, "all", filter->all);
	option_string(&options, "name", filter->name);
	option_string(&options, "name_pattern", filter->name_pattern);
	option_string(&options, "id_prefix", filter->id_prefix);
	option_string(&options, "state", filter->state);
	option_string(&options, "good_for", filter->good_for);
	option_nonzero(&options, "unused_since", filter->unused_since);
	option_nonzero(&options, "expiring_before", filter->expiring_before);
	options_close(&args, &options);
	call_uint32(&args, PAT_PAGE_MAX);
	call_string(&args, *cursor ? *cursor : "");

	answer = call_ask(client, call, "aa{sv}s", error);
	if (!answer)
		return false;

	dbus_message_iter_init(answer, &iter);
	for (dbus_message_iter_recurse(&iter, &items);
		dbus_message_iter_get_arg_type(&items) != DBUS_TYPE_INVALID;
		dbus_message_iter_next(&items)) {
		struct token token;

		if (!token_read(&items, &token))
			return answer_malformed(method, error);
		tokens_append(tokens, &token);
	}
	return answer_cursor(method, &iter, cursor, error);
}

bool client_revoke(struct client *client, const struct pat_id *id,
	const struct client_revocation *how, DBusError *error)
{
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_token(id, "Revoke", &args);

	options_open(&args, &options);
	option_nonzero(&options, "for", how->seconds);
	option_string(&options, "reason", how->reason);
	options_close(&args, &options);
	return call_done(client, call, error);
}

static bool change(
	struct client *client, const struct pat_id *id, const char *method, DBusError *error)
{
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_token(id, method, &args);

	call_no_options(&args);
	return call_done(client, call, error);
}

bool client_restore(struct client *client, const struct pat_id *id, DBusError *error)
{
	return change(client, id, "Restore", error);
}

bool client_delete(struct client *client, const struct pat_id *id, DBusError *error)
{
	return change(client, id, "Delete", error);
}

bool client_rename(
	struct client *client, const struct pat_id *id, const char *name, DBusError *error)
{
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_token(id, "Rename", &args);

	call_string(&args, name);
	call_no_options(&args);
	return call_done(client, call, error);
}

bool client_sources(
	struct client *client, const struct pat_id *id, struct records *ret, DBusError *error)
{
	static const struct record_field fields[] = {
		{ "From", RECORD_TEXT, offsetof(struct source, from), "from" },
		{ "Service", RECORD_TEXT, offsetof(struct source, service), "service" },
		{ "At", RECORD_NONZERO, offsetof(struct source, at), "at" },
	};
	static const struct record_type type = { fields, sizeof(fields) / sizeof(fields[0]),
		sizeof(struct source) };
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_token(id, "GetSources", &args);

	return call_records(client, call, &type, ret, error);
}

void client_verdict_clear(struct client_verdict *verdict)
{
	dbus_free_string_array(verdict->refusals);
	*verdict = (struct client_verdict) { 0 };
}

bool client_check(struct client *client, int secret, const char *service, const char *from,
	struct client_verdict *ret, DBusError *error)
{
	static const char method[] = "Check";
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_manager(method, &args), *answer = NULL;
	struct client_verdict verdict = { 0 };
	const char *path;
	int n;

	call_fd(&args, secret);
	options_open(&args, &options);
	option_string(&options, "service", service);
	option_string(&options, "from", from);
	options_close(&args, &options);
	answer = call_ask(client, call, "oas", error);
	if (!answer ||
		!dbus_message_get_args(answer, error, DBUS_TYPE_OBJECT_PATH, &path, DBUS_TYPE_ARRAY,
			DBUS_TYPE_STRING, &verdict.refusals, &n, DBUS_TYPE_INVALID))
		return false;
	if (!answer_id(path, &verdict.id)) {
		client_verdict_clear(&verdict);
		return answer_malformed(method, error);
	}
	*ret = verdict;
	return true;
}

bool client_revoke_all(struct client *client, const char *user, const struct client_revocation *how,
	uint32_t *ret_count, DBusError *error)
{
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_manager("RevokeAll", &args), *answer = NULL;

	options_open(&args, &options);
	option_string(&options, "user", user);
	option_nonzero(&options, "for", how->seconds);
	option_string(&options, "reason", how->reason);
	options_close(&args, &options);
	answer = call_ask(client, call, "u", error);
	return answer &&
	       dbus_message_get_args(answer, error, DBUS_TYPE_UINT32, ret_count, DBUS_TYPE_INVALID);
}

bool client_disable(struct client *client, const char *user, const char *reason, DBusError *error)
{
	DBusMessageIter args, options;
	cleanup_message DBusMessage *call = call_manager("Disable", &args);

	call_string(&args, user);
	options_open(&args, &options);
	option_string(&options, "reason", reason);
	options_close(&args, &options);
	return call_done(client, call, error);
}

bool client_enable(struct client *client, const char *user, DBusError *error)
{
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("Enable", &args);

	call_string(&args, user);
	call_no_options(&args);
	return call_done(client, call, error);
}

bool client_disabled(struct client *client, struct records *ret, DBusError *error)
{
	static const struct record_field fields[] = {
		{ "User", RECORD_TEXT, offsetof(struct disabled, user), "user" },
		{ "At", RECORD_NONZERO, offsetof(struct disabled, at), "disabled_at" },
		{ "ByUid", RECORD_UINT32, offsetof(struct disabled, by_uid), "by_uid" },
		{ "Reason", RECORD_TEXT, offsetof(struct disabled, reason), "reason" },
	};
	static const struct record_type type = { fields, sizeof(fields) / sizeof(fields[0]),
		sizeof(struct disabled) };
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("ListDisabled", &args);

	return call_records(client, call, &type, ret, error);
}

bool client_policy(struct client *client, struct records *ret, DBusError *error)
{
	static const struct record_field fields[] = {
		{ "Key", RECORD_TEXT, offsetof(struct setting, key), "key" },
		{ "Value", RECORD_TEXT, offsetof(struct setting, value), "value" },
		{ "Source", RECORD_TEXT, offsetof(struct setting, source), "source" },
	};
	static const struct record_type type = { fields, sizeof(fields) / sizeof(fields[0]),
		sizeof(struct setting) };
	DBusMessageIter args;
	cleanup_message DBusMessage *call = call_manager("GetPolicy", &args);

	return call_records(client, call, &type, ret, error);
}
