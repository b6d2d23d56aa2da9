/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of the module. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>

#include "pam_pat/module_options.h"

static char logged[256];

/* In the place of libpam's. */
void pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format, va_list args)
{
	(void)pamh;
	(void)priority;
	(void)vsnprintf(logged, sizeof(logged), format, args);
}

static int parse(const char *argument, struct pat_options *ret_options)
{
	logged[0] = '\0';
	return options_parse(NULL, 1, &argument, ret_options);
}

static void no_options_are_the_defaults(void **state)
{
	struct pat_options options;

	(void)state;
	assert_int_equal(options_parse(NULL, 0, NULL, &options), 0);
	assert_null(options.prompt);
	assert_null(options.socket);
	assert_int_equal(options.timeout, 3000);
	assert_int_equal(options.notice, 7 * 86400);
	assert_false(options.debug);
	assert_false(options.nodelay);
	assert_false(options.quiet);
}

static void each_option_is_parsed(void **state)
{
	const char *argv[] = { "debug", "nodelay", "prompt=Token: ", "socket=/run/x", "timeout=5",
		"try_first_pass", "use_first_pass", "notice=14d", "quiet" };
	struct pat_options options;

	(void)state;
	logged[0] = '\0';
	assert_int_equal(options_parse(NULL, COUNT(argv), argv, &options), 0);
	assert_string_equal(logged, "");
	assert_string_equal(options.prompt, "Token: ");
	assert_string_equal(options.socket, "/run/x");
	assert_int_equal(options.timeout, 5000);
	assert_int_equal(options.notice, 14 * 86400);
	assert_true(options.debug);
	assert_true(options.nodelay);
	assert_true(options.quiet);
}

static void unknown_option_is_logged_and_ignored(void **state)
{
	static const char *const unknown[] = { "", "nullok", "debug=1", "debugging", "Debug",
		"nodelay=no", "timeout", "use_first_pass=no", "prompt", "quiet=yes", "notice" };

	(void)state;
	for (size_t i = 0; i < COUNT(unknown); i++) {
		struct pat_options options;

		assert_int_equal(parse(unknown[i], &options), 0);
		assert_non_null(strstr(logged, "unknown option"));
		assert_int_equal(options.timeout, 3000);
		assert_false(options.debug);
	}
}

static void timeout_has_units_and_limits(void **state)
{
	static const struct {
		const char *argument;
		unsigned int timeout;
	} good[] = {
		{ "timeout=1", 1000 },
		{ "timeout=60", 60000 },
		{ "timeout=1ms", 1 },
		{ "timeout=250ms", 250 },
		{ "timeout=60000ms", 60000 },
		{ "timeout=007", 7000 },
	};
	static const char *const bad[] = { "timeout=", "timeout=0", "timeout=0ms", "timeout=-1",
		"timeout=+1", "timeout= 1", "timeout=1 ", "timeout=1.5", "timeout=61",
		"timeout=60001ms", "timeout=99999", "timeout=4294967297", "timeout=ms",
		"timeout=3s", "timeout=1e1", "timeout=0x1", "timeout=18446744073709551617ms" };
	struct pat_options options;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(parse(good[i].argument, &options), 0);
		assert_int_equal(options.timeout, good[i].timeout);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		options.timeout = 42;
		assert_int_equal(parse(bad[i], &options), -EINVAL);
		assert_non_null(strstr(logged, bad[i]));
		assert_int_equal(options.timeout, 42);
	}
}

static void notice_is_a_period_or_none(void **state)
{
	static const struct {
		const char *argument;
		uint64_t notice;
	} good[] = {
		{ "notice=none", 0 },
		{ "notice=0d", 0 },
		{ "notice=12h", 43200 },
		{ "notice=1 month 1d", 2629800 + 86400 },
	};
	static const char *const bad[] = { "notice=", "notice=0", "notice=7", "notice=never",
		"notice=-1d", "notice=infinity", "notice=1d x", "notice=None" };
	struct pat_options options;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(parse(good[i].argument, &options), 0);
		assert_int_equal(options.notice, good[i].notice);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		options.notice = 42;
		assert_int_equal(parse(bad[i], &options), -EINVAL);
		assert_non_null(strstr(logged, bad[i]));
		assert_int_equal(options.notice, 42);
	}
}

static void socket_must_be_an_absolute_path_that_fits(void **state)
{
	char path[128] = "socket=/";
	struct pat_options options;

	(void)state;
	assert_int_equal(parse("socket=", &options), -EINVAL);
	assert_int_equal(parse("socket=run/x", &options), -EINVAL);

	memset(path + 8, 'x', sizeof(path) - 8);
	path[strlen("socket=") + 107] = '\0';
	assert_int_equal(parse(path, &options), 0);
	path[strlen("socket=") + 107] = 'x';
	path[strlen("socket=") + 108] = '\0';
	assert_int_equal(parse(path, &options), -EINVAL);
}

static void quiet_and_pam_silent_show_nothing(void **state)
{
	struct pat_options options;

	(void)state;
	assert_int_equal(parse("quiet", &options), 0);
	assert_true(options_are_silent(&options, 0));
	assert_int_equal(parse("debug", &options), 0);
	assert_true(options_are_silent(&options, (int)PAM_SILENT));
	assert_false(options_are_silent(&options, PAM_DELETE_CRED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_options_are_the_defaults),
		cmocka_unit_test(each_option_is_parsed),
		cmocka_unit_test(unknown_option_is_logged_and_ignored),
		cmocka_unit_test(timeout_has_units_and_limits),
		cmocka_unit_test(notice_is_a_period_or_none),
		cmocka_unit_test(socket_must_be_an_absolute_path_that_fits),
		cmocka_unit_test(quiet_and_pam_silent_show_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
