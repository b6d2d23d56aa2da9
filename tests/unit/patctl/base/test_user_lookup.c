/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking up a user while NSS answers, fails or hangs. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/account_bits.h"
#include "common/wire.h"
#include "patctl/base/user_lookup.h"

#define PATIENT 60000 /* milliseconds, which nothing here takes */

/* In place of NSS. */
int getpwnam_r(const char *restrict name, struct passwd *restrict entry, char *restrict buffer,
	size_t size, struct passwd **restrict ret_found)
{
	static char spelled[] = "alice";
	static char too_long[USER_NAME_SIZE + 1];
	int error = 0;

	(void)buffer;
	*ret_found = NULL;
	if (strcmp(name, "hangs") == 0)
		for (;;)
			(void)pause();
	if (sscanf(name, "fails %d", &error) == 1)
		return error;
	if (strcmp(name, "large") == 0 && size < 200000)
		return ERANGE;
	if (strcmp(name, "Alice") != 0 && strcmp(name, "large") != 0 && strcmp(name, "long") != 0)
		return 0;
	memset(too_long, 'a', sizeof(too_long) - 1);
	*entry = (struct passwd) { .pw_name = name[1] == 'o' ? too_long : spelled, .pw_uid = 1001 };
	*ret_found = entry;
	return 0;
}

static int shadow_error;

/* The same. */
struct spwd *getspnam(const char *name)
{
	static struct spwd entry = { .sp_expire = 0 };

	assert_string_equal(name, "alice");
	errno = shadow_error;
	return shadow_error ? NULL : &entry;
}

static void the_account_is_judged_as_pam_pat_does(void **state)
{
	struct system_user user;
	uint32_t account = 0;

	(void)state;
	assert_int_equal(user_lookup_account("Alice", PATIENT, &user, &account), USER_FOUND);
	assert_int_equal(account, PAT_ACCOUNT_SEEN | PAT_ACCOUNT_EXPIRED);
	assert_string_equal(user.name, "alice");
	assert_int_equal(user_lookup_account("nobody", PATIENT, &user, &account), USER_UNKNOWN);
}

/* pam_pat would say that it cannot decide. */
static void an_account_that_cannot_be_read_for_now_is_no_answer(void **state)
{
	struct system_user user;
	uint32_t account = 0;

	(void)state;
	shadow_error = EIO;
	assert_int_equal(user_lookup_account("Alice", PATIENT, &user, &account), USER_UNANSWERED);
	/* No entry, and none is needed. */
	shadow_error = ENOENT;
	assert_int_equal(user_lookup_account("Alice", PATIENT, &user, &account), USER_FOUND);
	assert_int_equal(account, PAT_ACCOUNT_SEEN);
	shadow_error = 0;
}

static void the_name_is_as_nss_spells_it(void **state)
{
	struct system_user user;

	(void)state;
	assert_int_equal(user_lookup("Alice", PATIENT, &user), USER_FOUND);
	assert_int_equal(user.uid, 1001);
	assert_string_equal(user.name, "alice");
}

static void a_large_entry_is_found(void **state)
{
	struct system_user user;

	(void)state;
	assert_int_equal(user_lookup("large", PATIENT, &user), USER_FOUND);
	assert_int_equal(user.uid, 1001);
}

/* A directory server that cannot be asked has not deleted anybody. */
static void scope__only_success_without_an_entry_is_an_unknown_user(void **state)
{
	static const int errors[] = { EIO, ENOENT, ESRCH, EBADF, EPERM, EINVAL, ECONNREFUSED,
		EMFILE, ENOMEM, EAGAIN, EWOULDBLOCK, ETIMEDOUT, ERANGE };
	struct system_user user = { .uid = 42 };

	(void)state;
	assert_int_equal(user_lookup("nobody here", PATIENT, &user), USER_UNKNOWN);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "fails %d", errors[i]);
		assert_int_equal(user_lookup(name, PATIENT, &user), USER_UNANSWERED);
	}
	assert_int_equal(user.uid, 42);
}

static void scope__a_user_with_a_long_name_is_an_error_of_its_own(void **state)
{
	struct system_user user = { .uid = 42, .name = "before" };

	(void)state;
	assert_int_equal(user_lookup("long", PATIENT, &user), USER_NAME_TOO_LONG);
	assert_int_equal(user.uid, 42);
	assert_string_equal(user.name, "before");
}

static void nss_that_hangs_is_given_up(void **state)
{
	struct system_user user;

	(void)state;
	assert_int_equal(user_lookup("hangs", 10, &user), USER_UNANSWERED);
}

/* Thousands are looked up in a row. */
static void no_process_is_left_of_an_answer(void **state)
{
	struct system_user user;

	(void)state;
	/* Of the test before this one, which was given up. */
	while (waitpid(-1, NULL, 0) > 0)
		;
	for (unsigned int i = 0; i < 50; i++) {
		assert_int_equal(user_lookup("Alice", PATIENT, &user), USER_FOUND);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_as_nss_spells_it),
		cmocka_unit_test(the_account_is_judged_as_pam_pat_does),
		cmocka_unit_test(an_account_that_cannot_be_read_for_now_is_no_answer),
		cmocka_unit_test(scope__a_user_with_a_long_name_is_an_error_of_its_own),
		cmocka_unit_test(a_large_entry_is_found),
		cmocka_unit_test(scope__only_success_without_an_entry_is_an_unknown_user),
		cmocka_unit_test(nss_that_hangs_is_given_up),
		cmocka_unit_test(no_process_is_left_of_an_answer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
