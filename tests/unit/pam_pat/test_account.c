/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of an account by shadow(5). */
#include "tests/unit/unit.h"

#include <errno.h>
#include <security/pam_modutil.h>
#include <shadow.h>
#include <string.h>

#include "common/wire.h"
#include "pam_pat/account.h"

#define TODAY 20000L
#define UNTOUCHED UINT32_C(0xAAAA)

/* Only ever passed on. */
static char handle;
#define HANDLE ((pam_handle_t *)&handle)

static char name[] = "alice", shadowed[] = "x";
static const struct passwd alice = { .pw_name = name, .pw_passwd = shadowed };

/* What libpam would find: an entry, or an error. */
static struct spwd *found;
static int error;

/* In the place of libpam's. */
struct spwd *pam_modutil_getspnam(pam_handle_t *pamh, const char *user)
{
	assert_ptr_equal(pamh, HANDLE);
	assert_string_equal(user, "alice");
	errno = error;
	return found;
}

static int account_of(const char *password, long expire, uint32_t *ret_account)
{
	char hash[64] = "";
	struct spwd entry = { .sp_pwdp = password != NULL ? hash : NULL, .sp_expire = expire };
	int r;

	if (password != NULL)
		(void)pat_field_set(hash, sizeof(hash), password);
	found = &entry;
	r = account_read(HANDLE, &alice, TODAY, ret_account);
	found = NULL;
	return r;
}

static void account_expires_as_for_pam_unix(void **state)
{
	static const struct {
		long expire;
		bool expired;
	} dates[] = {
		{ -1, false }, /* no date */
		{ 0, true }, { 1, true }, { TODAY - 1, true }, { TODAY, true },
		{ TODAY + 1, false }, { 99999, false },
		{ -2, true }, /* nor does pam_unix take it for none */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(dates); i++) {
		uint32_t account = UNTOUCHED;

		assert_int_equal(account_of("$y$hash", dates[i].expire, &account), 0);
		assert_that(account == (dates[i].expired ? PAT_ACCOUNT_SEEN | PAT_ACCOUNT_EXPIRED
							 : PAT_ACCOUNT_SEEN),
			"%ld: %u", dates[i].expire, account);
	}
}

static void exclamation_mark_locks_the_account(void **state)
{
	static const struct {
		const char *password;
		bool locked;
	} passwords[] = {
		{ "!$y$hash", true },
		{ "!", true },
		{ "!!", true },
		{ "!*", true },
		{ "$y$hash", false },
		{ "$y$ha!sh", false },
		{ "*", false }, /* no password has ever been set */
		{ "", false },
		{ NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(passwords); i++) {
		uint32_t account = UNTOUCHED;

		assert_int_equal(account_of(passwords[i].password, -1, &account), 0);
		assert_that(account == (passwords[i].locked ? PAT_ACCOUNT_SEEN | PAT_ACCOUNT_LOCKED
							    : PAT_ACCOUNT_SEEN),
			"%zu: %u", i, account);
	}
}

static void account_can_be_expired_and_locked(void **state)
{
	uint32_t account = UNTOUCHED;

	(void)state;
	assert_int_equal(account_of("!", 1, &account), 0);
	assert_int_equal(account, PAT_ACCOUNT_ALL);
}

static void errno_is_ignored_if_there_is_an_entry(void **state)
{
	uint32_t account = UNTOUCHED;

	(void)state;
	error = EIO;
	assert_int_equal(account_of("*", -1, &account), 0);
	assert_int_equal(account, PAT_ACCOUNT_SEEN);
	error = 0;
}

static void missing_shadow_entry_is_not_seen(void **state)
{
	static const int errors[] = { 0, ENOENT, ESRCH, EACCES, EPERM, ERANGE, ECONNREFUSED };

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		uint32_t account = UNTOUCHED;

		error = errors[i];
		assert_that(account_read(HANDLE, &alice, TODAY, &account) == 0, "%s",
			strerror(errors[i]));
		assert_that(account == 0, "%s", strerror(errors[i]));
	}
	error = 0;
}

static void account_without_shadow_is_seen(void **state)
{
	static const struct {
		const char *password;
		uint32_t account;
	} users[] = {
		{ "*", PAT_ACCOUNT_SEEN },
		{ "", PAT_ACCOUNT_SEEN },
		{ "$y$hash", PAT_ACCOUNT_SEEN },
		{ "xx", PAT_ACCOUNT_SEEN },
		{ "!*", PAT_ACCOUNT_SEEN | PAT_ACCOUNT_LOCKED },
		{ "!$y$hash", PAT_ACCOUNT_SEEN | PAT_ACCOUNT_LOCKED },
		{ NULL, PAT_ACCOUNT_SEEN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(users); i++) {
		struct passwd user = alice;
		uint32_t account = UNTOUCHED;
		char password[64];

		if (users[i].password != NULL)
			(void)pat_field_set(password, sizeof(password), users[i].password);
		user.pw_passwd = users[i].password != NULL ? password : NULL;
		assert_int_equal(account_read(HANDLE, &user, TODAY, &account), 0);
		assert_that(account == users[i].account, "%zu: %u", i, account);
	}
}

static void temporary_error_is_returned(void **state)
{
	static const int errors[] = { ENOMEM, EMFILE, ENFILE, EIO, EAGAIN };

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		uint32_t account = UNTOUCHED;

		error = errors[i];
		assert_that(account_read(HANDLE, &alice, TODAY, &account) == -errors[i], "%s",
			strerror(errors[i]));
		assert_int_equal(account, UNTOUCHED);
	}
	error = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(account_expires_as_for_pam_unix),
		cmocka_unit_test(exclamation_mark_locks_the_account),
		cmocka_unit_test(account_can_be_expired_and_locked),
		cmocka_unit_test(errno_is_ignored_if_there_is_an_entry),
		cmocka_unit_test(missing_shadow_entry_is_not_seen),
		cmocka_unit_test(account_without_shadow_is_seen),
		cmocka_unit_test(temporary_error_is_returned),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
