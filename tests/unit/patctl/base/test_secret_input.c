/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token from standard input. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "common/token_format.h"
#include "patctl/base/secret.h"

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

/* The end of a pipe from which text can be read. */
static int pipe_of(const char *text)
{
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
	close(fd[1]);
	return fd[0];
}

static void one_line_is_read(void **state)
{
	static const char *const ends[] = { "", "\n", "\nwhat follows\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char text[128] = "", *got;
		const char *problem;
		bool blanks;
		int fd;

		strcat(strcat(text, token), ends[i]);
		fd = pipe_of(text);
		got = secret_input(fd, &blanks, &problem);
		assert_non_null(got);
		assert_string_equal(got, token);
		assert_false(blanks);
		secret_free(&got);
		close(fd);
	}
}

static void blanks_around_the_token_are_left_out(void **state)
{
	static const char *const around[][2] = { { " ", "\n" }, { "", "\r\n" }, { "\t ", " \r" } };

	(void)state;
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		char text[128] = "", *got;
		const char *problem;
		bool blanks = false;
		int fd;

		strcat(strcat(strcat(text, around[i][0]), token), around[i][1]);
		fd = pipe_of(text);
		got = secret_input(fd, &blanks, &problem);
		assert_non_null(got);
		assert_string_equal(got, token);
		assert_true(blanks);
		secret_free(&got);
		close(fd);
	}
}

static void bytes_after_the_line_are_not_read(void **state)
{
	char text[128] = "", rest[8] = "", *got;
	const char *problem;
	bool blanks;
	int fd;

	(void)state;
	strcat(strcat(text, token), "\nrest");
	fd = pipe_of(text);
	got = secret_input(fd, &blanks, &problem);
	secret_free(&got);
	assert_int_equal(read(fd, rest, sizeof(rest)), 4);
	assert_string_equal(rest, "rest");
	close(fd);
}

static void token_of_the_first_versions_is_read(void **state)
{
	static const char first[] =
		"pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml";
	int fd = pipe_of(" pat_AbCdEfGhIj_The1quick2brown3fox4jumps5over6the7lazy8dog2l6wml\r\n");
	const char *problem;
	bool blanks;
	char *secret = secret_input(fd, &blanks, &problem);

	(void)state;
	assert_non_null(secret);
	assert_string_equal(secret, first);
	assert_true(blanks);
	secret_free(&secret);
	close(fd);
}

static void text_that_is_no_token_is_refused(void **state)
{
	char longer[1024], shorter[PAT_TOKEN_LEN + 1], wrong[PAT_TOKEN_LEN + 1];
	const char *const bad[] = { "", "\n", "password", longer, shorter, wrong };

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memcpy(longer, token, PAT_TOKEN_LEN);
	memcpy(shorter, token, sizeof(shorter));
	shorter[PAT_TOKEN_LEN - 1] = '\0';
	memcpy(wrong, token, sizeof(wrong));
	wrong[20] = wrong[20] == 'a' ? 'b' : 'a';
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *problem = NULL;
		int fd = pipe_of(bad[i]);
		bool blanks;

		assert_null(secret_input(fd, &blanks, &problem));
		assert_non_null(problem);
		close(fd);
	}
}

static void memfd_of_the_token_is_sealed(void **state)
{
	const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	char got[PAT_TOKEN_LEN + 1] = "";
	int fd = secret_seal(token);
	struct stat st;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & seals, seals);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, PAT_TOKEN_LEN);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	assert_int_equal(read(fd, got, PAT_TOKEN_LEN), PAT_TOKEN_LEN);
	assert_string_equal(got, token);
	assert_int_equal(write(fd, "x", 1), -1);
	close(fd);
}

/* /proc/self/smaps has it, by the name of the memfd. */
#ifndef __SANITIZE_ADDRESS__ /* whose mlock() does nothing */
static void secrecy__memfd_of_the_token_is_locked_while_patctl_runs(void **state)
{
	unsigned int locked = 0;
	bool inside = false;
	char line[512];
	FILE *maps;
	int fd = secret_seal(token);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	maps = fopen("/proc/self/smaps", "re");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned int size;

		if (strstr(line, " /"))
			inside = strstr(line, "/memfd:token") != NULL;
		if (inside && sscanf(line, "Locked: %u kB", &size) == 1)
			locked += size;
	}
	assert_int_equal(fclose(maps), 0);
	assert_true(locked > 0);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_is_read),
		cmocka_unit_test(blanks_around_the_token_are_left_out),
		cmocka_unit_test(bytes_after_the_line_are_not_read),
		cmocka_unit_test(token_of_the_first_versions_is_read),
		cmocka_unit_test(text_that_is_no_token_is_refused),
		cmocka_unit_test(memfd_of_the_token_is_sealed),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(secrecy__memfd_of_the_token_is_locked_while_patctl_runs),
#endif
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_token, NULL);
}
