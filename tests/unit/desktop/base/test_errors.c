/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the page knows of an error, and what people read. */
#include "desktop/base/errors.h"
#include "tests/unit/unit.h"

#define OURS "org.patd.Tokens1.Error."
#define STANDARD "org.freedesktop.DBus.Error."

static void test_names_on_the_bus_are_kinds(void **state)
{
	static const struct {
		const char *name;
		PatdErrorKind kind;
	} rows[] = {
		{ OURS "InvalidName", PATD_INVALID_NAME },
		{ OURS "NameTaken", PATD_NAME_TAKEN },
		{ OURS "InvalidExpiry", PATD_INVALID_EXPIRY },
		{ OURS "InvalidRestriction", PATD_INVALID_RESTRICTION },
		{ OURS "AgainstPolicy", PATD_AGAINST_POLICY },
		{ OURS "Disabled", PATD_FAILED },
		{ OURS "NotIssuer", PATD_FAILED },
		{ OURS "NotFound", PATD_GONE },
		{ STANDARD "UnknownObject", PATD_GONE },
		{ STANDARD "AccessDenied", PATD_REFUSED },
		{ STANDARD "InteractiveAuthorizationRequired", PATD_NO_DIALOG },
		{ STANDARD "NoReply", PATD_OFFLINE },
		{ STANDARD "ServiceUnknown", PATD_OFFLINE },
		{ STANDARD "Spawn.ExecFailed", PATD_OFFLINE },
		{ "org.freedesktop.systemd1.UnitMasked", PATD_OFFLINE },
		{ OURS "Storage", PATD_FAILED },
		{ STANDARD "LimitsExceeded", PATD_FAILED },
		{ "com.example.Error.Unheard", PATD_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autoptr(GError) error = g_dbus_error_new_for_dbus_error(rows[i].name, "why");
		g_autofree char *text = patd_error_text(error);

		assert_that(patd_error_kind(error) == rows[i].kind, "%s", rows[i].name);
		assert_that(*text != '\0' && !strstr(text, "GDBus"), "%s: %s", rows[i].name, text);
	}
}

static void test_errors_of_the_connection_are_kinds(void **state)
{
	static const struct {
		GIOErrorEnum code;
		PatdErrorKind kind;
	} rows[] = {
		{ G_IO_ERROR_CANCELLED, PATD_CANCELLED },
		{ G_IO_ERROR_CLOSED, PATD_OFFLINE },
		{ G_IO_ERROR_TIMED_OUT, PATD_OFFLINE },
		{ G_IO_ERROR_NOT_CONNECTED, PATD_OFFLINE },
		{ G_IO_ERROR_INVALID_DATA, PATD_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, (int)rows[i].code, "why");

		assert_that(patd_error_kind(error) == rows[i].kind, "row %zu", i);
	}
}

static void test_message_of_patd_becomes_a_sentence(void **state)
{
	g_autoptr(GError) error = g_dbus_error_new_for_dbus_error(
		OURS "InvalidRestriction", "the source is not a network");
	g_autoptr(GError) umlaut = g_dbus_error_new_for_dbus_error(OURS "Storage", "\xC3\xBC"
										   "bel");
	g_autoptr(GError) empty = g_dbus_error_new_for_dbus_error(OURS "Storage", "");
	g_autofree char *text = patd_error_text(error), *capital = patd_error_text(umlaut),
			*something = patd_error_text(empty);

	(void)state;
	assert_string_equal(text, "The source is not a network");
	assert_string_equal(capital, "\xC3\x9C"
				     "bel");
	assert_string_not_equal(something, "");
	/* The error is asked more than once. */
	assert_int_equal(patd_error_kind(error), PATD_INVALID_RESTRICTION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_on_the_bus_are_kinds),
		cmocka_unit_test(test_errors_of_the_connection_are_kinds),
		cmocka_unit_test(test_message_of_patd_becomes_a_sentence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
