/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Methods that return a secret: Generate and Rotate, as a descriptor or sealed to a recipient.  The
 * secret itself is never here: patd hands out a descriptor, or a box, which goes on as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/restriction.h"
#include "front/bus/arguments.h"
#include "front/bus/bus_message.h"
#include "front/bus/call_users.h"
#include "front/bus/interface.h"
#include "front/bus/polkit.h"
#include "front/bus/token_path.h"
#include "patd/crypto/token_secret.h"
#include "patd/util/log.h"

#define FIELD_OF(member) (member), sizeof(member)

/*
 * Reads the ay before the options that only the sealed methods have: the key to seal the secret to.
 * args moves on to the options.  NULL, or what is wrong.
 */
static const char *read_recipient(DBusMessageIter *args,
	uint8_t ret_recipient[static SECRET_BOX_KEY_LEN], uint32_t *ret_given)
{
	DBusMessageIter bytes;
	const uint8_t *key = NULL;
	int n = 0;

	if (dbus_message_iter_get_element_type(args) != DBUS_TYPE_BYTE)
		return NULL;
	dbus_message_iter_recurse(args, &bytes);
	dbus_message_iter_get_fixed_array(&bytes, &key, &n);
	(void)dbus_message_iter_next(args);
	if (!secret_box_takes(key, (size_t)n))
		return "the recipient is no public key: it takes the 32 bytes of one of X25519";
	memcpy(ret_recipient, key, SECRET_BOX_KEY_LEN);
	*ret_given |= GIVEN_RECIPIENT;
	return NULL;
}

static bool append_descriptor(DBusMessage *reply, int fd)
{
	/* libdbus keeps a copy of the descriptor. */
	return dbus_message_append_args(reply, DBUS_TYPE_UNIX_FD, &fd, DBUS_TYPE_INVALID);
}

static bool append_box(DBusMessage *reply, const uint8_t *box)
{
	return dbus_message_append_args(
		reply, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &box, ANSWER_BOX_SIZE, DBUS_TYPE_INVALID);
}

/* path NULL: the secret alone.  NULL without memory, or descriptors. */
static DBusMessage *new_secret_reply(
	const struct call *call, const char *path, bool sealed, const struct link_answer *answer)
{
	const uint8_t *box = answer->body + offsetof(struct answer_secret, box);
	cleanup_message DBusMessage *reply = call_new_reply(call);

	if (!reply || (!sealed && answer->fd < 0))
		return NULL;
	if (path &&
		!dbus_message_append_args(reply, DBUS_TYPE_OBJECT_PATH, &path, DBUS_TYPE_INVALID))
		return NULL;
	if (!(sealed ? append_box(reply, box) : append_descriptor(reply, answer->fd)))
		return NULL;
	return TAKE(reply);
}

/* The text of a field of the request, or its number. */
static struct bus_option restriction_option(
	struct request_generate *generate, enum pat_restriction r)
{
	static const enum bus_option_kind kinds[] = {
		[RESTRICTION_LIST] = BUS_LIST,
		[RESTRICTION_TEXT] = BUS_TEXT,
		[RESTRICTION_TIME] = BUS_NUMBER,
		[RESTRICTION_COUNT] = BUS_NUMBER,
		[RESTRICTION_FLAG] = BUS_FLAG,
	};
	const enum bus_option_kind kind = kinds[restrictions[r].kind];
	const bool text = kind == BUS_LIST || kind == BUS_TEXT;

	return (struct bus_option) {
		.key = restrictions[r].name,
		.kind = kind,
		.ret_value = text ? (void *)generate->texts[r] : &generate->numbers[r],
		.size = sizeof(generate->texts[r]),
	};
}

#define OWN_OPTIONS 5

static bool read_generate(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_MAY_GENERATE);
	struct request_generate *generate = request ? &request->generate : NULL;
	char user[sizeof(generate->user) + 1] = ""; /* one that is too long stays too long */
	const char *problem;

	if (!generate)
		return false;
	struct bus_option options[OWN_OPTIONS + PAT_RESTRICTIONS + 1] = {
		{ "user", BUS_TEXT, FIELD_OF(user), GIVEN_USER },
		{ "lifetime", BUS_NUMBER, &generate->lifetime, 0, GIVEN_LIFETIME },
		{ "expires_at", BUS_NUMBER, &generate->expires_at, 0, GIVEN_EXPIRES_AT },
		{ "note", BUS_TEXT, FIELD_OF(generate->note), GIVEN_NOTE },
		{ "fleet", BUS_FLAG, NULL, 0, GIVEN_FLEET },
	};

	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		options[OWN_OPTIONS + r] = restriction_option(generate, r);
	bus_text_read(args, FIELD_OF(generate->name));
	problem = read_recipient(args, generate->recipient, &generate->given);
	if (problem) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, problem);
		return false;
	}
	if (!bus_options_of_call(call, args, options, &generate->given))
		return false;
	if (pat_field_set(generate->user, sizeof(generate->user), user))
		return true;
	call_refuse(call, PAT_ERR_UNKNOWN_USER, N_("no such user: the name is too long"));
	return false;
}

