/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a method, read from an a{sv} by a table. */
#include "tests/unit/unit.h"

#include <string.h>

#include "front/bus/arguments.h"

#define GIVEN_A_TEXT 1U
#define GIVEN_A_NUMBER 2U
#define GIVEN_A_FLAG 4U
#define GIVEN_A_USER 8U
#define GIVEN_A_LIST 16U

static char text[16], user[8], list[16];
static uint64_t number;
static uint32_t given;

static const struct bus_option options[] = {
	{ "text", BUS_TEXT, text, sizeof(text), GIVEN_A_TEXT },
	{ "user", BUS_USER, user, sizeof(user), GIVEN_A_USER },
	{ "number", BUS_NUMBER, &number, 0, GIVEN_A_NUMBER },
	{ "flag", BUS_FLAG, NULL, 0, GIVEN_A_FLAG },
	{ "list", BUS_LIST, list, sizeof(list), GIVEN_A_LIST },
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

		const char *const *item = entry->value;

		assert_true(
			dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY, "s", &array));
		for (; item && *item; item++)
			assert_true(dbus_message_iter_append_basic(&array, DBUS_TYPE_STRING, item));
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

	text[0] = user[0] = list[0] = '\0';
	number = 0;
	given = 0;
	assert_true(dbus_message_iter_init(message, &args));
	return bus_options_read(&args, options, &given);
}

static const char *const hello = "hello";
static const dbus_uint64_t seven = 7;
static const dbus_uint32_t small = 7;
static const dbus_int64_t negative = -7;
static const dbus_bool_t yes = TRUE, no = FALSE;
static const char *const items[] = { "sudo", "sshd", NULL };
static const char *const comma[] = { "a,b", NULL }, *const empty_item[] = { "", NULL };
static const char *const many[] = { "12345678", "1234567", NULL };
static const char *const long_text = "0123456789abcdefgh";
static const double fraction = 0.5;

static void given_options_read(void **state)
{
	const struct entry entries[] = { { "flag", "b", &yes }, { "text", "s", &hello },
		{ "number", "t", &seven }, { "list", "as", items } };
	DBusMessage *message = message_with(entries, COUNT(entries));

	(void)state;
	assert_null(read_from(message));
	assert_string_equal(text, "hello");
	assert_int_equal(number, 7);
	assert_string_equal(list, "sudo,sshd");
	assert_int_equal(given, GIVEN_A_TEXT | GIVEN_A_NUMBER | GIVEN_A_FLAG | GIVEN_A_LIST);
	dbus_message_unref(message);
}

/* It is not the same as none, where one is to be taken away. */
static void empty_list_is_given(void **state)
{
	static const char *const none[] = { NULL };
	const struct entry entry = { "list", "as", none };
	DBusMessage *message = message_with(&entry, 1);

	(void)state;
	assert_null(read_from(message));
	assert_string_equal(list, "");
	assert_int_equal(given, GIVEN_A_LIST);
	dbus_message_unref(message);
}

static void no_options_leave_variables_unset(void **state)
{
	DBusMessage *message = message_with(NULL, 0);

	(void)state;
	assert_null(read_from(message));
	assert_string_equal(text, "");
	assert_int_equal(given, 0);
	dbus_message_unref(message);
}

static void false_flag_is_not_given(void **state)
{
	const struct entry entry = { "flag", "b", &no };
	DBusMessage *message = message_with(&entry, 1);

	(void)state;
	assert_null(read_from(message));
	assert_int_equal(given, 0);
	dbus_message_unref(message);
}

/* So that the rules see that it is too long. */
static void long_text_cut(void **state)
{
	const struct entry entry = { "text", "s", &long_text };
	DBusMessage *message = message_with(&entry, 1);

	(void)state;
	assert_null(read_from(message));
	assert_string_equal(text, "0123456789abcde");
	assert_int_equal(given, GIVEN_A_TEXT);
	dbus_message_unref(message);
}

/* Its beginning is the name of another, and what is empty may be everybody. */
static void scope__long_user_refused(void **state)
{
	const struct entry entry = { "user", "s", &long_text };
	DBusMessage *message = message_with(&entry, 1);

	(void)state;
	assert_string_equal(read_from(message), "the name of a user is too long");
	assert_int_equal(given, 0);
	dbus_message_unref(message);
}

static void message_measured_up_to_limit(void **state)
{
	const struct entry entry = { "text", "s", &long_text };
	DBusMessage *message = message_with(&entry, 1);

	(void)state;
	assert_true(dbus_message_set_path(message, "/"));
	assert_false(bus_message_exceeds(message, 64));
	assert_true(bus_message_exceeds(message, 20));
	assert_true(bus_message_exceeds(message, 1));
	dbus_message_unref(message);
}

static void bytes_measured(void **state)
{
	static const uint8_t bytes[1000];
	const uint8_t *pointer = bytes;
	DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_CALL);

	(void)state;
	assert_true(dbus_message_append_args(message, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &pointer,
		(int)sizeof(bytes), DBUS_TYPE_INVALID));
	assert_false(bus_message_exceeds(message, 1001));
	assert_true(bus_message_exceeds(message, 1000));
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
		{ { { "list", "s", &hello } }, 1, "another type" },
		{ { { "list", "as", comma } }, 1, "has a comma" },
		{ { { "list", "as", empty_item } }, 1, "is empty" },
		{ { { "list", "as", many } }, 1, "too long" },
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
	assert_null(bus_options_read(&args, none, &given));
	assert_true(dbus_message_iter_init(full, &args));
	assert_non_null(bus_options_read(&args, none, &given));
	dbus_message_unref(empty);
	dbus_message_unref(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_options_read),
		cmocka_unit_test(empty_list_is_given),
		cmocka_unit_test(no_options_leave_variables_unset),
		cmocka_unit_test(false_flag_is_not_given),
		cmocka_unit_test(long_text_cut),
		cmocka_unit_test(scope__long_user_refused),
		cmocka_unit_test(message_measured_up_to_limit),
		cmocka_unit_test(bytes_measured),
		cmocka_unit_test(wrong_options_refused),
		cmocka_unit_test(options_refused_by_method_without_options),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
