#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patd/secret_fd.h"

static const char secret[] = "pat_0123456789_00000000000000000000000000000000000000000004Lc8C3";
static int fd;

static void it_holds_the_secret_from_the_start(void **state)
{
	char bytes[PAT_TOKEN_LEN + 1];

	(void)state;
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes)), PAT_TOKEN_LEN);
	assert_memory_equal(bytes, secret, PAT_TOKEN_LEN);
}

static void it_has_all_seals(void **state)
{
	(void)state;
	assert_int_equal(
		fcntl(fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL),
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	assert_true(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) < 0);
}

static void nobody_changes_it(void **state)
{
	(void)state;
	assert_true(pwrite(fd, "x", 1, 0) < 0 && errno == EPERM);
	assert_true(pwrite(fd, "x", 1, PAT_TOKEN_LEN) < 0 && errno == EPERM);
	assert_true(ftruncate(fd, 0) < 0 && errno == EPERM);
	assert_true(ftruncate(fd, 4096) < 0 && errno == EPERM);
	assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
}

static void no_program_inherits_it(void **state)
{
	(void)state;
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

static void it_is_in_no_file_system(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_size, PAT_TOKEN_LEN);
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
		TEST(it_holds_the_secret_from_the_start),
		TEST(it_has_all_seals),
		TEST(nobody_changes_it),
		TEST(no_program_inherits_it),
		TEST(it_is_in_no_file_system),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
