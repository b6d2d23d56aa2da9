/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods that return a secret: Generate and Rotate, as a descriptor or sealed to a recipient. */
#include <sodium.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patd/bus/arguments.h"
#include "patd/bus/bus_message.h"
#include "patd/bus/interface.h"
#include "patd/bus/polkit.h"
#include "patd/bus/token_view.h"
#include "patd/crypto/token_secret.h"
#include "patd/util/log.h"

static void free_secret(char **secret)
{
	sodium_free(*secret);
}
#define cleanup_secret __attribute__((cleanup(free_secret)))

/*
 * Reads the ay before the options that only the sealed methods have: *ret_recipient is the key to
 * seal the secret to, owned by the message; NULL: the reply has a descriptor.  args moves on to the
 * options.  NULL, or what is wrong.
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

static bool append_descriptor(DBusMessage *reply, const char secret[static PAT_TOKEN_LEN])
{
	cleanup_close int fd = -1;

	/* libdbus keeps a copy of the descriptor. */
	return secret_fd_new(secret, &fd) >= 0 &&
	       dbus_message_append_args(reply, DBUS_TYPE_UNIX_FD, &fd, DBUS_TYPE_INVALID);
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
static DBusMessage *new_secret_reply(const struct call *call, const char *path,
	const uint8_t *recipient, const char secret[static PAT_TOKEN_LEN])
{
	cleanup_message DBusMessage *reply = call_new_reply(call);

	if (!reply)
		return NULL;
	if (path &&
		!dbus_message_append_args(reply, DBUS_TYPE_OBJECT_PATH, &path, DBUS_TYPE_INVALID))
		return NULL;
	if (!(recipient ? append_box(reply, recipient, secret) : append_descriptor(reply, secret)))
		return NULL;
	return TAKE(reply);
}

/* Deletes a token whose secret nobody has. */
static enum pat_error delete_token(struct tokens *tokens, const struct caller *caller,
	const struct pat_id *id, const char *reason, struct refusal *ret_refusal)
{
	const struct revocation revocation = { .reason = reason };
	enum pat_error error = tokens_revoke(tokens, caller, id->text, &revocation, ret_refusal);

	return error == PAT_OK ? tokens_delete(tokens, caller, id->text, ret_refusal) : error;
}

void bus_secret_undelivered(struct calls *calls, struct tokens *tokens, dbus_uint32_t serial)
{
	static const struct caller root = { .user = "root" };
	struct refusal refusal;
	struct pat_id id;

	if (!calls_take_undelivered(calls, serial, &id))
		return;
	/* The bus takes no second reply to a call: the sender has the bus's error. */
	log_notice("the secret of token %s could not be delivered; the token is deleted", id.text);
	if (delete_token(tokens, &root, &id, "its secret could not be delivered", &refusal) !=
		PAT_OK)
		log_error("token %s could not be deleted: %s", id.text, refusal.why);
}

/* A Generate under way. */
struct generation {
	struct token_request request;
	struct bus_list lists[PAT_RESTRICTIONS]; /* the text of restrictions that are lists */
	const uint8_t *recipient;                /* see read_recipient() */
};

static struct bus_option restriction_option(struct generation *generation, enum pat_restriction r)
{
	struct restriction_value *value = &generation->request.restrictions[r];
	const char *key = restrictions[r].name;

	switch (restrictions[r].kind) {
	case RESTRICTION_LIST:
		value->text = generation->lists[r].text;
		return (struct bus_option) { key, DBUS_TYPE_ARRAY, &generation->lists[r], NULL };
	case RESTRICTION_TEXT:
		return (struct bus_option) { key, DBUS_TYPE_STRING, &value->text, NULL };
	case RESTRICTION_TIME:
	case RESTRICTION_COUNT:
		return (struct bus_option) { key, DBUS_TYPE_UINT64, &value->number, NULL };
	}
	return (struct bus_option) { 0 };
}

#define OWN_OPTIONS 3

/* NULL, or what is wrong.  The request points into the message and into *generation. */
static const char *read_request(DBusMessage *message, struct generation *generation)
{
	struct token_request *request = &generation->request;
	struct bus_option options[OWN_OPTIONS + PAT_RESTRICTIONS + 1] = {
		{ "user", DBUS_TYPE_STRING, &request->user, NULL },
		{ "lifetime", DBUS_TYPE_UINT64, &request->lifetime, &request->has_lifetime },
		{ "expires_at", DBUS_TYPE_UINT64, &request->expires_at, &request->has_expires_at },
	};
	DBusMessageIter args;
	const char *problem;

	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		options[OWN_OPTIONS + r] = restriction_option(generation, r);
	(void)dbus_message_iter_init(message, &args);
	dbus_message_iter_get_basic(&args, &request->name);
	(void)dbus_message_iter_next(&args);
	problem = read_recipient(&args, &generation->recipient);
	return problem ? problem : bus_options_read(&args, options);
}

