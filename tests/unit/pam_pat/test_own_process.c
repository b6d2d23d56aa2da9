/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the module says about the process that it runs in. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pam_pat/own_process.h"

/* What the module finds in place of a file of proc(5), whose path ends like that. */
static struct {
	const char *path; /* NULL: the file itself */
	const char *text; /* NULL: it cannot be read */
	size_t len;
	int error; /* of open(); 0: none */
} fake;

static bool no_directory;

/* In the place of the C library's. */
int open(const char *path, int flags, ...)
{
	const size_t len = strlen(path), end = fake.path ? strlen(fake.path) : 0;
	int fd;

	if (end == 0 || len < end || strcmp(path + len - end, fake.path) != 0)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);
	errno = fake.error;
	if (fake.error != 0)
		return -1;
	if (!fake.text)
		return (int)syscall(SYS_openat, AT_FDCWD, "/", flags, 0);
	fd = memfd_create("fake", MFD_CLOEXEC);
	assert_int_equal(write(fd, fake.text, fake.len), fake.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

ssize_t readlink(const char *path, char *buffer, size_t size)
{
	if (no_directory) {
		errno = EACCES;
		return -1;
	}
	return syscall(SYS_readlinkat, AT_FDCWD, path, buffer, size);
}

static int tear_down(void **state)
{
	(void)state;
	fake.path = NULL;
	no_directory = false;
	return 0;
}

static int read_with(const char *path, const char *text, struct pat_process *process)
{
	fake.path = path;
	fake.text = text;
	fake.len = text ? strlen(text) : 0;
	fake.error = 0;
	return process_read_own(process);
}

static void process_is_this_one_and_the_one_that_started_it(void **state)
{
	struct pat_process process;
	uint64_t start_time = 0;
	char name[16] = "a) 1 2 (b", directory[512] = "";

	(void)state;
	/* A name that looks like more columns of proc(5). */
	FILE *comm = fopen("/proc/self/comm", "w");

	assert_non_null(comm);
	assert_true(fputs(name, comm) >= 0);
	assert_int_equal(fclose(comm), 0);
	assert_int_equal(process_read_own(&process), 0);
	assert_true(pat_process_check(&process, sizeof(process)));
	assert_int_equal(process.pid, getpid());
	assert_int_equal(process.uid, getuid());
	assert_int_equal(process.parent_pid, getppid());
	assert_true(process.start_time > 0);
	assert_int_equal(process_start_time(&start_time), 0);
	assert_int_equal(start_time, process.start_time);
	assert_non_null(strstr(process.command, "test_own_process"));
	assert_int_equal(process.command[process.command_len - 1], '\0');
	assert_int_equal(process.command_cut, 0);
	assert_true(process.parent_len > 0);
	assert_non_null(getcwd(directory, sizeof(directory)));
	assert_string_equal(process.directory, directory);
}

static void process_without_a_command_line_is_an_error(void **state)
{
	struct pat_process process = { 0 };

	(void)state;
	assert_int_equal(read_with("/self/cmdline", "", &process), -ENODATA);
	assert_int_equal(read_with("/self/cmdline", NULL, &process), -EISDIR);
	fake.error = EACCES;
	assert_int_equal(process_read_own(&process), -EACCES);
	assert_int_equal(process.magic, 0);
}

static void command_line_that_does_not_fit_is_marked(void **state)
{
	static char text[sizeof(((struct pat_process *)NULL)->command) + 100];
	struct pat_process process;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(read_with("/self/cmdline", text, &process), 0);
	assert_int_equal(process.command_len, sizeof(process.command));
	assert_int_equal(process.command_cut, 1);
}

static void status_that_is_not_as_in_proc_is_an_error(void **state)
{
	static const char *const bad[] = {
		"",
		"1 (a",
		"1 (a)",
		"1 (a) S",
		"1 (a) S x",
		"1 (a) S 99999999999999999999999",
		"1 (a) S 4294967296 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1",
		"1 (a) S 2 3 4",
	};
	struct pat_process process = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_that(read_with("/self/stat", bad[i], &process) == -EBADMSG, "%s", bad[i]);
	assert_int_equal(read_with("/self/stat", NULL, &process), -EISDIR);
	assert_int_equal(process.magic, 0);
}

static void what_is_not_known_of_parent_and_directory_is_not_said(void **state)
{
	static const char orphan[] = "1 (a) S 0 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 77 1";
	struct pat_process process;
	char parent[32];

	(void)state;
	assert_int_equal(read_with("/self/stat", orphan, &process), 0);
	assert_int_equal(process.parent_pid, 0);
	assert_int_equal(process.parent_len, 0);
	assert_int_equal(process.start_time, 77);
	(void)snprintf(parent, sizeof(parent), "/%u/cmdline", (unsigned int)getppid());
	assert_int_equal(read_with(parent, NULL, &process), 0);
	assert_int_equal(process.parent_pid, 0);
	no_directory = true;
	assert_int_equal(process_read_own(&process), 0);
	assert_string_equal(process.directory, "");
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(process_is_this_one_and_the_one_that_started_it),
		TEST(process_without_a_command_line_is_an_error),
		TEST(command_line_that_does_not_fit_is_marked),
		TEST(status_that_is_not_as_in_proc_is_an_error),
		TEST(what_is_not_known_of_parent_and_directory_is_not_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
