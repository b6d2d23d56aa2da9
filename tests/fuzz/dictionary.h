/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An a{sv} made of any bytes: keys of a table, or not, each with a value of any type. */
#pragma once

#include <dbus/dbus.h>

#include "tests/fuzz/fuzz.h"

/* UTF-8, which libdbus insists on. */
static inline char *fuzz_string(struct fuzz_bytes *bytes, char ret[static 256])
{
	size_t len = fuzz_byte(bytes), n = 0;

	while (n < len && bytes->left > 0)
		ret[n++] = (char)fuzz_byte(bytes);
	ret[n] = '\0';
	if (!dbus_validate_utf8(ret, NULL))
		(void)strcpy(ret, "\xc3\xa4");
	return ret;
}

static inline void fuzz_append(DBusMessageIter *iter, int type, struct fuzz_bytes *bytes)
{
	char text[256];
	DBusBasicValue value = { 0 };

	switch (type) {
	case DBUS_TYPE_STRING:
		value.str = fuzz_string(bytes, text);
		break;
	case DBUS_TYPE_OBJECT_PATH:
		value.str = strcpy(text, "/a");
		break;
	case DBUS_TYPE_BOOLEAN:
		value.bool_val = fuzz_byte(bytes) & 1;
		break;
	case DBUS_TYPE_BYTE:
		value.byt = fuzz_byte(bytes);
		break;
	default:
		value.u64 = fuzz_number(bytes, fuzz_byte(bytes) % 9);
		break;
	}
	assert_true(dbus_message_iter_append_basic(iter, type, &value));
}

static inline void fuzz_append_variant(DBusMessageIter *entry, struct fuzz_bytes *bytes)
{
	static const char *const types[] = { "s", "u", "t", "b", "as", "o", "y", "x", "au", "d" };
	const char *type = types[fuzz_byte(bytes) % COUNT(types)];
	DBusMessageIter variant, list;

	assert_true(dbus_message_iter_open_container(entry, DBUS_TYPE_VARIANT, type, &variant));
	if (*type == DBUS_TYPE_ARRAY) {
		assert_true(dbus_message_iter_open_container(
			&variant, DBUS_TYPE_ARRAY, type + 1, &list));
		for (size_t n = fuzz_byte(bytes); n > 0 && bytes->left > 0; n--)
			fuzz_append(&list, type[1], bytes);
		assert_true(dbus_message_iter_close_container(&variant, &list));
	} else {
		fuzz_append(&variant, *type, bytes);
	}
	assert_true(dbus_message_iter_close_container(entry, &variant));
}

/* Until the bytes are used up.  keys: n of them. */
static inline void fuzz_append_dictionary(
	DBusMessageIter *args, const char *const *keys, size_t n, struct fuzz_bytes *bytes)
{
	DBusMessageIter dictionary, entry;
	char text[256];

	assert_true(dbus_message_iter_open_container(args, DBUS_TYPE_ARRAY, "{sv}", &dictionary));
	while (bytes->left > 0) {
		const size_t which = fuzz_byte(bytes) % (n + 1);
		const char *key = which < n ? keys[which] : fuzz_string(bytes, text);

		assert_true(dbus_message_iter_open_container(
			&dictionary, DBUS_TYPE_DICT_ENTRY, NULL, &entry));
		assert_true(dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key));
		fuzz_append_variant(&entry, bytes);
		assert_true(dbus_message_iter_close_container(&dictionary, &entry));
	}
	assert_true(dbus_message_iter_close_container(args, &dictionary));
}
