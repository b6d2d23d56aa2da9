/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the module returns for each verdict, and for each failure, libpam's and its own. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/token_format.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "pam_pat/account.h"
#include "pam_pat/ask.h"
#include "pam_pat/notice.h"

/* Only ever passed on. */
static char handle;
#define HANDLE ((pam_handle_t *)&handle)

static char token[PAT_TOKEN_LEN + 1];

/* What happens in libpam, NSS and patd.  The default is a login that is accepted. */
static struct world {
	int user_r, authtok_r, item_r, set_item_r, putenv_r; /* what libpam returns */
	const char *user, *authtok, *service, *rhost, *session;
	struct passwd *pw;
	int pw_errno;
	int account_r, ask_r;
	struct pat_reply reply;
	uid_t euid;
} world;

/* What the module did. */
static struct did {
	unsigned int resolved, asked, noticed, lines, cleared, variables;
	struct pat_request request;
	char path[128], line[1024], variable[64];
} did;

static char pw_name[PAT_USER_MAX + 8];
static struct passwd pw = { .pw_name = pw_name, .pw_uid = 1000 };

/* --- in the place of libpam's, libc's, and of the files of the module beside it ----------- */

int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
	(void)pamh;
	assert_null(prompt);
	*user = world.user;
	return world.user_r;
}

int pam_get_authtok(pam_handle_t *pamh, int item, const char **authtok, const char *prompt)
{
	(void)pamh;
	(void)prompt;
	assert_int_equal(item, PAM_AUTHTOK);
	*authtok = world.authtok;
	return world.authtok_r;
}

int pam_get_item(const pam_handle_t *pamh, int item, const void **ret)
{
	(void)pamh;
	*ret = item == PAM_SERVICE ? world.service : item == PAM_RHOST ? world.rhost : NULL;
	return world.item_r;
}

int pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
	(void)pamh;
	assert_int_equal(item, PAM_AUTHTOK);
	assert_null(value);
	did.cleared++;
	return world.set_item_r;
}

const char *pam_getenv(pam_handle_t *pamh, const char *name)
{
	(void)pamh;
	assert_string_equal(name, "PAT_TOKEN_ID");
	return world.session;
}

int pam_putenv(pam_handle_t *pamh, const char *variable)
{
	(void)pamh;
	did.variables++;
	(void)snprintf(did.variable, sizeof(did.variable), "%s", variable);
	return world.putenv_r;
}

struct passwd *pam_modutil_getpwnam(pam_handle_t *pamh, const char *user)
{
	(void)pamh;
	assert_ptr_equal(user, world.user);
	did.resolved++;
	errno = world.pw_errno;
	return world.pw;
}

void pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format, va_list arguments)
{
	(void)pamh;
	(void)priority;
	did.lines++;
	(void)vsnprintf(did.line, sizeof(did.line), format, arguments);
}

uid_t geteuid(void)
{
	return world.euid;
}

int account_read(pam_handle_t *pamh, const struct passwd *user, long today, uint32_t *ret_account)
{
	(void)pamh;
	assert_ptr_equal(user, world.pw);
	assert_int_equal(today, time(NULL) / 86400);
	*ret_account = PAT_ACCOUNT_SEEN;
	return world.account_r;
}

int ask(pam_handle_t *pamh, const char *path, unsigned int timeout,
	const struct pat_request *request, struct pat_reply *ret_reply)
{
	(void)pamh;
	assert_true(timeout > 0);
	did.asked++;
	did.request = *request;
	(void)snprintf(did.path, sizeof(did.path), "%s", path);
	*ret_reply = world.reply;
	return world.ask_r;
}

const char *ask_problem(int error)
{
	return error == -ETIMEDOUT ? "patd did not answer in time" : "another problem";
}

void notice_show(pam_handle_t *pamh, const struct pat_reply *reply, uint64_t now)
{
	(void)pamh;
	(void)reply;
	(void)now;
	did.noticed++;
}

/* --- the tests -------------------------------------------------------------------------- */

static int set_up(void **state)
{
	struct pat_id id;

	(void)state;
	assert_true(sodium_init() >= 0);
	pat_token_new(token, &id);
	(void)strcpy(pw_name, "alice");
	world = (struct world) {
		.user = "Alice",
		.authtok = token,
		.service = "sudo",
		.pw = &pw,
		.reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_ACCEPTED },
	};
	did = (struct did) { 0 };
	return 0;
}

