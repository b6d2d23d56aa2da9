/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a method, read from an a{sv} by a table. */
#include "tests/unit/unit.h"

#include <string.h>

#include "patd/bus/arguments.h"

static const char *text;
static dbus_uint64_t number;
static bool flag, number_given, flag_given;

static const struct bus_option options[] = {
	{ "text", DBUS_TYPE_STRING, &text, NULL },
	{ "number", DBUS_TYPE_UINT64, &number, &number_given },
	{ "flag", DBUS_TYPE_BOOLEAN, &flag, &flag_given },
	{ 0 },
};

struct entry {
	const char *key, *type;
	const void *value;
};

static void append(DBusMessageIter *dict, const struct entry *entry)
{
	DBusMessageIter pair, variant;

	assert_true(dbus_message_iter_open_container(dict, DBUS_TYPE_DICT_ENTRY, NULL, &pair));
	assert_true(dbus_message_iter_append_basic(&pair, DBUS_TYPE_STRING, &entry->key));
	assert_true(
		dbus_message_iter_open_container(&pair, DBUS_TYPE_VARIANT, entry->type, &variant));
	if (strcmp(entry->type, "as") == 0) {
		DBusMessageIter array;

		assert_true(
			dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY, "s", &array));
		assert_true(dbus_message_iter_close_container(&variant, &array));
	} else if (strcmp(entry->type, "v") == 0) {
		DBusMessageIter inner;

		assert_true(
			dbus_message_iter_open_container(&variant, DBUS_TYPE_VARIANT, "s", &inner));
		assert_true(dbus_message_iter_append_basic(&inner, DBUS_TYPE_STRING, entry->value));
		assert_true(dbus_message_iter_close_container(&variant, &inner));
	} else {
		assert_true(dbus_message_iter_append_basic(&variant, entry->type[0], entry->value));
	}
	assert_true(dbus_message_iter_close_container(&pair, &variant));
	assert_true(dbus_message_iter_close_container(dict, &pair));
}

/* A message with an a{sv} of those entries. */
static DBusMessage *message_with(const struct entry *entries, size_t count)
{
	DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);
	DBusMessageIter to, dict;

	assert_non_null(message);
	dbus_message_iter_init_append(message, &to);
	assert_true(dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "{sv}", &dict));
	for (size_t i = 0; i < count; i++)
		append(&dict, &entries[i]);
	assert_true(dbus_message_iter_close_container(&to, &dict));
	return message;
}

static const char *read_from(DBusMessage *message)
{
	DBusMessageIter args;

	text = NULL;
	number = 0;
	flag = false;
	number_given = flag_given = false;
	assert_true(dbus_message_iter_init(message, &args));
	return bus_options_read(&args, options);
}

static const char *const hello = "hello";
static const dbus_uint64_t seven = 7;
static const dbus_uint32_t small = 7;
static const dbus_int64_t negative = -7;
static const dbus_bool_t yes = TRUE;
static const double fraction = 0.5;

static void given_options_read(void **state)
{
	const struct entry entries[] = { { "flag", "b", &yes }, { "text", "s", &hello },
		{ "number", "t", &seven } };
	DBusMessage *message = message_with(entries, COUNT(entries));

	(void)state;
	assert_null(read_from(message));
	assert_string_equal(text, "hello");
	assert_int_equal(number, 7);
	assert_true(number_given && flag && flag_given);
	dbus_message_unref(message);
}

static void no_options_leave_variables_unset(void **state)
{
	DBusMessage *message = message_with(NULL, 0);

	(void)state;
	assert_null(read_from(message));
	assert_null(text);
	assert_false(number_given || flag_given);
	dbus_message_unref(message);
}

static void wrong_options_refused(void **state)
{
	static const struct {
		struct entry entries[2];
		size_t count;
		const char *problem;
	} table[] = {
		{ { { "other", "s", &hello } }, 1, "does not know" },
		{ { { "Text", "s", &hello } }, 1, "does not know" },
		{ { { "", "s", &hello } }, 1, "does not know" },
		{ { { "textual", "s", &hello } }, 1, "does not know" },
		{ { { "text", "s", &hello }, { "other", "t", &seven } }, 2, "does not know" },
		{ { { "text", "s", &hello }, { "text", "s", &hello } }, 2, "twice" },
		{ { { "text", "t", &seven } }, 1, "another type" },
		{ { { "number", "u", &small } }, 1, "another type" },
		{ { { "number", "x", &negative } }, 1, "another type" },
		{ { { "number", "d", &fraction } }, 1, "another type" },
		{ { { "number", "s", &hello } }, 1, "another type" },
		{ { { "flag", "u", &small } }, 1, "another type" },
		{ { { "text", "as", NULL } }, 1, "another type" },
		{ { { "text", "v", &hello } }, 1, "another type" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		DBusMessage *message = message_with(table[i].entries, table[i].count);
		const char *problem = read_from(message);

		assert_that(problem && strstr(problem, table[i].problem), "row %zu: %s", i,
			problem ? problem : "taken");
		dbus_message_unref(message);
	}
}

static void options_refused_by_method_without_options(void **state)
{
	static const struct bus_option none[] = { { 0 } };
	const struct entry entry = { "text", "s", &hello };
	DBusMessage *empty = message_with(NULL, 0), *full = message_with(&entry, 1);
	DBusMessageIter args;

	(void)state;
	assert_true(dbus_message_iter_init(empty, &args));
	assert_null(bus_options_read(&args, none));
	assert_true(dbus_message_iter_init(full, &args));
	assert_non_null(bus_options_read(&args, none));
	dbus_message_unref(empty);
	dbus_message_unref(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_options_read),
		cmocka_unit_test(no_options_leave_variables_unset),
		cmocka_unit_test(wrong_options_refused),
		cmocka_unit_test(options_refused_by_method_without_options),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
