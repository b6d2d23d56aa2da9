/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of common/error. */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/error.h"

static void each_error_is_found_by_its_name(void **state)
{
	(void)state;
	for (unsigned int e = PAT_OK + 1; e < PAT_ERRORS; e++) {
		const char *name = pat_error_name((enum pat_error)e);

		assert_non_null(name);
		assert_int_equal(pat_error_from_name(name), e);
		/* The D-Bus specification: 255 bytes, elements joined by dots. */
		assert_true(strlen(name) <= 255 && strchr(name, '.') != NULL);
	}
}

static void no_error_has_no_name(void **state)
{
	(void)state;
	assert_null(pat_error_name(PAT_OK));
	assert_null(pat_error_name(PAT_ERRORS));
}

static void foreign_name_is_no_error(void **state)
{
	static const char *const names[] = {
		"",
		"org.patd.Tokens1.Error.",
		"org.patd.Tokens1.Error.notfound",
		"org.patd.Tokens1.Error.NotFound.More",
		"org.patd.Tokens2.Error.NotFound",
		"org.freedesktop.DBus.Error.ServiceUnknown",
		"org.freedesktop.DBus.Error.NoReply",
		"NotFound",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(pat_error_from_name(names[i]), PAT_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_is_found_by_its_name),
		cmocka_unit_test(no_error_has_no_name),
		cmocka_unit_test(foreign_name_is_no_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
