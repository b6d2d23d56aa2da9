/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd. */
#include <errno.h>
#include <getopt.h>

#include "patd/command_line.h"
#include "tests/unit/patd/place.h"

static struct place place;
static char out[4096], err[4096];

/* Replaces a stream's descriptor by a file; returns the old one. */
static int divert(FILE *stream, const char *name)
{
	int old, fd;

	assert_int_equal(fflush(stream), 0);
	old = dup(fileno(stream));
	fd = open(place_path(&place, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(old >= 0 && fd >= 0);
	assert_true(dup2(fd, fileno(stream)) >= 0);
	close(fd);
	return old;
}

static void put_back(FILE *stream, int old, const char *name, char *ret_text, size_t size)
{
	size_t len;

	assert_int_equal(fflush(stream), 0);
	assert_true(dup2(old, fileno(stream)) >= 0);
	close(old);
	len = place_read(&place, name, ret_text, size - 1);
	ret_text[len] = '\0';
}

/* arguments: those after the program's name, and NULL.  The strings stay until the next call. */
static int read_options(const char *const *arguments, struct options *ret_options)
{
	static char words[12][64];
	char *argv[COUNT(words) + 1] = { words[0] };
	int argc = 1, old_out, old_err, r;

	(void)strcpy(words[0], "patd");
	for (; arguments[argc - 1]; argc++) {
		assert_true(strlen(arguments[argc - 1]) < sizeof(words[0]));
		(void)strcpy(words[argc], arguments[argc - 1]);
		argv[argc] = words[argc];
	}
	old_out = divert(stdout, "out");
	old_err = divert(stderr, "err");
	optind = 0; /* glibc: from the start */
	r = options_read(argc, argv, ret_options);
	put_back(stdout, old_out, "out", out, sizeof(out));
	put_back(stderr, old_err, "err", err, sizeof(err));
	return r;
}

static void no_options_give_defaults(void **state)
{
	const char *const none[] = { NULL };
	struct options options;

	(void)state;
	assert_int_equal(read_options(none, &options), 0);
	assert_string_equal(options.conf_dir, PAT_CONF_DIR);
	assert_string_equal(options.state_dir, PAT_STATE_DIR);
	assert_string_equal(options.runtime_dir, PAT_RUNTIME_DIR);
	assert_int_equal(options.ready_fd, -1);
	assert_false(options.check_config);
	assert_string_equal(out, "");
	assert_string_equal(err, "");
}

static void each_option_is_read(void **state)
{
	static const char *const joined[] = { "--config-dir=/c", "--state-dir=/s",
		"--runtime-dir=/r", "--ready-fd=1", "--check-config", NULL };
	static const char *const apart[] = { "--config-dir", "/c", "--state-dir", "/s",
		"--runtime-dir", "/r", NULL };
	const char *const *const all[] = { joined, apart };
	struct options options;

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		assert_int_equal(read_options(all[i], &options), 0);
		assert_string_equal(options.conf_dir, "/c");
		assert_string_equal(options.state_dir, "/s");
		assert_string_equal(options.runtime_dir, "/r");
		assert_int_equal(options.ready_fd, i == 0 ? 1 : -1);
		assert_int_equal(options.check_config, i == 0);
	}
}

static void help_and_version_go_to_standard_output(void **state)
{
	static const char *const help[] = { "--help", NULL }, *const version[] = { "--version",
		NULL };
	struct options options = { .ready_fd = 77 };

	(void)state;
	assert_int_equal(read_options(help, &options), 1);
	assert_memory_equal(out, "Usage: patd ", 12);
	assert_non_null(strstr(out, "--state-dir"));
	assert_string_equal(err, "");
	assert_int_equal(read_options(version, &options), 1);
	assert_string_equal(out, "patd " PAT_VERSION "\n");
	assert_int_equal(options.ready_fd, 77);
}

static void wrong_option_is_reported_on_standard_error(void **state)
{
	static const char *const lines[][3] = {
		{ "--nonsense" },
		{ "-x" },
		{ "argument" },
		{ "--", "argument" },
		{ "--config-dir" },
		{ "--help=me" },
		{ "--check-config=now" },
		{ "--ready-fd=" },
		{ "--ready-fd=x" },
		{ "--ready-fd=1x" },
		{ "--ready-fd=-1" },
		{ "--ready-fd=999" },
		{ "--ready-fd=2147483648" },
		{ "--ready-fd=99999999999999999999" },
	};
	struct options options = { .ready_fd = 77 };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_that(read_options(lines[i], &options) == -EINVAL, "%s", lines[i][0]);
		assert_that(strncmp(err, "patd: ", 6) == 0, "%s: %s", lines[i][0], err);
		assert_string_equal(out, "");
		assert_int_equal(options.ready_fd, 77);
	}
}

static int set_up(void **state)
{
	(void)state;
	(void)unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
	place_make(&place);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	place_remove(&place);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_options_give_defaults),
		TEST(each_option_is_read),
		TEST(help_and_version_go_to_standard_output),
		TEST(wrong_option_is_reported_on_standard_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
