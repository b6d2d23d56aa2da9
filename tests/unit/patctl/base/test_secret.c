/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The secret, from a memfd to a descriptor. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include <sodium.h>

#include "patctl/base/secret.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static char token[PAT_TOKEN_LEN + 1];
static struct pat_id id;

static int make_token(void **state)
{
	(void)state;
	if (sodium_init() < 0)
		return -1;
	pat_token_new(token, &id);
	return 0;
}

static int memfd_of(const char *text, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
	if (seals)
		assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void refuse(int fd)
{
	const char *problem = NULL;

	assert_null(secret_read(fd, &id, &problem));
	assert_non_null(problem);
	close(fd);
}

static void sealed_token_is_read(void **state)
{
	int fd = memfd_of(token, SEALS);
	const char *problem;
	char *secret = secret_read(fd, &id, &problem);

	(void)state;
	assert_non_null(secret);
	assert_string_equal(secret, token);
	secret_free(&secret);
	assert_null(secret);
	close(fd);
}

static void sealed_token_of_the_first_versions_is_read(void **state)
{
	static const char first[] =
		"pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml";
	static const struct pat_id of_first = { "AbCdEfGhIj" };
	int fd = memfd_of(first, SEALS);
	const char *problem;
	char *secret = secret_read(fd, &of_first, &problem);

	(void)state;
	assert_non_null(secret);
	assert_string_equal(secret, first);
	secret_free(&secret);
	close(fd);
}

static void memfd_without_seals_is_refused(void **state)
{
	int fd[2];

	(void)state;
	refuse(memfd_of(token, 0));
	refuse(memfd_of(token, F_SEAL_SHRINK | F_SEAL_GROW));
	assert_int_equal(pipe(fd), 0);
	refuse(fd[0]);
	close(fd[1]);
	refuse(open("/dev/null", O_RDWR));
}

static void memfd_without_the_token_is_refused(void **state)
{
	char other[PAT_TOKEN_LEN + 2];
	struct pat_id other_id;

	(void)state;
	refuse(memfd_of("", SEALS));
	memcpy(other, token, PAT_TOKEN_LEN);
	memcpy(other + PAT_TOKEN_LEN, "\n", 2);
	refuse(memfd_of(other, SEALS)); /* too long */
	other[PAT_TOKEN_LEN - 1] = '\0';
	refuse(memfd_of(other, SEALS)); /* too short */
	other[PAT_TOKEN_LEN - 1] = token[PAT_TOKEN_LEN - 1] == '0' ? '1' : '0';
	other[PAT_TOKEN_LEN] = '\0';
	refuse(memfd_of(other, SEALS)); /* wrong crc */
	pat_token_new(other, &other_id);
	refuse(memfd_of(other, SEALS)); /* another id */
}

static void write_is_complete_or_fails(void **state)
{
	char got[16] = "";
	int fd[2], full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(secret_write(fd[1], "<", "secret", ">"), 0);
	assert_int_equal(read(fd[0], got, sizeof(got) - 1), 8);
	assert_string_equal(got, "<secret>");
	close(fd[0]);
	close(fd[1]);
	assert_int_equal(secret_write(full, "", "secret", "\n"), -ENOSPC);
	close(full);
	assert_int_equal(secret_write(-1, "", "secret", "\n"), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_token_is_read),
		cmocka_unit_test(sealed_token_of_the_first_versions_is_read),
		cmocka_unit_test(memfd_without_seals_is_refused),
		cmocka_unit_test(memfd_without_the_token_is_refused),
		cmocka_unit_test(write_is_complete_or_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_token, NULL);
}