static int authenticate(int flags, const char *option)
{
	const char *options[] = { option };

	did = (struct did) { 0 };
	return pam_sm_authenticate(HANDLE, flags, option ? 1 : 0, options);
}

static void no_lockout__only_accepted_succeeds_and_only_the_undecided_is_unavailable(void **state)
{
	(void)state;
	for (uint32_t verdict = 0; verdict <= PAT_VERDICTS; verdict++) {
		const bool undecided =
			verdict == PAT_BUSY || verdict == PAT_FAILED || verdict == PAT_VERDICTS;
		const int r = verdict == PAT_ACCEPTED ? PAM_SUCCESS
			      : undecided             ? PAM_AUTHINFO_UNAVAIL
						      : PAM_AUTH_ERR;

		world.reply.verdict = verdict;
		assert_int_equal(verdict_row(verdict)->undecided, undecided);
		assert_int_equal(authenticate(0, NULL), r);
		assert_int_equal(did.asked, 1);
		assert_int_equal(did.noticed, 1);
		assert_int_equal(did.variables, verdict == PAT_ACCEPTED ? 1 : 0);
		assert_int_equal(did.lines, 1);
		assert_null(strstr(did.line, token + PAT_TOKEN_LEN - 20));
		assert_int_equal(authenticate(PAM_SILENT, NULL), r);
		assert_int_equal(did.noticed, 0);
	}
}

static void accepted_token_is_no_success_if_it_stays_for_the_next_module(void **state)
{
	(void)state;
	world.set_item_r = PAM_PERM_DENIED;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_int_equal(did.cleared, 1);
	assert_int_equal(did.variables, 0);
}

static void session_has_the_id_of_the_token_or_a_line_says_why_not(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_memory_equal(did.variable, "PAT_TOKEN_ID=", 13);
	assert_memory_equal(did.variable + 13, token + 4, PAT_ID_LEN);
	world.putenv_r = PAM_BUF_ERR;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_non_null(strstr(did.line, "cannot be set"));
}

static void id_of_an_earlier_token_is_removed_first(void **state)
{
	(void)state;
	world.session = "0123456789";
	world.reply.verdict = PAT_WRONG;
	assert_int_equal(authenticate(0, NULL), PAM_AUTH_ERR);
	assert_string_equal(did.variable, "PAT_TOKEN_ID");
	world.putenv_r = PAM_BUF_ERR;
	assert_int_equal(authenticate(0, NULL), PAM_SYSTEM_ERR);
	assert_int_equal(did.asked, 0);
}

/* A conversation may return anything: what a stack would take for agreement is not passed on. */
static void answer_of_a_conversation_is_never_passed_on(void **state)
{
	static const struct {
		int given, user, authtok;
	} codes[] = {
		{ PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR },
		{ PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
		{ PAM_IGNORE, PAM_CONV_ERR, PAM_CRED_INSUFFICIENT },
		{ PAM_CONV_AGAIN, PAM_CONV_ERR, PAM_CRED_INSUFFICIENT },
		{ 4711, PAM_CONV_ERR, PAM_CRED_INSUFFICIENT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		(void)set_up(NULL);
		world.user_r = codes[i].given;
		assert_int_equal(authenticate(0, NULL), codes[i].user);
		world.user_r = PAM_SUCCESS;
		world.authtok_r = codes[i].given;
		assert_int_equal(authenticate(0, NULL), codes[i].authtok);
	}
	(void)set_up(NULL);
	world.authtok = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	world.user = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_CONV_ERR);
	assert_int_equal(did.asked, 0);
}

static void passwords__what_is_no_token_is_not_resolved_sent_or_logged(void **state)
{
	(void)state;
	world.authtok = "a password";
	assert_int_equal(authenticate(0, NULL), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.resolved + did.asked + did.lines + did.noticed, 0);
	/* With the option, that there was none, and nothing of it. */
	assert_int_equal(authenticate(0, "debug"), PAM_CRED_INSUFFICIENT);
	assert_int_equal(did.resolved + did.asked, 0);
	assert_string_equal(did.line, "no token was given");
}

static void bad_option_is_a_system_error(void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, "timeout=never"), PAM_SYSTEM_ERR);
	assert_int_equal(did.asked, 0);
}

