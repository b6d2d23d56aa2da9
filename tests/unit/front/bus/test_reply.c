/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of properties in a message: their types, their order, and which of them. */
#include "front/bus/reply.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

struct view {
	char text[16];
	uint32_t number;
	uint64_t time;
	bool flag;
	char services[16];
	uint8_t hidden[4];
};

static const struct field fields[] = {
	FIELD_SHOWN(view, NULL, text, FIELD_ANY_NAME, 0, "Text"),
	FIELD_SHOWN(view, NULL, number, FIELD_NUMBER32, UINT32_MAX, "Number"),
	FIELD_SHOWN(view, NULL, time, FIELD_NUMBER, UINT64_MAX, "Time"),
	{ .kind = FIELD_TEXT,
		.offset = offsetof(struct view, services),
		.size = 16,
		.property = "Services",
		.list = true },
	FIELD_SHOWN(view, NULL, flag, FIELD_BOOL, 1, "Flag"),
	FIELD_SHOWN(view, NULL, hidden, FIELD_BYTES, 0, NULL),
};
static const struct table properties = TABLE(view, fields);

static DBusMessage *message;
static DBusMessageIter to;

/* The array that it stands on, as "as item item". */
static void read_items(DBusMessageIter *from, char *ret_text, size_t size)
{
	DBusMessageIter items;

	assert_int_equal(dbus_message_iter_get_element_type(from), DBUS_TYPE_STRING);
	(void)snprintf(ret_text, size, "as");
	dbus_message_iter_recurse(from, &items);
	for (; dbus_message_iter_get_arg_type(&items) == DBUS_TYPE_STRING;
		(void)dbus_message_iter_next(&items)) {
		const char *item;
		size_t len = strlen(ret_text);

		dbus_message_iter_get_basic(&items, &item);
		(void)snprintf(ret_text + len, size - len, " %s", item);
	}
}

/* The variant that it stands on, as "type value". */
static void read_value(DBusMessageIter *from, char *ret_text, size_t size)
{
	DBusMessageIter variant;
	DBusBasicValue value;
	int type;

	assert_int_equal(dbus_message_iter_get_arg_type(from), DBUS_TYPE_VARIANT);
	dbus_message_iter_recurse(from, &variant);
	type = dbus_message_iter_get_arg_type(&variant);
	if (type == DBUS_TYPE_ARRAY) {
		read_items(&variant, ret_text, size);
		return;
	}
	dbus_message_iter_get_basic(&variant, &value);
	if (type == DBUS_TYPE_STRING)
		(void)snprintf(ret_text, size, "s %s", value.str);
	else if (type == DBUS_TYPE_UINT32)
		(void)snprintf(ret_text, size, "u %u", value.u32);
	else if (type == DBUS_TYPE_BOOLEAN)
		(void)snprintf(ret_text, size, "b %u", value.bool_val);
	else if (type == DBUS_TYPE_UINT64)
		(void)snprintf(ret_text, size, "t %llu", (unsigned long long)value.u64);
	else
		fail();
}

/* That the message has a dictionary and nothing else, with these keys in this order. */
static void assert_keys(const char *expected)
{
	char keys[64] = "";
	DBusMessageIter from, dict, entry;

	assert_string_equal(dbus_message_get_signature(message), "a{sv}");
	assert_true(dbus_message_iter_init(message, &from));
	dbus_message_iter_recurse(&from, &dict);
	for (; dbus_message_iter_get_arg_type(&dict) != DBUS_TYPE_INVALID;
		(void)dbus_message_iter_next(&dict)) {
		const char *key;
		char value[64];

		dbus_message_iter_recurse(&dict, &entry);
		dbus_message_iter_get_basic(&entry, &key);
		(void)dbus_message_iter_next(&entry);
		read_value(&entry, value, sizeof(value));
		(void)strcat(strcat(keys, key), " ");
	}
	assert_string_equal(keys, expected);
}

static int set_up(void **state)
{
	(void)state;
	message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
	if (!message)
		return -1;
	dbus_message_iter_init_append(message, &to);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dbus_message_unref(message);
	return 0;
}

static void value_has_type_of_its_property(void **state)
{
	static const struct {
		struct view view;
		const struct field *field;
		const char *value;
	} table[] = {
		{ { .text = "laptop" }, &fields[0], "s laptop" },
		{ { .text = "" }, &fields[0], "s " },
		{ { .text = "\xF0\x9F\x94\x91" }, &fields[0], "s \xF0\x9F\x94\x91" },
		{ { .number = 0 }, &fields[1], "u 0" },
		{ { .number = UINT32_MAX }, &fields[1], "u 4294967295" },
		{ { .time = UINT64_MAX }, &fields[2], "t 18446744073709551615" },
		{ { .services = "sudo,sshd" }, &fields[3], "as sudo sshd" },
		{ { .services = "" }, &fields[3], "as" },
		{ { .flag = true }, &fields[4], "b 1" },
		{ { .flag = false }, &fields[4], "b 0" },
	};
	DBusMessageIter from;

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_true(reply_append_one(&to, table[i].field, &table[i].view));
	assert_true(dbus_message_iter_init(message, &from));
	for (size_t i = 0; i < COUNT(table); i++) {
		char value[64];

		read_value(&from, value, sizeof(value));
		assert_string_equal(value, table[i].value);
		(void)dbus_message_iter_next(&from);
	}
}

static void all_properties_in_order_of_table(void **state)
{
	static const struct view view = { .text = "" };

	(void)state;
	assert_true(reply_append(&to, &properties, NULL, &view));
	assert_keys("Text Number Time Services Flag ");
}

static void fields_without_property_not_shown(void **state)
{
	(void)state;
	assert_null(reply_type(&fields[5]));
	assert_false(reply_append_one(&to, &fields[5], &(struct view) { .text = "" }));
}

static void only_named_properties_when_some_are_asked_for(void **state)
{
	static const struct view view = { .text = "" };
	static const struct {
		const char *const names[4];
		const char *keys;
	} table[] = {
		{ { NULL }, "" },
		{ { "Number", NULL }, "Number " },
		{ { "Time", "Text", NULL }, "Text Time " },
		{ { "Time", "Number", "Text", NULL }, "Text Number Time " },
		{ { "Text", "Text", NULL }, "Text " },
		{ { "Weight", NULL }, "" },
		{ { "Weight", "Time", NULL }, "Time " },
		{ { "text", "Tex", "Texts", NULL }, "" },
		{ { "", NULL }, "" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		assert_true(reply_append(&to, &properties, table[i].names, &view));
		assert_keys(table[i].keys);
		(void)tear_down(state);
		assert_int_equal(set_up(state), 0);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(value_has_type_of_its_property),
		TEST(all_properties_in_order_of_table),
		TEST(fields_without_property_not_shown),
		TEST(only_named_properties_when_some_are_asked_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
