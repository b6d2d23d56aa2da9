/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking up a user while NSS answers, fails or hangs. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "patctl/base/user_lookup.h"

#define PATIENT 60000 /* milliseconds, which nothing here takes */

/* In place of NSS. */
struct passwd *getpwnam(const char *name)
{
	static char spelled[] = "alice";
	static struct passwd alice = { .pw_name = spelled, .pw_uid = 1001 };
	static char too_long[USER_NAME_SIZE + 1];
	static struct passwd longer = { .pw_name = too_long };

	if (strcmp(name, "hangs") == 0)
		for (;;)
			(void)pause();
	if (strcmp(name, "Alice") == 0)
		return &alice;
	if (strcmp(name, "long") == 0) {
		memset(too_long, 'a', sizeof(too_long) - 1);
		return &longer;
	}
	errno = strcmp(name, "broken") == 0 ? EIO : 0;
	return NULL;
}

static void the_name_is_as_nss_spells_it(void **state)
{
	struct system_user user;

	(void)state;
	assert_int_equal(user_lookup("Alice", PATIENT, &user), USER_FOUND);
	assert_int_equal(user.uid, 1001);
	assert_string_equal(user.name, "alice");
}

static void an_unknown_user_is_not_a_failure_of_nss(void **state)
{
	struct system_user user = { .uid = 42 };

	(void)state;
	assert_int_equal(user_lookup("nobody here", PATIENT, &user), USER_UNKNOWN);
	assert_int_equal(user_lookup("broken", PATIENT, &user), USER_UNANSWERED);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_as_nss_spells_it),
		cmocka_unit_test(an_unknown_user_is_not_a_failure_of_nss),
		cmocka_unit_test(scope__a_user_with_a_long_name_is_an_error_of_its_own),
		cmocka_unit_test(nss_that_hangs_is_given_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
