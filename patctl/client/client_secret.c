/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls that hand out a secret.  It comes as a descriptor or, from another machine, in a box
 * that is opened into one: whoever asked finds the same.
 */
#include <stddef.h>

#include "common/l10n.h"
#include "patctl/client/box.h"
#include "patctl/client/client_call.h"

/* The box to have it sealed to, NULL where descriptors come through.  False with *error set. */
static bool prepare(struct client *client, struct box **ret_box, DBusError *error)
{
	*ret_box = client->host ? box_new() : NULL;
	if (*ret_box || !client->host)
		return true;
	dbus_set_error(
		error, DBUS_ERROR_NO_MEMORY, _("cannot allocate protected memory for a key"));
	return false;
}

static void add_recipient(DBusMessageIter *args, const struct box *box)
{
	if (box)
		call_bytes(args, box->recipient, sizeof(box->recipient));
}

/*
 * What stands at the place of the secret.  -1 if the box does not open: there is a secret now, so
 * that is for whoever reads the descriptor to tell, and to undo.
 */
static int take_secret(DBusMessageIter *at, const struct box *box)
{
	DBusMessageIter bytes;
	const uint8_t *sealed = NULL;
	int secret, n = 0;

	if (!box) {
		dbus_message_iter_get_basic(at, &secret);
		return secret;
	}
	dbus_message_iter_recurse(at, &bytes);
	dbus_message_iter_get_fixed_array(&bytes, &sealed, &n);
	secret = box_open(box, sealed, (size_t)n);
	return secret < 0 ? -1 : secret;
}

static void add_expiry(DBusMessageIter *options, const struct expiry *expiry)
{
	switch (expiry->kind) {
	case EXPIRY_DEFAULT:
		break;
	case EXPIRY_LIFETIME:
		option_uint64(options, "lifetime", expiry->seconds);
		break;
	case EXPIRY_AT:
		option_uint64(options, "expires_at", expiry->seconds);
		break;
	case EXPIRY_NEVER:
		option_uint64(options, "expires_at", 0);
		break;
	}
}

static void add_restriction(DBusMessageIter *options, const struct restriction *restriction,
	const struct restriction_value *value)
{
	switch (restriction->kind) {
	case RESTRICTION_LIST:
		option_list(options, restriction->name, value->text);
		break;
	case RESTRICTION_TEXT:
		option_string(options, restriction->name, value->text);
		break;
	case RESTRICTION_TIME:
	case RESTRICTION_COUNT:
		option_nonzero(options, restriction->name, value->number);
		break;
	}
}

static void add_options(DBusMessageIter *args, const struct client_token_request *request)
{
	DBusMessageIter options;

	options_open(args, &options);
	option_string(&options, "user", request->user);
	add_expiry(&options, &request->expiry);
	for (size_t i = 0; i < PAT_RESTRICTIONS; i++)
		add_restriction(&options, &restrictions[i], &request->restrictions[i]);
	options_close(args, &options);
}

bool client_generate(struct client *client, const struct client_token_request *request,
	struct pat_id *ret_id, int *ret_secret, DBusError *error)
{
	cleanup_box struct box *box = NULL;
	cleanup_message DBusMessage *call = NULL, *answer = NULL;
	DBusMessageIter args, at;
	const char *method, *path;

	if (!prepare(client, &box, error))
		return false;
	method = box ? "GenerateSealed" : "Generate";
	call = call_manager(method, &args);
	call_string(&args, request->name);
	add_recipient(&args, box);
	add_options(&args, request);

	answer = call_ask(client, call, box ? "oay" : "oh", error);
	if (!answer)
		return false;
	dbus_message_iter_init(answer, &at);
	dbus_message_iter_get_basic(&at, &path);
	if (!answer_id(path, ret_id))
		return answer_malformed(method, error);
	dbus_message_iter_next(&at);
	*ret_secret = take_secret(&at, box);
	return true;
}

bool client_rotate(struct client *client, const struct pat_id *id, const uint64_t *grace,
	int *ret_secret, DBusError *error)
{
	cleanup_box struct box *box = NULL;
	cleanup_message DBusMessage *call = NULL, *answer = NULL;
	DBusMessageIter args, options, at;

	if (!prepare(client, &box, error))
		return false;
	call = call_token(id, box ? "RotateSealed" : "Rotate", &args);
	add_recipient(&args, box);
	options_open(&args, &options);
	if (grace)
		option_uint64(&options, "grace", *grace);
	options_close(&args, &options);

	answer = call_ask(client, call, box ? "ay" : "h", error);
	if (!answer)
		return false;
	dbus_message_iter_init(answer, &at);
	*ret_secret = take_secret(&at, box);
	return true;
}
