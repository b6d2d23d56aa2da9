/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of patd/crypto/token_secret. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sealed_secret.h"
#include "patd/crypto/token_secret.h"

static const char secret[] = "pat_0123456789_0000000000000000000000000000000000000002eeL2Q";
static int fd;

static void descriptor_holds_the_secret_at_offset_zero(void **state)
{
	char bytes[PAT_TOKEN_LEN + 1];

	(void)state;
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), PAT_TOKEN_LEN);
	assert_memory_equal(bytes, secret, PAT_TOKEN_LEN);
}

static void descriptor_has_all_seals(void **state)
{
	(void)state;
	assert_int_equal(
		fcntl(fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL),
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	assert_true(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) < 0);
}

static void descriptor_cannot_be_changed(void **state)
{
	(void)state;
	assert_true(pwrite(fd, "x", 1, 0) < 0 && errno == EPERM);
	assert_true(pwrite(fd, "x", 1, PAT_TOKEN_LEN) < 0 && errno == EPERM);
	assert_true(ftruncate(fd, 0) < 0 && errno == EPERM);
	assert_true(ftruncate(fd, 4096) < 0 && errno == EPERM);
	assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
}

/* Linux 6.3; before, it has the mode 0777. */
static void secrecy__descriptor_of_patd_cannot_be_executed(void **state)
{
	const unsigned int noexec_seal = 0x0008U;
	int probe = memfd_create("probe", MFD_CLOEXEC | noexec_seal);
	struct stat st;

	(void)state;
	if (probe < 0)
		return;
	close(probe);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0111, 0);
}

static void descriptor_is_not_inherited(void **state)
{
	(void)state;
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

static void descriptor_is_in_no_file_system(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_size, PAT_TOKEN_LEN);
}

static void secret_is_read_back(void **state)
{
	struct pat_id id;
	struct pat_digest digest, expected;

	(void)state;
	pat_token_digest(secret, PAT_TOKEN_LEN, &expected);
	assert_null(secret_fd_read(fd, &id, &digest));
	assert_string_equal(id.text, "0123456789");
	assert_memory_equal(&digest, &expected, sizeof(digest));
}

/* As somebody else makes it. */
static const char *read_from(const char *text, int seals)
{
	int from = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct pat_id id;
	struct pat_digest digest;
	const char *problem;

	assert_int_equal(write(from, text, strlen(text)), strlen(text));
	assert_int_equal(fcntl(from, F_ADD_SEALS, seals), 0);
	problem = secret_fd_read(from, &id, &digest);
	close(from);
	return problem;
}

/* Of the first versions, with its own length. */
static const char first[] = "pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml";

static void token_of_the_first_versions_is_read_back(void **state)
{
	struct pat_digest digest, expected;
	int from = sealed_secret_new("test", first, strlen(first));
	struct pat_id id;

	(void)state;
	pat_token_digest(first, strlen(first), &expected);
	assert_null(secret_fd_read(from, &id, &digest));
	assert_string_equal(id.text, "AbCdEfGhIj");
	assert_memory_equal(&digest, &expected, sizeof(digest));
	close(from);
}

/* A NUL ends no token. */
static void token_with_more_after_a_nul_is_not_read(void **state)
{
	char text[PAT_TOKEN_LEN_MAX] = "";
	struct pat_digest digest;
	struct pat_id id;
	int from;

	(void)state;
	memcpy(text, secret, PAT_TOKEN_LEN);
	from = sealed_secret_new("test", text, sizeof(text));
	assert_non_null(secret_fd_read(from, &id, &digest));
	close(from);
}

/* Sealed as it must be, and opened for writing alone. */
static void descriptor_that_cannot_be_read_has_no_token(void **state)
{
	int from = sealed_secret_new("test", secret, PAT_TOKEN_LEN), blind;
	struct pat_digest digest;
	struct pat_id id;
	char link[64];

	(void)state;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", from);
	blind = open(link, O_WRONLY | O_CLOEXEC);
	assert_true(blind >= 0);
	assert_non_null(secret_fd_read(blind, &id, &digest));
	close(blind);
	close(from);
}

static void only_a_token_is_read_with_or_without_newline(void **state)
{
	static const struct {
		const char *after;
		bool good;
	} table[] = { { "", true }, { "\n", true }, { "\n\n", false }, { "x", false },
		{ " ", false } };
	char text[PAT_TOKEN_LEN_MAX + 3];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s", first, table[i].after);
		assert_int_equal(!read_from(text, F_SEAL_WRITE | F_SEAL_SHRINK), table[i].good);
		(void)snprintf(text, sizeof(text), "%s%s", secret, table[i].after);
		assert_int_equal(!read_from(text, F_SEAL_WRITE | F_SEAL_SHRINK), table[i].good);
	}
	assert_non_null(read_from("", F_SEAL_WRITE | F_SEAL_SHRINK));
	assert_non_null(read_from(secret + 1, F_SEAL_WRITE | F_SEAL_SHRINK));
	text[PAT_TOKEN_LEN] = '\0';
	text[PAT_TOKEN_LEN - 1] ^= 1; /* its crc */
	assert_non_null(read_from(text, F_SEAL_WRITE | F_SEAL_SHRINK));
}

static void unsealed_descriptor_is_not_read(void **state)
{
	struct pat_id id;
	struct pat_digest digest;
	int ends[2];

	(void)state;
	assert_non_null(read_from(secret, 0));
	assert_non_null(read_from(secret, F_SEAL_WRITE));
	assert_non_null(read_from(secret, F_SEAL_SHRINK));
	assert_int_equal(pipe(ends), 0);
	assert_non_null(secret_fd_read(ends[0], &id, &digest));
	close(ends[0]);
	close(ends[1]);
	assert_non_null(secret_fd_read(-1, &id, &digest));
}

static int set_up(void **state)
{
	(void)state;
	return secret_fd_new(secret, &fd);
}

static int tear_down(void **state)
{
	(void)state;
	return close(fd);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(descriptor_holds_the_secret_at_offset_zero),
		TEST(descriptor_has_all_seals),
		TEST(descriptor_cannot_be_changed),
		TEST(secrecy__descriptor_of_patd_cannot_be_executed),
		TEST(descriptor_is_not_inherited),
		TEST(descriptor_is_in_no_file_system),
		TEST(secret_is_read_back),
		cmocka_unit_test(token_of_the_first_versions_is_read_back),
		cmocka_unit_test(token_with_more_after_a_nul_is_not_read),
		cmocka_unit_test(descriptor_that_cannot_be_read_has_no_token),
		cmocka_unit_test(only_a_token_is_read_with_or_without_newline),
		cmocka_unit_test(unsealed_descriptor_is_not_read),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
