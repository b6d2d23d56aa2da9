/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The secret that patd passes in a memfd. */
#include "desktop/client/patd_secret.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/unit/unit.h"

static int memfd_of(const char *text, size_t len)
{
	const int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	return fd;
}

static void test_all_of_it_is_read_wherever_the_offset_is(void **state)
{
	const int fd = memfd_of("pat_abc", 7);
	g_autoptr(PatdSecret) secret = patd_secret_read(fd, NULL);
	PatdSecret *again;

	(void)state;
	assert_non_null(secret);
	assert_string_equal(patd_secret_get_text(secret), "pat_abc");
	again = patd_secret_ref(secret);
	patd_secret_unref(again);
	assert_string_equal(patd_secret_get_text(secret), "pat_abc");
	/* It is still open. */
	assert_int_equal(close(fd), 0);
}

static void assert_refused(int fd)
{
	g_autoptr(GError) error = NULL;

	assert_null(patd_secret_read(fd, &error));
	assert_non_null(error);
	(void)close(fd);
}

static void test_what_is_no_token_is_refused(void **state)
{
	char large[1025];
	int pipe_fds[2];

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_refused(memfd_of("", 0));
	assert_refused(memfd_of(large, sizeof(large)));
	assert_refused(memfd_of("pat\0abc", 7));
	assert_refused(memfd_of("pat abc\n", 8));
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	assert_refused(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	assert_refused(-1);
}

static void test_longest_is_read(void **state)
{
	char large[1024];
	g_autoptr(PatdSecret) secret = NULL;
	int fd;

	(void)state;
	memset(large, 'x', sizeof(large));
	fd = memfd_of(large, sizeof(large));
	secret = patd_secret_read(fd, NULL);
	assert_non_null(secret);
	assert_int_equal(strlen(patd_secret_get_text(secret)), sizeof(large));
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it_is_read_wherever_the_offset_is),
		cmocka_unit_test(test_what_is_no_token_is_refused),
		cmocka_unit_test(test_longest_is_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
