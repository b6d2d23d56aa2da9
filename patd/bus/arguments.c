/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options, read from an a{sv} by a table. */
#include "patd/bus/arguments.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/l10n.h"
#include "patd/bus/call.h"
#include "patd/util/item.h"

static const char *read_list(DBusMessageIter *variant, struct bus_list *ret_list)
{
	DBusMessageIter items;

	if (dbus_message_iter_get_element_type(variant) != DBUS_TYPE_STRING)
		return "an option has another type than the method takes";
	ret_list->text[0] = '\0';
	dbus_message_iter_recurse(variant, &items);
	for (; dbus_message_iter_get_arg_type(&items) == DBUS_TYPE_STRING;
		dbus_message_iter_next(&items)) {
		const char *item;

		dbus_message_iter_get_basic(&items, &item);
		if (strchr(item, ',') || *item == '\0')
			return N_("a string in an option is empty, or has a comma");
		if (!item_append(ret_list->text, sizeof(ret_list->text), ",", item))
			return N_("an option is too long");
	}
	return NULL;
}

static const char *read_one(
	DBusMessageIter *entry, const struct bus_option *options, uint32_t *seen)
{
	DBusMessageIter variant;
	dbus_bool_t flag;
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
	if (dbus_message_iter_get_arg_type(&variant) != options[i].type)
		return "an option has another type than the method takes";
	if (options[i].ret_given)
		*options[i].ret_given = true;
	if (options[i].type == DBUS_TYPE_ARRAY)
		return read_list(&variant, options[i].ret_value);
	if (options[i].type == DBUS_TYPE_BOOLEAN) {
		dbus_message_iter_get_basic(&variant, &flag);
		*(bool *)options[i].ret_value = flag;
	} else {
		dbus_message_iter_get_basic(&variant, options[i].ret_value);
	}
	return NULL;
}

const char *bus_options_read(DBusMessageIter *args, const struct bus_option *options)
{
	DBusMessageIter dict, entry;
	uint32_t seen = 0;

	dbus_message_iter_recurse(args, &dict);
	for (; dbus_message_iter_get_arg_type(&dict) == DBUS_TYPE_DICT_ENTRY;
		dbus_message_iter_next(&dict)) {
		const char *problem;

		dbus_message_iter_recurse(&dict, &entry);
		problem = read_one(&entry, options, &seen);
		if (problem)
			return problem;
	}
	return NULL;
}

static bool read_or_refuse(
	struct call *call, DBusMessageIter *args, const struct bus_option *options)
{
	const char *problem = bus_options_read(args, options);

	if (problem)
		call_refuse(call, PAT_ERR_INVALID_ARGS, problem);
	return !problem;
}

bool bus_options_of_call(struct call *call, void *ret_first, const struct bus_option *options)
{
	DBusMessageIter args;

	(void)dbus_message_iter_init(call->message, &args);
	if (ret_first) {
		dbus_message_iter_get_basic(&args, ret_first);
		(void)dbus_message_iter_next(&args);
	}
	return read_or_refuse(call, &args, options);
}

bool bus_options_of_list(struct call *call, const struct bus_option *options,
	dbus_uint32_t *ret_limit, const char **ret_cursor)
{
	DBusMessageIter args, filter;

	(void)dbus_message_iter_init(call->message, &args);
	filter = args;
	(void)dbus_message_iter_next(&args);
	dbus_message_iter_get_basic(&args, ret_limit);
	(void)dbus_message_iter_next(&args);
	dbus_message_iter_get_basic(&args, ret_cursor);
	return read_or_refuse(call, &filter, options);
}
