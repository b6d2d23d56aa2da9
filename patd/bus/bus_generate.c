/* Secrets handed out: Generate and Rotate, and both sealed. */
#include <sodium.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patd/bus/arguments.h"
#include "patd/bus/methods.h"
#include "patd/bus/polkit.h"
#include "patd/bus/token_object.h"
#include "patd/crypto/secret_box.h"
#include "patd/crypto/secret_fd.h"

/*
 * The ay before the options that only the sealed methods have: *ret_recipient is the key to seal
 * the secret to, the message's, or NULL where the secret goes out as a descriptor.  args moves on
 * to the options.  NULL, or what is wrong.
 */
static const char *read_recipient(DBusMessageIter *args, const uint8_t **ret_recipient)
{
	DBusMessageIter bytes;
	int n = 0;

	*ret_recipient = NULL;
	if (dbus_message_iter_get_element_type(args) != DBUS_TYPE_BYTE)
		return NULL;
	dbus_message_iter_recurse(args, &bytes);
	dbus_message_iter_get_fixed_array(&bytes, ret_recipient, &n);
	(void)dbus_message_iter_next(args);
	if (!secret_box_takes(*ret_recipient, (size_t)n))
		return "the recipient is no public key: it takes the 32 bytes of one of X25519";
	return NULL;
}

/* NULL, or what is wrong.  What is read stays the message's, or in lists. */
static const char *read_request(struct call *call, struct token_request *ret_request,
	struct bus_list lists[static 2], const uint8_t **ret_recipient)
{
	DBusMessageIter args;
	const char *problem;
	struct restriction_value *values = ret_request->restrictions;
	const struct bus_option options[] = {
		{ "user", DBUS_TYPE_STRING, &ret_request->user, NULL },
		{ "lifetime", DBUS_TYPE_UINT64, &ret_request->lifetime,
			&ret_request->has_lifetime },
		{ "expires_at", DBUS_TYPE_UINT64, &ret_request->expires_at,
			&ret_request->has_expires_at },
		{ "services", DBUS_TYPE_ARRAY, &lists[0], NULL },
		{ "sources", DBUS_TYPE_ARRAY, &lists[1], NULL },
		{ "hours", DBUS_TYPE_STRING, &values[PAT_HOURS].text, NULL },
		{ "not_before", DBUS_TYPE_UINT64, &values[PAT_NOT_BEFORE].number, NULL },
		{ "max_uses", DBUS_TYPE_UINT64, &values[PAT_MAX_USES].number, NULL },
		{ 0 },
	};

	lists[0].text[0] = '\0';
	lists[1].text[0] = '\0';
	values[PAT_SERVICES].text = lists[0].text;
	values[PAT_SOURCES].text = lists[1].text;
	(void)dbus_message_iter_init(call->message, &args);
	dbus_message_iter_get_basic(&args, &ret_request->name);
	(void)dbus_message_iter_next(&args);
	problem = read_recipient(&args, ret_recipient);
	return problem ? problem : bus_options_read(&args, options);
}

static bool append_descriptor(DBusMessage *reply, const char secret[static PAT_TOKEN_LEN])
{
	bool appended;
	int fd;

	if (secret_fd_new(secret, &fd) < 0)
		return false;
	/* libdbus keeps a copy of the descriptor. */
	appended = dbus_message_append_args(reply, DBUS_TYPE_UNIX_FD, &fd, DBUS_TYPE_INVALID);
	close(fd);
	return appended;
}

static bool append_box(
	DBusMessage *reply, const uint8_t *recipient, const char secret[static PAT_TOKEN_LEN])
{
	uint8_t box[SECRET_BOX_LEN];
	const uint8_t *bytes = box;

	return secret_box_seal(secret, recipient, box) == 0 &&
	       dbus_message_append_args(reply, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &bytes,
		       (int)sizeof(box), DBUS_TYPE_INVALID);
}

/*
 * path NULL: the secret alone.  recipient NULL: as a descriptor.  NULL without memory, or
 * descriptors.
 */
static DBusMessage *secret_reply(const struct call *call, const char *path,
	const uint8_t *recipient, const char secret[static PAT_TOKEN_LEN])
{
	DBusMessage *reply = call_new_reply(call);

	if (!reply)
		return NULL;
	if ((!path || dbus_message_append_args(
			      reply, DBUS_TYPE_OBJECT_PATH, &path, DBUS_TYPE_INVALID)) &&
		(recipient ? append_box(reply, recipient, secret)
			   : append_descriptor(reply, secret)))
		return reply;
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
	struct token_request request = { 0 };
	struct bus_list lists[2];
	struct token token;
	enum pat_error error = PAT_ERR_NO_MEMORY;
	struct refusal refusal = { .why = N_("out of memory, nothing was changed") };
	const uint8_t *recipient;
	DBusMessage *reply = NULL;
	char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);

	(void)read_request(call, &request, lists, &recipient);
	request.uid = call->lookup.uid;
	request.user = call->lookup.name;
	if (secret)
		error = tokens_generate(
			call_tokens(call), &call->caller, &request, &token, secret, &refusal);
	if (error == PAT_OK) {
		reply = secret_reply(call, bus_token_path(&token.id).text, recipient, secret);
		if (!reply) {
			take_back(call, &token);
			error = PAT_ERR_NO_MEMORY;
			refusal.why =
				N_("the secret could not be handed out; the token was deleted");
		}
	}
	sodium_free(secret);
	if (reply)
		call_reply_secret(call, reply, &token.id);
	else
		polkit_refuse(call, error, &refusal, request.name, request.user);
}

void bus_serve_generate(struct call *call)
{
	struct token_request request = { 0 };
	struct bus_list lists[2];
	const uint8_t *recipient;
	struct refusal refusal = { .why = read_request(call, &request, lists, &recipient) };
	enum pat_error error = PAT_ERR_INVALID_ARGS;

	if (!refusal.why)
		error = tokens_may_generate(call_tokens(call), &call->caller, &request, &refusal);
	if (error != PAT_OK)
		polkit_refuse(call, error, &refusal, request.name,
			request.user ? request.user : call->caller.user);
	else if (request.user)
		call_find_user(call, request.user, generate_for);
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
	DBusMessageIter args;
	const uint8_t *recipient;
	DBusMessage *reply = NULL;
	char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);

	(void)dbus_message_iter_init(call->message, &args);
	refusal.why = read_recipient(&args, &recipient);
	if (!refusal.why)
		refusal.why = bus_options_read(&args, options);
	if (!refusal.why && !secret) {
		error = PAT_ERR_NO_MEMORY;
		refusal.why = N_("out of memory, nothing was changed");
	} else if (!refusal.why) {
		error = tokens_rotate(
			call_tokens(call), &call->caller, call->id, grace, secret, &refusal);
	}
	if (error == PAT_OK) {
		reply = secret_reply(call, NULL, recipient, secret);
		error = reply ? PAT_OK : PAT_ERR_NO_MEMORY;
		refusal.why = N_("the new secret could not be handed out; rotate the token again");
	}
	sodium_free(secret);
	if (error == PAT_OK)
		call_reply(call, reply);
	else
		bus_token_refuse(call, error, &refusal);
}
