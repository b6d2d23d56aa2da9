/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A login: libpam, NSS and patd around the module, all in the hands of the test. */
#pragma once

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
#include "pam_pat/guard.h"
#include "pam_pat/notice.h"

/* Only ever passed on. */
static char handle;
#define HANDLE ((pam_handle_t *)&handle)

static char token[PAT_TOKEN_LEN + 1];

/* What happens in libpam, NSS and patd.  The default is a login that is accepted. */
static struct world {
	/* What libpam returns. */
	int user_r, authtok_r, item_r, set_item_r, random_r, data_r, putenv_r;
	int guard_r;
	bool has_authtok; /* of a module before */
	bool has_guard;   /* the conversation, of a line before */
	const char *user, *authtok, *service, *rhost, *session;
	struct passwd *pw;
	int pw_errno;
	int account_r, ask_r;
	struct pat_reply reply;
	uid_t euid;
} world;

/* What the module did. */
static struct did {
	unsigned int resolved, asked, noticed, lines, cleared, variables, delay, told, blanks;
	uint64_t ahead; /* of the notice */
	struct pat_request request;
	char path[128], line[1024], variable[64];
	unsigned int guarded, lifted; /* lifted: before it was asked */
	char random[64 + 1];          /* the text in the place of the token */
} did;

/* What is kept in the handle. */
static struct {
	char *id;
	void (*clean)(pam_handle_t *pamh, void *data, int status);
} kept;

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
	*ret = item == PAM_SERVICE                        ? world.service
	       : item == PAM_RHOST                        ? world.rhost
	       : item == PAM_AUTHTOK && world.has_authtok ? world.authtok
							  : NULL;
	return world.item_r;
}

int pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
	(void)pamh;
	assert_int_equal(item, PAM_AUTHTOK);
	if (value != NULL) {
		assert_int_equal(strlen(value), 64);
		(void)snprintf(did.random, sizeof(did.random), "%s", (const char *)value);
		return world.random_r;
	}
	did.cleared++;
	return world.set_item_r;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*clean)(pam_handle_t *pamh, void *data, int status))
{
	if (world.data_r != PAM_SUCCESS)
		return world.data_r;
	assert_string_equal(name, "pam_pat_token");
	if (kept.clean)
		kept.clean(pamh, kept.id, PAM_DATA_REPLACE);
	kept.id = data;
	kept.clean = clean;
	return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret)
{
	(void)pamh;
	assert_string_equal(name, "pam_pat_token");
	*ret = kept.id;
	return kept.id ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
}

int pam_fail_delay(pam_handle_t *pamh, unsigned int usec)
{
	(void)pamh;
	did.delay += usec;
	return PAM_SUCCESS;
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

int guard_set(pam_handle_t *pamh)
{
	(void)pamh;
	assert_int_equal(did.asked, 0);
	did.guarded++;
	return world.guard_r;
}

bool guard_lift(pam_handle_t *pamh)
{
	(void)pamh;
	assert_int_equal(did.guarded, 0);
	did.lifted++;
	return world.has_guard;
}

const char *ask_problem(int error)
{
	return error == -ETIMEDOUT ? "patd did not answer in time" : "another problem";
}

void notice_show(pam_handle_t *pamh, const struct pat_reply *reply, uint64_t now, uint64_t ahead)
{
	(void)pamh;
	(void)reply;
	(void)now;
	did.ahead = ahead;
	did.noticed++;
}

void notice_blanks(pam_handle_t *pamh)
{
	(void)pamh;
	did.blanks++;
}

void notice_no_password(pam_handle_t *pamh)
{
	(void)pamh;
	did.told++;
}

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

/* As pam_end(). */
static int tear_down(void **state)
{
	(void)state;
	if (kept.clean)
		kept.clean(HANDLE, kept.id, PAM_SUCCESS);
	kept.clean = NULL;
	kept.id = NULL;
	return 0;
}

static int authenticate(int flags, const char *option)
{
	const char *options[] = { option };

	did = (struct did) { 0 };
	return pam_sm_authenticate(HANDLE, flags, option ? 1 : 0, options);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