static void service_that_is_missing_or_too_long_is_a_system_error(void **state)
{
	char longer[PAT_SERVICE_MAX + 2];

	(void)state;
	memset(longer, 's', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	world.service = longer;
	assert_int_equal(authenticate(0, NULL), PAM_SYSTEM_ERR);
	world.service = "";
	assert_int_equal(authenticate(0, NULL), PAM_SYSTEM_ERR);
	world.service = NULL;
	assert_int_equal(authenticate(0, NULL), PAM_SYSTEM_ERR);
	world.service = "sudo";
	world.item_r = PAM_BAD_ITEM;
	assert_int_equal(authenticate(0, NULL), PAM_SYSTEM_ERR);
	assert_int_equal(did.asked, 0);
}

static void no_lockout__unknown_user_is_told_from_a_directory_that_does_not_answer(void **state)
{
	static const struct {
		int error, r;
	} lookups[] = {
		{ 0, PAM_USER_UNKNOWN },
		{ ENOENT, PAM_USER_UNKNOWN },
		{ ENOMEM, PAM_BUF_ERR },
		{ EMFILE, PAM_AUTHINFO_UNAVAIL },
		{ ENFILE, PAM_AUTHINFO_UNAVAIL },
		{ EIO, PAM_AUTHINFO_UNAVAIL },
	};

	(void)state;
	world.pw = NULL;
	for (size_t i = 0; i < COUNT(lookups); i++) {
		world.pw_errno = lookups[i].error;
		assert_int_equal(authenticate(0, NULL), lookups[i].r);
		assert_int_equal(did.asked, 0);
		/* People type tokens where a name is asked for. */
		assert_null(strstr(did.line, world.user));
	}
	world.pw = &pw;
	world.pw_errno = 0;
	pw_name[0] = '\0';
	assert_int_equal(authenticate(0, NULL), PAM_USER_UNKNOWN);
	memset(pw_name, 'u', sizeof(pw_name) - 1);
	assert_int_equal(authenticate(0, NULL), PAM_USER_UNKNOWN);
	assert_int_equal(did.asked, 0);
}

static void scope__the_name_that_nss_returns_is_sent_and_the_account_of_root_s_programs(
	void **state)
{
	(void)state;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_string_equal(did.request.user, "alice");
	assert_int_equal(did.request.uid, 1000);
	assert_int_equal(did.request.account, PAT_ACCOUNT_SEEN);
	assert_string_equal(did.path, PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET);
	world.euid = 1000;
	assert_int_equal(authenticate(0, NULL), PAM_SUCCESS);
	assert_int_equal(did.request.account, 0);
	assert_string_equal(did.path, PAT_RUNTIME_DIR "/" PAT_USER_SOCKET);
	assert_int_equal(authenticate(0, "socket=/elsewhere"), PAM_SUCCESS);
	assert_string_equal(did.path, "/elsewhere");
}

static void account_that_cannot_be_read_is_unavailable(void **state)
{
	(void)state;
	world.account_r = -EIO;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	world.account_r = -ENOMEM;
	assert_int_equal(authenticate(0, NULL), PAM_BUF_ERR);
	assert_int_equal(did.asked, 0);
}

static void no_lockout__patd_that_does_not_answer_is_unavailable(void **state)
{
	(void)state;
	world.ask_r = -ETIMEDOUT;
	assert_int_equal(authenticate(0, NULL), PAM_AUTHINFO_UNAVAIL);
	assert_non_null(strstr(did.line, "unavailable (patd did not answer in time)"));
	assert_int_equal(did.noticed, 0);
	assert_int_equal(did.cleared, 0);
}

static void credentials_are_always_set(void **state)
{
	(void)state;
	assert_int_equal(pam_sm_setcred(HANDLE, PAM_ESTABLISH_CRED, 0, NULL), PAM_SUCCESS);
}

#define TEST(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_lockout__only_accepted_succeeds_and_only_the_undecided_is_unavailable),
		TEST(accepted_token_is_no_success_if_it_stays_for_the_next_module),
		TEST(session_has_the_id_of_the_token_or_a_line_says_why_not),
		TEST(id_of_an_earlier_token_is_removed_first),
		TEST(answer_of_a_conversation_is_never_passed_on),
		TEST(passwords__what_is_no_token_is_not_resolved_sent_or_logged),
		TEST(bad_option_is_a_system_error),
		TEST(service_that_is_missing_or_too_long_is_a_system_error),
		TEST(no_lockout__unknown_user_is_told_from_a_directory_that_does_not_answer),
		TEST(scope__the_name_that_nss_returns_is_sent_and_the_account_of_root_s_programs),
		TEST(account_that_cannot_be_read_is_unavailable),
		TEST(no_lockout__patd_that_does_not_answer_is_unavailable),
		TEST(credentials_are_always_set),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
