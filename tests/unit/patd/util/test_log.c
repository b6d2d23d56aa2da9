/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log lines by hand and for the journal. */
#include <sys/socket.h>

#include "patd/util/log.h"
#include "tests/unit/patd/place.h"

static struct place place;

/* What a call of log_error() with the text writes to standard error. */
static void logged(const char *text, char *ret_line, size_t size)
{
	int old = dup(STDERR_FILENO);
	int fd = open(place_path(&place, "err"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t len;

	assert_true(old >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
	log_error("%s", text);
	assert_true(dup2(old, STDERR_FILENO) >= 0);
	close(old);
	len = place_read(&place, "err", ret_line, size - 1);
	ret_line[len] = '\0';
}

static void line_on_terminal_names_patd(void **state)
{
	char line[1024];

	(void)state;
	(void)unsetenv("JOURNAL_STREAM");
	logged("the disk is full", line, sizeof(line));
	assert_string_equal(line, "patd: the disk is full\n");
}

static void line_for_journal_has_priority(void **state)
{
	char line[1024], stream[64];
	struct stat st;

	(void)state;
	place_write(&place, "err", 0600, "", 0);
	st = place_stat(&place, "err");
	(void)snprintf(
		stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	logged("the disk is full", line, sizeof(line));
	assert_string_equal(line, "<3>the disk is full\n");
	(void)unsetenv("JOURNAL_STREAM");
}

/* Below a desktop's terminal the variable is that of the terminal. */
static void journal_of_another_process_is_ignored(void **state)
{
	static const char *const streams[] = { "", "8", "8:1", "a:b" };
	char line[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(streams); i++) {
		assert_int_equal(setenv("JOURNAL_STREAM", streams[i], 1), 0);
		logged("the disk is full", line, sizeof(line));
		assert_string_equal(line, "patd: the disk is full\n");
	}
	(void)unsetenv("JOURNAL_STREAM");
}

static void long_line_is_cut(void **state)
{
	char text[2000], line[4000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	logged(text, line, sizeof(line));
	assert_int_equal(strspn(line, "patd: x") + 1, strlen(line));
	assert_between(strlen(line), 500, 600);
}

/* Whoever reads it has stopped. */
static void line_that_would_wait_is_lost_and_counted(void **state)
{
	char bytes[1 << 17];
	int fds[2], old = dup(STDERR_FILENO);
	unsigned int lost = 0;
	ssize_t n;

	(void)state;
	assert_true(old >= 0);
	for (int is_socket = 0; is_socket < 2; is_socket++) {
		if (is_socket)
			assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		else
			assert_int_equal(pipe(fds), 0);
		assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
		for (unsigned int i = 0; i < 20000; i++)
			log_error("line");
		n = read(fds[0], bytes, sizeof(bytes));
		assert_true(n > 0);
		/* There is room again. */
		log_error("the next");
		assert_true(dup2(old, STDERR_FILENO) >= 0);
		close(fds[1]);
		while (n > 0) {
			n = read(fds[0], bytes, sizeof(bytes) - 1);
			assert_true(n >= 0);
			bytes[n] = '\0';
			if (strstr(bytes, "messages before this one are lost\npatd: the next\n"))
				lost++;
		}
		close(fds[0]);
		assert_int_equal(lost, 1 + is_socket);
	}
	close(old);
}

static int set_up(void **state)
{
	(void)state;
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
		TEST(line_on_terminal_names_patd),
		TEST(line_for_journal_has_priority),
		TEST(journal_of_another_process_is_ignored),
		TEST(long_line_is_cut),
		TEST(line_that_would_wait_is_lost_and_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
