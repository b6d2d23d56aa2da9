#include "patd/bus_token.h"

#include <stdio.h>

#include "common/bus.h"
#include "patd/bus_options.h"
#include "patd/bus_polkit.h"

const struct bus_property bus_token_properties[] = {
	{ "Id", "s", "const", offsetof(struct token_view, id) },
	{ "Name", "s", "const", offsetof(struct token_view, name) },
	{ "Uid", "u", "const", offsetof(struct token_view, uid) },
	{ "User", "s", "const", offsetof(struct token_view, user) },
	{ "State", "s", "true", offsetof(struct token_view, state) },
	{ "CreatedAt", "t", "const", offsetof(struct token_view, created_at) },
	{ "ExpiresAt", "t", "const", offsetof(struct token_view, expires_at) },
	{ "RevokedAt", "t", "true", offsetof(struct token_view, revoked_at) },
	{ "LastUsedAt", "t", "true", offsetof(struct token_view, last_used_at) },
	{ "LastUsedService", "s", "true", offsetof(struct token_view, last_used_service) },
	{ 0 },
};

void bus_token_view(struct tokens *tokens, const struct token *token, struct token_view *ret_view)
{
	*ret_view = (struct token_view) {
		.token = *token,
		.uid = token->uid,
		.state = token_state_text(tokens_state(tokens, token)),
		.created_at = token->created_at,
		.expires_at = token->expires_at,
		.revoked_at = token->revoked_at,
		.last_used_at = token->last_used_at,
	};
	ret_view->id = ret_view->token.id.text;
	ret_view->name = ret_view->token.name;
	ret_view->user = ret_view->token.user;
	ret_view->last_used_service = ret_view->token.last_used_service;
}

struct bus_path bus_token_path(const struct pat_id *id)
{
	struct bus_path path;

	(void)snprintf(path.text, sizeof(path.text), PAT_BUS_TOKEN_PATH "/%s", id->text);
	return path;
}

bool bus_token_append_interfaces(
	struct tokens *tokens, DBusMessageIter *to, const struct token *token)
{
	const char *interface = PAT_BUS_TOKEN;
	struct token_view view;
	DBusMessageIter dict, entry;

	bus_token_view(tokens, token, &view);
	return dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sa{sv}}", &dict) &&
	       dbus_message_iter_open_container(&dict, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
	       dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &interface) &&
	       bus_view_append(&entry, bus_token_properties, &view) &&
	       dbus_message_iter_close_container(&dict, &entry) &&
	       dbus_message_iter_close_container(to, &dict);
}

static enum pat_error fill(struct call *call, union bus_view *ret_view, struct refusal *ret_refusal)
{
	struct token token;
	enum pat_error error;

	error = tokens_find(call_tokens(call), &call->caller, call->id, &token, ret_refusal);
	if (error == PAT_OK)
		bus_token_view(call_tokens(call), &token, &ret_view->token);
	return error;
}

typedef enum pat_error (*change_fn)(struct tokens *tokens, const struct caller *caller,
	const char *id, struct refusal *ret_refusal);

/* Names the token in a dialog only if the caller may see it. */
static void refuse(struct call *call, enum pat_error error, const struct refusal *refusal)
{
	struct refusal ignored;
	struct token token;

	if (refusal->lacks != ACTION_NONE &&
		tokens_find(call_tokens(call), &call->caller, call->id, &token, &ignored) == PAT_OK)
		polkit_refuse(call, error, refusal, token.name, token.user);
	else
		polkit_refuse(call, error, refusal, call->id, "");
}

static void change(struct call *call, change_fn fn)
{
	static const struct bus_option none[] = { { 0 } };
	DBusMessageIter args;
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	struct refusal refusal = { 0 };

	(void)dbus_message_iter_init(call->message, &args);
	refusal.why = bus_options_read(&args, none);
	if (!refusal.why)
		error = fn(call_tokens(call), &call->caller, call->id, &refusal);
	if (error == PAT_OK)
		call_reply(call, call_new_reply(call));
	else
		refuse(call, error, &refusal);
}

static void serve_revoke(struct call *call)
{
	change(call, tokens_revoke);
}

static void serve_restore(struct call *call)
{
	change(call, tokens_restore);
}

static void serve_delete(struct call *call)
{
	change(call, tokens_delete);
}

static const struct bus_method methods[] = {
	{ .name = "Revoke", .in = { { "options", "a{sv}" } }, .handle = serve_revoke },
	{ .name = "Restore", .in = { { "options", "a{sv}" } }, .handle = serve_restore },
	{ .name = "Delete", .in = { { "options", "a{sv}" } }, .handle = serve_delete },
	{ 0 },
};

static const struct bus_signal signals[] = {
	{ .name = "Used", .args = { { "at", "t" }, { "service", "s" } } },
	{ 0 },
};

const struct bus_interface bus_token_interface = {
	.name = PAT_BUS_TOKEN,
	.methods = methods,
	.signals = signals,
	.properties = bus_token_properties,
	.fill = fill,
};