static void on_generated(struct call *call, struct link_answer *answer)
{
	const bool sealed = call->request->generate.given & GIVEN_RECIPIENT;
	struct pat_id id;
	DBusMessage *reply = NULL;

	memcpy(id.text, answer->body, sizeof(id.text));
	/* A client that has left would not read it. */
	if (call->client)
		reply = new_secret_reply(call, bus_token_path(id.text).text, sealed, answer);
	if (reply) {
		call_reply_secret(call, reply, &id);
		return;
	}
	token_remove(call->context->link, &call->caller, &id, "its secret could not be handed out");
	call_refuse(call, PAT_ERR_NO_MEMORY,
		N_("the secret could not be delivered; the token was deleted"));
}

/* For the user in call->lookup. */
static void generate(struct call *call)
{
	struct request_generate *request = &call->request->generate;

	call->request->head.kind = REQUEST_GENERATE;
	request->given |= GIVEN_USER;
	request->uid = call->lookup.user.uid;
	memcpy(request->user, call->lookup.user.name, sizeof(request->user));
	call->resume = NULL;
	call_ask(call, on_generated);
}

static void find_owner(struct call *call)
{
	const struct request_generate *request = &call->request->generate;

	if (request->given & GIVEN_USER)
		call_find_user(call, request->user, generate);
	else
		generate(call); /* the last user that was looked up is the caller */
}

static void on_may_generate(struct call *call, struct link_answer *answer)
{
	(void)answer;
	find_owner(call);
}

/* When polkit has granted what was missing, find_owner() continues: patd is asked there again. */
static void serve_generate(struct call *call)
{
	const struct request_generate *request = &call->request->generate;

	call->about_token = request->name;
	call->about_user = request->given & GIVEN_USER ? request->user : call->caller.user;
	call->resume = find_owner;
	call_ask(call, on_may_generate);
}

static bool read_rotate(struct call *call, DBusMessageIter *args)
{
	struct request *request = call_new_request(call, REQUEST_ROTATE);
	struct request_rotate *rotate = request ? &request->rotate : NULL;
	const char *problem;

	if (!rotate)
		return false;
	const struct bus_option options[] = {
		{ "grace", BUS_NUMBER, &rotate->grace, 0, GIVEN_GRACE },
		{ "lifetime", BUS_NUMBER, &rotate->lifetime, 0, GIVEN_LIFETIME },
		{ "expires_at", BUS_NUMBER, &rotate->expires_at, 0, GIVEN_EXPIRES_AT },
		{ "end_sessions", BUS_FLAG, NULL, 0, GIVEN_END_SESSIONS },
		{ 0 },
	};

	memcpy(rotate->id, call->id, sizeof(call->id));
	problem = read_recipient(args, rotate->recipient, &rotate->given);
	if (problem) {
		call_refuse(call, PAT_ERR_INVALID_ARGS, problem);
		return false;
	}
	return bus_options_of_call(call, args, options, &rotate->given);
}

/* If the new secret does not arrive, the former one still works for the grace period. */
static void on_rotated(struct call *call, struct link_answer *answer)
{
	const bool sealed = call->request->rotate.given & GIVEN_RECIPIENT;
	DBusMessage *reply = new_secret_reply(call, NULL, sealed, answer);

	if (reply)
		call_reply(call, reply);
	else
		call_refuse(call, PAT_ERR_NO_MEMORY,
			N_("the new secret could not be delivered; rotate the token again"));
}

static void serve_rotate(struct call *call)
{
	call_ask(call, on_rotated);
}

const struct bus_method bus_generate_methods[] = {
	{ "Generate", read_generate, serve_generate,
		.in = { { "name", "s" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "secret", "h" } } },
	{ "GenerateSealed", read_generate, serve_generate,
		.in = { { "name", "s" }, { "recipient", "ay" }, { "options", "a{sv}" } },
		.out = { { "token", "o" }, { "sealed", "ay" } } },
	{ 0 },
};

const struct bus_method bus_rotate_methods[] = {
	{ "Rotate", read_rotate, serve_rotate, .in = { { "options", "a{sv}" } },
		.out = { { "secret", "h" } } },
	{ "RotateSealed", read_rotate, serve_rotate,
		.in = { { "recipient", "ay" }, { "options", "a{sv}" } },
		.out = { { "sealed", "ay" } } },
	{ 0 },
};
