/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From D-Bus errors to exit codes. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/error.h"
#include "patctl/base/outcome.h"

static enum outcome of(const char *name)
{
	DBusError error = DBUS_ERROR_INIT;
	enum outcome outcome;

	dbus_set_error_const(&error, name, "why");
	outcome = outcome_of(&error)->outcome;
	assert_non_null(outcome_of(&error)->word);
	dbus_error_free(&error);
	return outcome;
}

static void every_error_of_patd_has_an_exit_code(void **state)
{
	static const enum outcome codes[PAT_ERRORS] = {
		[PAT_ERR_INVALID_NAME] = 2,
		[PAT_ERR_NAME_TAKEN] = 1,
		[PAT_ERR_INVALID_EXPIRY] = 2,
		[PAT_ERR_UNKNOWN_USER] = 1,
		[PAT_ERR_NOT_FOUND] = 4,
		[PAT_ERR_NOT_REVOKED] = 1,
		[PAT_ERR_EXPIRED] = 1,
		[PAT_ERR_NOT_ACTIVE] = 1,
		[PAT_ERR_NOT_RESTORABLE] = 1,
		[PAT_ERR_INVALID_RESTRICTION] = 2,
		[PAT_ERR_AGAINST_POLICY] = 5,
		[PAT_ERR_DISABLED] = 5,
		[PAT_ERR_NOT_ISSUER] = 5,
		[PAT_ERR_DENIED] = 5,
		[PAT_ERR_INTERACTIVE] = 5,
		[PAT_ERR_INVALID_ARGS] = 2,
		[PAT_ERR_BUSY] = 1,
		[PAT_ERR_STORAGE] = 1,
		[PAT_ERR_NO_MEMORY] = 1,
	};

	(void)state;
	for (unsigned int e = PAT_OK + 1; e < PAT_ERRORS; e++)
		assert_int_equal(of(pat_error_name((enum pat_error)e)), codes[e]);
}

static void only_refusals_of_the_policy_advise_to_look_at_it(void **state)
{
	(void)state;
	for (unsigned int e = PAT_OK + 1; e < PAT_ERRORS; e++) {
		DBusError error = DBUS_ERROR_INIT;
		const char *advice;

		/* Whatever the message says. */
		dbus_set_error_const(&error, pat_error_name((enum pat_error)e), "try: patctl help");
		advice = outcome_of(&error)->advice;
		assert_int_equal(advice && strcmp(advice, "see: patctl policy") == 0,
			e == PAT_ERR_AGAINST_POLICY);
		dbus_error_free(&error);
	}
}

static void missing_bus_or_patd_is_unreachable(void **state)
{
	(void)state;
	assert_int_equal(of(DBUS_ERROR_NO_SERVER), 8);
	assert_int_equal(of(DBUS_ERROR_FILE_NOT_FOUND), 8);
	assert_int_equal(of(DBUS_ERROR_SERVICE_UNKNOWN), 8);
	assert_int_equal(of(DBUS_ERROR_NO_REPLY), 8);
	assert_int_equal(of(DBUS_ERROR_DISCONNECTED), 8);
	assert_int_equal(of(DBUS_ERROR_SPAWN_CHILD_EXITED), 8);
	assert_int_equal(of("org.freedesktop.DBus.Error.Spawn.ExecFailed"), 8);
	assert_int_equal(of("org.freedesktop.systemd1.UnitMasked"), 8);
	assert_int_equal(of(OUTCOME_ERROR_NOT_STARTED), 8);
}

static void unknown_errors_are_failures(void **state)
{
	(void)state;
	assert_int_equal(of(OUTCOME_ERROR_AMBIGUOUS), 4);
	assert_int_equal(of(OUTCOME_ERROR_NO_TERMINAL), 5);
	assert_int_equal(of(OUTCOME_ERROR_NOT_AUTHENTICATED), 5);
	assert_int_equal(of(DBUS_ERROR_UNKNOWN_OBJECT), 4);
	assert_int_equal(of(OUTCOME_ERROR_MALFORMED), 1);
	assert_int_equal(of(OUTCOME_ERROR_HOST_UNREACHABLE), 8);
	assert_int_equal(of(OUTCOME_ERROR_HOST_DENIED), 5);
	assert_int_equal(of(OUTCOME_ERROR_HOST_POLICY), 5);
	assert_int_equal(of("org.example.Whatever"), 1);
}

static void equal_outcomes_keep_their_code(void **state)
{
	(void)state;
	assert_int_equal(outcome_join(OUTCOME_DONE, 0, OUTCOME_NOT_FOUND), OUTCOME_NOT_FOUND);
	assert_int_equal(outcome_join(OUTCOME_NOT_FOUND, 1, OUTCOME_NOT_FOUND), OUTCOME_NOT_FOUND);
	assert_int_equal(outcome_join(OUTCOME_DONE, 1, OUTCOME_NOT_FOUND), OUTCOME_FAILED);
	assert_int_equal(outcome_join(OUTCOME_NOT_FOUND, 1, OUTCOME_DENIED), OUTCOME_FAILED);
	assert_int_equal(outcome_join(OUTCOME_FAILED, 2, OUTCOME_DONE), OUTCOME_FAILED);
	assert_int_equal(outcome_join(OUTCOME_DONE, 5, OUTCOME_DONE), OUTCOME_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_of_patd_has_an_exit_code),
		cmocka_unit_test(only_refusals_of_the_policy_advise_to_look_at_it),
		cmocka_unit_test(missing_bus_or_patd_is_unreachable),
		cmocka_unit_test(unknown_errors_are_failures),
		cmocka_unit_test(equal_outcomes_keep_their_code),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
