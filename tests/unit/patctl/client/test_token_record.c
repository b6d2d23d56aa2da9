/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as it comes over the bus. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "patctl/client/token_record.h"

struct property {
	const char *key, *type;
	union {
		const char *s, *as[3];
		dbus_uint32_t u;
		dbus_uint64_t t;
	} value;
};

static const struct property good[] = {
	{ "Id", "s", { .s = "abcDEF0123" } },
	{ "Name", "s", { .s = "nightly backup" } },
	{ "Uid", "u", { .u = 5 } },
	{ "User", "s", { .s = "games" } },
	{ "State", "s", { .s = "revoked" } },
	{ "CreatedAt", "t", { .t = 1 } },
	{ "ExpiresAt", "t", { .t = UINT64_C(253402300799) } },
	{ "RevokedAt", "t", { .t = 3 } },
	{ "LastUsedAt", "t", { .t = 4 } },
	{ "LastUsedService", "s", { .s = "sudo" } },
	{ "LastUsedFrom", "s", { .s = "192.0.2.7" } },
	{ "CreatedBy", "u", { .u = 6 } },
	{ "Services", "as", { .as = { "ssh*", "sudo" } } },
	{ "Sources", "as", { .as = { NULL } } },
	{ "Hours", "s", { .s = "Mon..Fri 08:00-18:00" } },
	{ "NotBefore", "t", { .t = 7 } },
	{ "MaxUses", "t", { .t = 8 } },
	{ "Uses", "t", { .t = 9 } },
	{ "RevokedUntil", "t", { .t = 10 } },
	{ "RevokedReason", "s", { .s = "lost" } },
	{ "Rotations", "u", { .u = 11 } },
	{ "RotatedAt", "t", { .t = 12 } },
	{ "FormerUntil", "t", { .t = 13 } },
	{ "Colour", "s", { .s = "a property of a later version" } },
};

#define GOOD (sizeof(good) / sizeof(good[0]))

static void append(DBusMessageIter *variant, const struct property *p)
{
	DBusMessageIter list;

	if (*p->type != DBUS_TYPE_ARRAY) {
		dbus_message_iter_append_basic(variant, *p->type, &p->value);
		return;
	}
	dbus_message_iter_open_container(variant, DBUS_TYPE_ARRAY, "s", &list);
	for (size_t i = 0; p->value.as[i]; i++)
		dbus_message_iter_append_basic(&list, DBUS_TYPE_STRING, &p->value.as[i]);
	dbus_message_iter_close_container(variant, &list);
}

/* Reads a message that has these properties. */
static bool read_properties(const struct property *properties, size_t n, struct token *ret)
{
	DBusMessage *message = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
	DBusMessageIter iter, array, entry, variant;
	bool ok;

	dbus_message_iter_init_append(message, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "{sv}", &array);
	for (size_t i = 0; i < n; i++) {
		const struct property *p = &properties[i];

		dbus_message_iter_open_container(&array, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
		dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &p->key);
		dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, p->type, &variant);
		append(&variant, p);
		dbus_message_iter_close_container(&entry, &variant);
		dbus_message_iter_close_container(&array, &entry);
	}
	dbus_message_iter_close_container(&iter, &array);
	dbus_message_iter_init(message, &iter);
	ok = token_read(&iter, ret);
	dbus_message_unref(message);
	return ok;
}

static void all_properties_are_read(void **state)
{
	struct token token;

	(void)state;
	assert_true(read_properties(good, GOOD, &token));
	assert_string_equal(token.id.text, "abcDEF0123");
	assert_string_equal(token.name, "nightly backup");
	assert_string_equal(token.user, "games");
	assert_string_equal(token.state, "revoked");
	assert_int_equal(token.uid, 5);
	assert_int_equal(token.created_at, 1);
	assert_int_equal(token.expires_at, UINT64_C(253402300799));
	assert_int_equal(token.revoked_at, 3);
	assert_int_equal(token.last_used_at, 4);
	assert_string_equal(token.last_used_service, "sudo");
	assert_string_equal(token.last_used_from, "192.0.2.7");
	assert_int_equal(token.created_by, 6);
	assert_string_equal(token.restrictions[PAT_SERVICES].list[0], "ssh*");
	assert_string_equal(token.restrictions[PAT_SERVICES].list[1], "sudo");
	assert_null(token.restrictions[PAT_SERVICES].list[2]);
	assert_null(token.restrictions[PAT_SOURCES].list[0]);
	assert_string_equal(token.restrictions[PAT_HOURS].text, "Mon..Fri 08:00-18:00");
	assert_int_equal(token.restrictions[PAT_NOT_BEFORE].number, 7);
	assert_int_equal(token.restrictions[PAT_MAX_USES].number, 8);
	assert_int_equal(token.uses, 9);
	assert_int_equal(token.revoked_until, 10);
	assert_string_equal(token.revoked_reason, "lost");
	assert_int_equal(token.rotations, 11);
	assert_int_equal(token.rotated_at, 12);
	assert_int_equal(token.former_until, 13);
	token_clear(&token);
}

static void record_that_breaks_the_contract_is_refused(void **state)
{
	struct property bad[GOOD];
	struct token token = { .uid = 42 };

	(void)state;
	for (size_t i = 0; i < GOOD - 1; i++) {
		/* The last, which nobody needs, takes the place of one that is needed. */
		memcpy(bad, good, sizeof(good));
		bad[i] = good[GOOD - 1];
		assert_false(read_properties(bad, GOOD, &token));

		memcpy(bad, good, sizeof(good));
		bad[i].type = "i";
		bad[i].value.t = 0;
		assert_false(read_properties(bad, GOOD, &token));
	}
	/* Twice. */
	memcpy(bad, good, sizeof(good));
	bad[GOOD - 1] = good[1];
	assert_false(read_properties(bad, GOOD, &token));
	memcpy(bad, good, sizeof(good));
	bad[0].value.s = "../../etc1";
	assert_false(read_properties(bad, GOOD, &token));
	assert_int_equal(token.uid, 42);
}

static void array_grows_and_owns_its_tokens(void **state)
{
	struct tokens tokens = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct token token = { .name = strdup("n"), .uid = i };

		tokens_append(&tokens, &token);
	}
	assert_int_equal(tokens.n, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(tokens.items[i].uid, i);
	tokens_clear(&tokens);
	assert_int_equal(tokens.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_properties_are_read),
		cmocka_unit_test(record_that_breaks_the_contract_is_refused),
		cmocka_unit_test(array_grows_and_owns_its_tokens),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
