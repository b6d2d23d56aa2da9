#include "patd/bus/token_object.h"

#include <stdio.h>

#include "common/bus.h"
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/polkit.h"

#define OF(member) offsetof(struct token_view, member)

const struct bus_property bus_token_properties[] = {
	{ "Id", "s", "const", OF(id) },
	{ "Name", "s", "true", OF(name) },
	{ "Uid", "u", "const", OF(token.uid) },
	{ "User", "s", "const", OF(user) },
	{ "State", "s", "true", OF(state) },
	{ "CreatedAt", "t", "const", OF(token.created_at) },
	{ "ExpiresAt", "t", "false", OF(expires_at) },
	{ "CreatedBy", "u", "const", OF(token.created_by) },
	{ "Services", "as", "const", OF(services) },
	{ "Sources", "as", "const", OF(sources) },
	{ "Hours", "s", "const", OF(hours) },
	{ "NotBefore", "t", "const", OF(token.limits.not_before) },
	{ "MaxUses", "t", "const", OF(token.limits.max_uses) },
	{ "Uses", "t", "true", OF(token.uses) },
	{ "RevokedAt", "t", "true", OF(revoked_at) },
	{ "RevokedUntil", "t", "true", OF(revoked_until) },
	{ "RevokedReason", "s", "true", OF(revoked_reason) },
	{ "Rotations", "u", "true", OF(token.rotations) },
	{ "RotatedAt", "t", "true", OF(token.rotated_at) },
	{ "FormerUntil", "t", "true", OF(former_until) },
	{ "LastUsedAt", "t", "true", OF(token.last_used_at) },
	{ "LastUsedService", "s", "true", OF(last_used_service) },
	{ "LastUsedFrom", "s", "true", OF(last_used_from) },
	{ 0 },
};

/* What has passed is not shown: a token that came back, a grace that is over. */
void bus_token_view(struct tokens *tokens, const struct token *token, struct token_view *ret_view)
{
	bool revoked = tokens_revoked(tokens, token);
	struct token *own = &ret_view->token;

	*ret_view = (struct token_view) {
		.token = *token,
		.state = token_state_text(tokens_state(tokens, token)),
		.expires_at = tokens_end(tokens, token),
		.revoked_at = revoked ? token->revoked_at : 0,
		.revoked_until = revoked ? token->revoked_until : 0,
		.revoked_reason = revoked ? own->revoked_reason : "",
		.former_until = token->former_until > tokens_now(tokens) ? token->former_until : 0,
		.id = own->id.text,
		.name = own->name,
		.user = own->user,
		.services = own->limits.services,
		.sources = own->limits.sources,
		.hours = own->limits.hours,
		.last_used_service = own->last_used_service,
		.last_used_from = own->last_used_from,
	};
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

void bus_token_refuse(struct call *call, enum pat_error error, const struct refusal *refusal)
{
	struct refusal ignored;
	struct token token;

	if (refusal->lacks != ACTION_NONE &&
		tokens_find(call_tokens(call), &call->caller, call->id, &token, &ignored) == PAT_OK)
		polkit_refuse(call, error, refusal, token.name, token.user);
	else
		polkit_refuse(call, error, refusal, call->id, "");
}

/* Ends the call. */
static void conclude(struct call *call, enum pat_error error, const struct refusal *refusal)
{
	if (error == PAT_OK)
		call_reply(call, call_new_reply(call));
	else
		bus_token_refuse(call, error, refusal);
}

typedef enum pat_error (*change_fn)(struct tokens *tokens, const struct caller *caller,
	const char *id, struct refusal *ret_refusal);

static void change_plain(struct call *call, change_fn fn)
{
	static const struct bus_option none[] = { { 0 } };
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	struct refusal refusal = { 0 };

	refusal.why = bus_options_only(call->message, none);
	if (!refusal.why)
		error = fn(call_tokens(call), &call->caller, call->id, &refusal);
	conclude(call, error, &refusal);
}

static void serve_restore(struct call *call)
{
	change_plain(call, tokens_restore);
}

static void serve_delete(struct call *call)
{
	change_plain(call, tokens_delete);
}

static void serve_revoke(struct call *call)
{
	struct revocation revocation = { 0 };
	const struct bus_option options[] = {
		{ "for", DBUS_TYPE_UINT64, &revocation.seconds, &revocation.for_a_while },
		{ "reason", DBUS_TYPE_STRING, &revocation.reason, NULL },
		{ 0 },
	};
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	struct refusal refusal = { 0 };

	refusal.why = bus_options_only(call->message, options);
	if (!refusal.why)
		error = tokens_revoke(
			call_tokens(call), &call->caller, call->id, &revocation, &refusal);
	conclude(call, error, &refusal);
}

static void serve_rename(struct call *call)
{
	static const struct bus_option none[] = { { 0 } };
	const char *name;
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	struct refusal refusal = { 0 };

	refusal.why = bus_options_after(call->message, &name, none);
	if (!refusal.why)
		error = tokens_rename(call_tokens(call), &call->caller, call->id, name, &refusal);
	conclude(call, error, &refusal);
}

static const struct bus_method methods[] = {
	{ .name = "Revoke", .in = { { "options", "a{sv}" } }, .handle = serve_revoke },
	{
		.name = "Rotate",
		.in = { { "options", "a{sv}" } },
		.out = { { "secret", "h" } },
		.handle = bus_serve_rotate,
	},
	{
		.name = "RotateSealed",
		.in = { { "recipient", "ay" }, { "options", "a{sv}" } },
		.out = { { "sealed", "ay" } },
		.handle = bus_serve_rotate,
	},
	{
		.name = "Rename",
		.in = { { "name", "s" }, { "options", "a{sv}" } },
		.handle = serve_rename,
	},
	{
		.name = "GetSources",
		.out = { { "sources", "aa{sv}" } },
		.handle = bus_serve_sources,
	},
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
