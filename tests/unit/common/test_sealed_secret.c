/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A secret in a sealed memfd. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/sealed_secret.h"

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020 /* Linux 6.3 */
#endif

static const char secret[] = "a secret";

static void secrecy__descriptor_is_sealed_and_read_from_its_beginning(void **state)
{
	const int all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	int fd = sealed_secret_new("test", secret, sizeof(secret));
	char got[sizeof(secret) + 1];

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & all, all);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(read(fd, got, sizeof(got)), sizeof(secret));
	assert_string_equal(got, secret);
	assert_true(pwrite(fd, "x", 1, 0) < 0 && errno == EPERM);
	close(fd);
}

static bool kernel_has_noexec(void)
{
	struct utsname name;
	unsigned int major, minor;

	assert_int_equal(uname(&name), 0);
	assert_int_equal(sscanf(name.release, "%u.%u", &major, &minor), 2);
	return major > 6 || (major == 6 && minor >= 3);
}

static void secrecy__descriptor_cannot_be_executed(void **state)
{
	char *const nothing[] = { NULL };
	struct stat st;
	int fd;

	(void)state;
	if (!kernel_has_noexec())
		return;
	fd = sealed_secret_new("test", secret, sizeof(secret));
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & F_SEAL_EXEC, F_SEAL_EXEC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0111, 0);
	assert_true(fchmod(fd, 0700) < 0 && errno == EPERM);
	assert_true(fexecve(fd, nothing, nothing) < 0 && errno == EACCES);
	close(fd);
}

/* limit: of resource, while a secret is made. */
static int make_within(__rlimit_resource_t resource, rlim_t limit, const char *name)
{
	struct rlimit before, small;
	int r;

	assert_int_equal(getrlimit(resource, &before), 0);
	small = (struct rlimit) { limit, before.rlim_max };
	assert_int_equal(setrlimit(resource, &small), 0);
	r = sealed_secret_new(name, secret, sizeof(secret));
	assert_int_equal(setrlimit(resource, &before), 0);
	return r;
}

static void what_cannot_be_made_or_written_whole_is_an_error(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(sealed_secret_new(name, secret, sizeof(secret)), -EINVAL);
	assert_int_equal(make_within(RLIMIT_NOFILE, 0, "test"), -EMFILE);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(make_within(RLIMIT_FSIZE, 0, "test"), -EFBIG);
	assert_int_equal(make_within(RLIMIT_FSIZE, 4, "test"), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrecy__descriptor_is_sealed_and_read_from_its_beginning),
		cmocka_unit_test(secrecy__descriptor_cannot_be_executed),
		cmocka_unit_test(what_cannot_be_made_or_written_whole_is_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
