/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every machine has root; of others this test makes its own NSS, in the place of libc's. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "patd/util/users.h"
#include "tests/unit/unit.h"

static char name[400]; /* what NSS says the user is called; empty: there is none */
static size_t needs;   /* bytes of buffer that the entry takes */
static int failure;

static int answer(struct passwd *entry, size_t size, struct passwd **ret_found)
{
	*ret_found = NULL;
	if (failure != 0)
		return failure;
	if (size < needs)
		return ERANGE;
	if (name[0] == '\0')
		return 0;
	*entry = (struct passwd) { .pw_name = name, .pw_uid = 1234 };
	*ret_found = entry;
	return 0;
}

int getpwnam_r(const char *restrict asked, struct passwd *restrict entry, char *restrict buffer,
	size_t size, struct passwd **restrict ret_found)
{
	(void)asked;
	(void)buffer;
	return answer(entry, size, ret_found);
}

int getpwuid_r(uid_t uid, struct passwd *restrict entry, char *restrict buffer, size_t size,
	struct passwd **restrict ret_found)
{
	(void)uid;
	(void)buffer;
	return answer(entry, size, ret_found);
}

static struct user_lookup look_up(bool by_name)
{
	struct user_lookup lookup = { .by_name = by_name, .uid = 77, .name = "asked" };

	users_run(&lookup.job);
	return lookup;
}

static void lookup_gives_name_and_uid_of_nss(void **state)
{
	(void)state;
	(void)strcpy(name, "Alice");
	for (int by_name = 0; by_name < 2; by_name++) {
		struct user_lookup lookup = look_up(by_name != 0);

		assert_int_equal(lookup.result, 0);
		assert_int_equal(lookup.uid, 1234);
		assert_string_equal(lookup.name, "Alice");
	}
}

static void unknown_user_is_enoent(void **state)
{
	(void)state;
	assert_int_equal(look_up(true).result, -ENOENT);
	assert_int_equal(look_up(false).result, -ENOENT);
}

static void large_entry_gets_large_buffer(void **state)
{
	(void)state;
	(void)strcpy(name, "alice");
	needs = 200000;
	assert_int_equal(look_up(true).result, 0);
	needs = SIZE_MAX;
	assert_int_equal(look_up(true).result, -ERANGE);
}

/* The failure of a network is not the absence of a user. */
static void nss_failure_is_returned(void **state)
{
	(void)state;
	(void)strcpy(name, "alice");
	failure = EIO;
	assert_int_equal(look_up(true).result, -EIO);
	assert_int_equal(look_up(false).result, -EIO);
}

static void scope__user_with_long_name_is_an_error_and_not_nobody(void **state)
{
	(void)state;
	memset(name, 'u', PAT_USER_MAX);
	assert_int_equal(look_up(false).result, 0);
	memset(name, 'u', PAT_USER_MAX + 1);
	assert_int_equal(look_up(false).result, -ENAMETOOLONG);
}

static int set_up(void **state)
{
	(void)state;
	memset(name, 0, sizeof(name));
	needs = 0;
	failure = 0;
	return 0;
}

#define TEST(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lookup_gives_name_and_uid_of_nss),
		TEST(unknown_user_is_enoent),
		TEST(large_entry_gets_large_buffer),
		TEST(nss_failure_is_returned),
		TEST(scope__user_with_long_name_is_an_error_and_not_nobody),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
