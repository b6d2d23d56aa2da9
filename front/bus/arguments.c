/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments of methods, read from messages. */
#include "front/bus/arguments.h"

#include <string.h>

#include "common/l10n.h"
#include "common/wire.h"
#include "front/bus/call.h"

/* Adds the item to the list, with a comma if it is not the first.  False if it does not fit. */
static bool append(char *list, size_t size, const char *item)
{
	const size_t used = strlen(list), comma = used > 0, len = strnlen(item, size);

	if (len >= size - used - comma)
		return false;
	if (comma)
		list[used] = ',';
	memcpy(list + used + comma, item, len + 1);
	return true;
}

static const char *read_list(DBusMessageIter *variant, char *ret_text, size_t size)
{
	DBusMessageIter items;

	if (dbus_message_iter_get_element_type(variant) != DBUS_TYPE_STRING)
		return "an option has another type than the method takes";
	ret_text[0] = '\0';
	dbus_message_iter_recurse(variant, &items);
	for (; dbus_message_iter_get_arg_type(&items) == DBUS_TYPE_STRING;
		dbus_message_iter_next(&items)) {
		const char *item;

		dbus_message_iter_get_basic(&items, &item);
		if (strchr(item, ',') || *item == '\0')
			return N_("a string in an option is empty, or has a comma");
		if (!append(ret_text, size, item))
			return N_("an option is too long");
	}
	return NULL;
}

static int type_of(enum bus_option_kind kind)
{
	switch (kind) {
	case BUS_TEXT:
	case BUS_USER:
		return DBUS_TYPE_STRING;
	case BUS_NUMBER:
		return DBUS_TYPE_UINT64;
	case BUS_FLAG:
		return DBUS_TYPE_BOOLEAN;
	case BUS_LIST:
		return DBUS_TYPE_ARRAY;
	}
	return DBUS_TYPE_INVALID;
}

static const char *read_value(
	DBusMessageIter *variant, const struct bus_option *option, uint32_t *ret_given)
{
	const char *text, *problem = NULL;
	dbus_bool_t flag = TRUE;

	if (dbus_message_iter_get_arg_type(variant) != type_of(option->kind))
		return "an option has another type than the method takes";
	switch (option->kind) {
	case BUS_TEXT:
		dbus_message_iter_get_basic(variant, &text);
		pat_field_cut(option->ret_value, option->size, text);
		break;
	case BUS_USER:
		dbus_message_iter_get_basic(variant, &text);
		if (!pat_field_set(option->ret_value, option->size, text))
			return N_("the name of a user is too long");
		break;
	case BUS_NUMBER:
		dbus_message_iter_get_basic(variant, option->ret_value);
		break;
	case BUS_FLAG:
		dbus_message_iter_get_basic(variant, &flag);
		break;
	case BUS_LIST:
		problem = read_list(variant, option->ret_value, option->size);
		break;
	}
	if (flag)
		*ret_given |= option->given;
	if (flag && option->kind == BUS_FLAG && option->ret_value)
		*(uint64_t *)option->ret_value = 1;
	return problem;
}

static const char *read_one(DBusMessageIter *entry, const struct bus_option *options,
	uint32_t *seen, uint32_t *ret_given)
{
	DBusMessageIter variant;
	const char *key;
	unsigned int i;

	dbus_message_iter_get_basic(entry, &key);
	for (i = 0; options && options[i].key && strcmp(options[i].key, key) != 0; i++)
		;
	if (!options || !options[i].key)
		return "there is an option that the method does not know";
	if ((*seen & UINT32_C(1) << i) != 0)
		return "an option is given twice";
	*seen |= UINT32_C(1) << i;
	dbus_message_iter_next(entry);
	dbus_message_iter_recurse(entry, &variant);
	return read_value(&variant, &options[i], ret_given);
}

const char *bus_options_read(
	DBusMessageIter *args, const struct bus_option *options, uint32_t *ret_given)
{
	DBusMessageIter dict, entry;
	uint32_t seen = 0;

	dbus_message_iter_recurse(args, &dict);
	for (; dbus_message_iter_get_arg_type(&dict) == DBUS_TYPE_DICT_ENTRY;
		dbus_message_iter_next(&dict)) {
		const char *problem;

		dbus_message_iter_recurse(&dict, &entry);
		problem = read_one(&entry, options, &seen, ret_given);
		if (problem)
			return problem;
	}
	return NULL;
}

bool bus_options_of_call(struct call *call, DBusMessageIter *args, const struct bus_option *options,
	uint32_t *ret_given)
{
	const char *problem = bus_options_read(args, options, ret_given);

	if (problem)
		call_refuse(call, PAT_ERR_INVALID_ARGS, problem);
	return !problem;
}

bool bus_page_of_call(struct call *call, DBusMessageIter *args, const struct bus_page *page)
{
	DBusMessageIter filter = *args;
	dbus_uint32_t limit;

	(void)dbus_message_iter_next(args);
	dbus_message_iter_get_basic(args, &limit);
	(void)dbus_message_iter_next(args);
	bus_text_read(args, page->ret_cursor, page->cursor_size);
	*page->ret_limit = limit;
	if (!bus_options_of_call(call, &filter, page->options, page->ret_given))
		return false;
	if (*page->ret_given & GIVEN_USER)
		call->about_user = page->user;
	return true;
}

void bus_text_read(DBusMessageIter *args, char *ret_text, size_t size)
{
	const char *text;

	dbus_message_iter_get_basic(args, &text);
	(void)dbus_message_iter_next(args);
	pat_field_cut(ret_text, size, text);
}

/* Takes what the value at `from` has off *left, until nothing is. */
static void take_size(DBusMessageIter *from, size_t *left);

static void take_sizes(DBusMessageIter *from, size_t *left)
{
	for (; *left > 0 && dbus_message_iter_get_arg_type(from) != DBUS_TYPE_INVALID;
		dbus_message_iter_next(from))
		take_size(from, left);
}

static void take(size_t *left, size_t size)
{
	*left -= size < *left ? size : *left;
}

static void take_size(DBusMessageIter *from, size_t *left)
{
	const int type = dbus_message_iter_get_arg_type(from);
	DBusMessageIter inner;
	const char *text;
	const void *bytes;
	int n;

	if (type == DBUS_TYPE_STRING || type == DBUS_TYPE_OBJECT_PATH ||
		type == DBUS_TYPE_SIGNATURE) {
		dbus_message_iter_get_basic(from, &text);
		take(left, strnlen(text, *left) + 1);
	} else if (type == DBUS_TYPE_ARRAY &&
		   dbus_type_is_fixed(dbus_message_iter_get_element_type(from)) &&
		   dbus_message_iter_get_element_type(from) != DBUS_TYPE_UNIX_FD) {
		dbus_message_iter_recurse(from, &inner);
		dbus_message_iter_get_fixed_array(&inner, &bytes, &n);
		/* Of bytes, or of up to eight times as much. */
		take(left, (size_t)n);
	} else if (dbus_type_is_container(type)) {
		dbus_message_iter_recurse(from, &inner);
		take(left, 4);
		take_sizes(&inner, left);
	} else {
		take(left, 8);
	}
}

bool bus_message_exceeds(DBusMessage *message, size_t limit)
{
	const char *path = dbus_message_get_path(message);
	DBusMessageIter args;
	size_t left = limit;

	if (path)
		take(&left, strnlen(path, limit));
	if (dbus_message_iter_init(message, &args))
		take_sizes(&args, &left);
	return left == 0;
}