/* For the user in call->lookup. */
static void generate(struct call *call)
{
	const struct generation *generation = call->work;
	struct token_request request = generation->request;
	cleanup_secret char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);
	struct token token;
	enum pat_error error;
	DBusMessage *reply;

	request.uid = call->lookup.uid;
	request.user = call->lookup.name;
	if (!secret) {
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
		return;
	}
	error = tokens_generate(
		call_tokens(call), &call->caller, &request, &token, secret, &call->refusal);
	if (error != PAT_OK) {
		polkit_refuse(call, error, request.name, request.user);
		return;
	}
	reply = new_secret_reply(
		call, bus_token_path(&token.id).text, generation->recipient, secret);
	if (!reply) {
		(void)delete_token(call_tokens(call), &call->caller, &token.id,
			"its secret could not be handed out", &call->refusal);
		call_refuse(call, PAT_ERR_NO_MEMORY,
			N_("the secret could not be delivered; the token was deleted"));
		return;
	}
	call_reply_secret(call, reply, &token.id);
}

static void find_owner(struct call *call)
{
	const struct generation *generation = call->work;

	if (generation->request.user)
		call_find_user(call, generation->request.user, generate);
	else
		generate(call); /* the last user that was looked up is the caller */
}

/* Reads the request once: when polkit has granted what was missing, find_owner() continues. */
static void serve_generate(struct call *call)
{
	struct generation *generation = call_new_work(call, sizeof(*generation));
	const struct token_request *request;
	enum pat_error error;

	if (!generation)
		return;
	call->refusal.why = read_request(call->message, generation);
	if (call->refusal.why) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, call->refusal.why);
		return;
	}
	request = &generation->request;
	call->resume = find_owner;
	error = tokens_may_generate(call_tokens(call), &call->caller, request, &call->refusal);
	if (error != PAT_OK)
		polkit_refuse(call, error, request->name,
			request->user ? request->user : call->caller.user);
	else
		find_owner(call);
}

/* If the new secret does not arrive, the former one still works for the grace period. */
static void serve_rotate(struct call *call)
{
	dbus_uint64_t grace = TOKENS_GRACE_DEFAULT;
	const struct bus_option options[] = {
		{ "grace", DBUS_TYPE_UINT64, &grace, NULL },
		{ 0 },
	};
	cleanup_secret char *secret = sodium_malloc(PAT_TOKEN_LEN + 1);
	enum pat_error error;
	DBusMessageIter args;
	const uint8_t *recipient;
	DBusMessage *reply;

	(void)dbus_message_iter_init(call->message, &args);
	call->refusal.why = read_recipient(&args, &recipient);
	if (!call->refusal.why)
		call->refusal.why = bus_options_read(&args, options);
	if (call->refusal.why) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, call->refusal.why);
		return;
	}
	if (!secret) {
		call_refuse(call, PAT_ERR_NO_MEMORY, N_("out of memory, nothing was changed"));
		return;
	}
	error = tokens_rotate(
		call_tokens(call), &call->caller, call->id, grace, secret, &call->refusal);
	if (error != PAT_OK) {
		polkit_refuse(call, error, "", "");
		return;
	}
	reply = new_secret_reply(call, NULL, recipient, secret);
	if (reply)
		call_reply(call, reply);
	else
		call_refuse(call, PAT_ERR_NO_MEMORY,
			N_("the new secret could not be delivered; rotate the token again"));
}

const struct bus_method bus_generate_methods[] = {
	{ "Generate", serve_generate, .in = { { "name", "s" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "secret", "h" } } },
	{ "GenerateSealed", serve_generate,
		.in = { { "name", "s" }, { "recipient", "ay" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "sealed", "ay" } } },
	{ 0 },
};

const struct bus_method bus_rotate_methods[] = {
	{ "Rotate", serve_rotate, .in = { { "options", "a{sv}" } }, .out = { { "secret", "h" } } },
	{ "RotateSealed", serve_rotate, .in = { { "recipient", "ay" }, { "options", "a{sv}" } },
		.out = { { "sealed", "ay" } } },
	{ 0 },
};
