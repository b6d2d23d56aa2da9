/* Secrets handed out: Generate and Rotate. */
#include <sodium.h>
#include <unistd.h>

#include "patd/bus_options.h"
#include "patd/bus_polkit.h"
#include "patd/bus_serve.h"
#include "patd/bus_token.h"
#include "patd/secret_fd.h"

/* NULL, or what is wrong.  What is read stays the message's, or in lists. */
static const char *read_wish(
	struct call *call, struct wish *ret_wish, struct bus_list lists[static 2])
{
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &ret_wish->user, NULL },
		{ "lifetime", DBUS_TYPE_UINT64, &ret_wish->lifetime, &ret_wish->has_lifetime },
		{ "expires_at", DBUS_TYPE_UINT64, &ret_wish->expires_at,
			&ret_wish->has_expires_at },
		{ "services", DBUS_TYPE_ARRAY, &lists[0], NULL },
		{ "sources", DBUS_TYPE_ARRAY, &lists[1], NULL },
		{ "hours", DBUS_TYPE_STRING, &ret_wish->hours, NULL },
		{ "not_before", DBUS_TYPE_UINT64, &ret_wish->not_before, NULL },
		{ "max_uses", DBUS_TYPE_UINT64, &ret_wish->max_uses, NULL },
		{ 0 },
	};

	lists[0].text[0] = '\0';
	lists[1].text[0] = '\0';
	ret_wish->services = lists[0].text;
	ret_wish->sources = lists[1].text;
	return bus_options_after(call->message, &ret_wish->name, options);
}

/* path NULL: the secret alone.  NULL without memory, or descriptors. */
static DBusMessage *secret_reply(
	const struct call *call, const char *path, const char secret[static PAT_TOKEN_LEN])
{
	DBusMessage *reply = call_new_reply(call);
	int fd;

	if (!reply)
		return NULL;
	if (secret_fd_new(secret, &fd) == 0) {
		/* libdbus keeps a copy of the descriptor. */
		bool appended =
			(!path || dbus_message_append_args(reply, DBUS_TYPE_OBJECT_PATH, &path,
					  DBUS_TYPE_INVALID)) &&
			dbus_message_append_args(reply, DBUS_TYPE_UNIX_FD, &fd, DBUS_TYPE_INVALID);

		close(fd);
		if (appended)
			return reply;
	}
	dbus_message_unref(reply);
	return NULL;
}

/* A token whose secret cannot be handed out must not stay. */
static void take_back(struct call *call, const struct token *token)
{
	const struct revocation undone = { .reason = "its secret could not be handed out" };
	struct refusal refusal;

	if (tokens_revoke(call_tokens(call), &call->caller, token->id.text, &undone, &refusal) ==
		PAT_OK)
		(void)tokens_delete(call_tokens(call), &call->caller, token->id.text, &refusal);
}

/* For the user in call->lookup. */
static void generate_for(struct call *call)
{
	struct wish wish = { 0 };
	struct bus_list lists[2];
	struct token token;
	enum pat_error error = PAT_ERR_NO_MEMORY;
	struct refusal refusal = { .why = "out of memory, nothing was changed" };
	DBusMessage *reply = NULL;
	char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);

	(void)read_wish(call, &wish, lists);
	wish.uid = call->lookup.uid;
	wish.user = call->lookup.name;
	if (secret)
		error = tokens_generate(
			call_tokens(call), &call->caller, &wish, &token, secret, &refusal);
	if (error == PAT_OK) {
		reply = secret_reply(call, bus_token_path(&token.id).text, secret);
		if (!reply) {
			take_back(call, &token);
			error = PAT_ERR_NO_MEMORY;
			refusal.why = "the secret could not be handed out; the token was deleted";
		}
	}
	sodium_free(secret);
	if (reply)
		call_reply_secret(call, reply, &token.id);
	else
		polkit_refuse(call, error, &refusal, wish.name, wish.user);
}

void bus_serve_generate(struct call *call)
{
	struct wish wish = { 0 };
	struct bus_list lists[2];
	struct refusal refusal = { .why = read_wish(call, &wish, lists) };
	enum pat_error error = PAT_ERR_INVALID_ARGS;

	if (!refusal.why)
		error = tokens_may_generate(call_tokens(call), &call->caller, &wish, &refusal);
	if (error != PAT_OK)
		polkit_refuse(call, error, &refusal, wish.name,
			wish.user ? wish.user : call->caller.user);
	else if (wish.user)
		call_find_user(call, wish.user, generate_for);
	else
		generate_for(call); /* the lookup's last answer is the caller itself */
}

/* The secret before works on for the grace: if the new one cannot be handed out, there is that. */
void bus_serve_rotate(struct call *call)
{
	dbus_uint64_t grace = TOKENS_GRACE_DEFAULT;
	const struct bus_option options[] = {
		{ "grace", DBUS_TYPE_UINT64, &grace, NULL },
		{ 0 },
	};
	struct refusal refusal = { 0 };
	enum pat_error error = PAT_ERR_INVALID_ARGS;
	DBusMessage *reply = NULL;
	char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);

	refusal.why = bus_options_only(call->message, options);
	if (!refusal.why && !secret) {
		error = PAT_ERR_NO_MEMORY;
		refusal.why = "out of memory, nothing was changed";
	} else if (!refusal.why) {
		error = tokens_rotate(
			call_tokens(call), &call->caller, call->id, grace, secret, &refusal);
	}
	if (error == PAT_OK) {
		reply = secret_reply(call, NULL, secret);
		error = reply ? PAT_OK : PAT_ERR_NO_MEMORY;
		refusal.why = "the new secret could not be handed out; rotate the token again";
	}
	sodium_free(secret);
	if (error == PAT_OK)
		call_reply(call, reply);
	else
		bus_token_refuse(call, error, &refusal);
}
