/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building calls: arguments, and the options in an a{sv}. */
#include "patctl/client/message.h"

#include <string.h>

#include "common/bus.h"
#include "patctl/base/text.h"

void message_free(DBusMessage **message)
{
	if (*message)
		dbus_message_unref(*message);
	*message = NULL;
}

/* Building a message fails for want of memory only, since its strings are valid UTF-8. */
static void must(dbus_bool_t ok)
{
	if (!ok)
		no_memory();
}

const struct peer peer_bus = { DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS };

DBusMessage *call_new(const struct peer *peer, const char *method, DBusMessageIter *ret_args)
{
	DBusMessage *call = must_alloc(
		dbus_message_new_method_call(peer->name, peer->path, peer->interface, method));

	dbus_message_iter_init_append(call, ret_args);
	return call;
}

DBusMessage *call_manager(const char *method, DBusMessageIter *ret_args)
{
	static const struct peer manager = { PAT_BUS_NAME, PAT_BUS_PATH, PAT_BUS_MANAGER };

	return call_new(&manager, method, ret_args);
}

DBusMessage *call_token(const struct pat_id *id, const char *method, DBusMessageIter *ret_args)
{
	cleanup_text char *path = text_format("%s/%s", PAT_BUS_TOKEN_PATH, id->text);

	const struct peer token = { PAT_BUS_NAME, path, PAT_BUS_TOKEN };

	return call_new(&token, method, ret_args);
}

void call_string(DBusMessageIter *args, const char *value)
{
	must(dbus_message_iter_append_basic(args, DBUS_TYPE_STRING, &value));
}

void call_uint32(DBusMessageIter *args, uint32_t value)
{
	must(dbus_message_iter_append_basic(args, DBUS_TYPE_UINT32, &value));
}

void call_bytes(DBusMessageIter *args, const uint8_t *bytes, size_t len)
{
	DBusMessageIter array;

	must(dbus_message_iter_open_container(
		args, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE_AS_STRING, &array));
	must(dbus_message_iter_append_fixed_array(&array, DBUS_TYPE_BYTE, &bytes, (int)len));
	must(dbus_message_iter_close_container(args, &array));
}

void call_fd(DBusMessageIter *args, int fd)
{
	must(dbus_message_iter_append_basic(args, DBUS_TYPE_UNIX_FD, &fd));
}

void options_open(DBusMessageIter *args, DBusMessageIter *ret_options)
{
	must(dbus_message_iter_open_container(args, DBUS_TYPE_ARRAY, "{sv}", ret_options));
}

void options_close(DBusMessageIter *args, DBusMessageIter *options)
{
	must(dbus_message_iter_close_container(args, options));
}

void call_no_options(DBusMessageIter *args)
{
	DBusMessageIter options;

	options_open(args, &options);
	options_close(args, &options);
}

/* A {sv} that is open for its value. */
struct pair {
	DBusMessageIter entry, value;
};

static void pair_open(
	DBusMessageIter *options, const char *key, const char *signature, struct pair *ret)
{
	must(dbus_message_iter_open_container(options, DBUS_TYPE_DICT_ENTRY, NULL, &ret->entry));
	call_string(&ret->entry, key);
	must(dbus_message_iter_open_container(
		&ret->entry, DBUS_TYPE_VARIANT, signature, &ret->value));
}

static void pair_close(DBusMessageIter *options, struct pair *pair)
{
	must(dbus_message_iter_close_container(&pair->entry, &pair->value));
	must(dbus_message_iter_close_container(options, &pair->entry));
}

static void add_basic(DBusMessageIter *options, const char *key, int type, const void *value)
{
	const char signature[] = { (char)type, '\0' };
	struct pair pair;

	pair_open(options, key, signature, &pair);
	must(dbus_message_iter_append_basic(&pair.value, type, value));
	pair_close(options, &pair);
}

void option_string(DBusMessageIter *options, const char *key, const char *value)
{
	if (value)
		add_basic(options, key, DBUS_TYPE_STRING, &value);
}

/* The item between two commas, without the blanks around it. */
static char *list_item(const char *from, size_t len)
{
	static const char blank[] = " \t";
	size_t before = strspn(from, blank);

	if (before > len)
		before = len;
	from += before;
	len -= before;
	while (len > 0 && strchr(blank, from[len - 1]))
		len--;
	return text_format("%.*s", (int)len, from);
}

void option_list(DBusMessageIter *options, const char *key, const char *value)
{
	struct pair pair;
	DBusMessageIter list;

	if (!value)
		return;
	pair_open(options, key, "as", &pair);
	must(dbus_message_iter_open_container(&pair.value, DBUS_TYPE_ARRAY, "s", &list));
	for (const char *at = value, *end; *value != '\0'; at = end + 1) {
		cleanup_text char *item = NULL;

		end = at + strcspn(at, ",");
		item = list_item(at, (size_t)(end - at));
		call_string(&list, item);
		if (*end == '\0')
			break;
	}
	must(dbus_message_iter_close_container(&pair.value, &list));
	pair_close(options, &pair);
}

void option_uint64(DBusMessageIter *options, const char *key, uint64_t value)
{
	add_basic(options, key, DBUS_TYPE_UINT64, &value);
}

void option_nonzero(DBusMessageIter *options, const char *key, uint64_t value)
{
	if (value)
		option_uint64(options, key, value);
}

void option_true(DBusMessageIter *options, const char *key, bool value)
{
	const dbus_bool_t yes = TRUE;

	if (value)
		add_basic(options, key, DBUS_TYPE_BOOLEAN, &yes);
}
