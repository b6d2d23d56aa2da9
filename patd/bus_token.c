#include "patd/bus_token.h"

#include "common/bus.h"
#include "patd/bus_options.h"

const struct bus_property bus_token_properties[] = {
	{ "Id", "s", "const", offsetof(struct token_view, id) },
	{ "Name", "s", "const", offsetof(struct token_view, name) },
	{ "Uid", "u", "const", offsetof(struct token_view, uid) },
	{ "User", "s", "const", offsetof(struct token_view, user) },
	{ "State", "s", "false", offsetof(struct token_view, state) },
	{ "CreatedAt", "t", "const", offsetof(struct token_view, created_at) },
	{ "ExpiresAt", "t", "const", offsetof(struct token_view, expires_at) },
	{ "RevokedAt", "t", "false", offsetof(struct token_view, revoked_at) },
	{ "LastUsedAt", "t", "false", offsetof(struct token_view, last_used_at) },
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
}

static enum pat_error fill(struct call *call, union bus_view *ret_view, const char **ret_why)
{
	struct token token;
	enum pat_error error;

	error = tokens_find(call_tokens(call), &call->caller, call->id, &token, ret_why);
	if (error == PAT_OK)
		bus_token_view(call_tokens(call), &token, &ret_view->token);
	return error;
}

typedef enum pat_error (*change_fn)(
	struct tokens *tokens, const struct caller *caller, const char *id, const char **ret_why);

static void change(struct call *call, change_fn fn)
{
	static const struct bus_option none[] = { { 0 } };
	DBusMessageIter args;
	enum pat_error error;
	const char *why;

	(void)dbus_message_iter_init(call->message, &args);
	why = bus_options_read(&args, none);
	error = why ? PAT_ERR_INVALID_ARGS : fn(call_tokens(call), &call->caller, call->id, &why);
	if (error == PAT_OK)
		call_reply(call, call_new_reply(call));
	else
		call_refuse(call, error, why);
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

const struct bus_interface bus_token_interface = {
	.name = PAT_BUS_TOKEN,
	.methods = methods,
	.properties = bus_token_properties,
	.fill = fill,
};
