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
#include "pam_pat/own_process.h"

/* Only ever passed on. */
static char handle;
#define HANDLE ((pam_handle_t *)&handle)

static char token[PAT_TOKEN_LEN + 1];

/* What happens in libpam, NSS and patd.  The default is a login that is accepted. */
static struct world {
	/* What libpam returns. */
	int user_r, authtok_r, item_r, set_item_r, random_r, data_r, putenv_r;
	int guard_r;
	bool has_guard; /* the conversation, of a line before */
	const char *user, *authtok, *service, *rhost, *session;
	struct passwd *pw;
	int pw_errno;
	int account_r, ask_r, process_r, approval_r;
	struct pat_reply reply, approval; /* the second after PAT_ASKED */
	const char *logind;               /* XDG_SESSION_ID */
	int start_r, session_r, session_data_r;
	struct pat_reply session_reply;
	uid_t euid;
} world;

/* What the module did. */
static struct did {
	unsigned int resolved, asked, noticed, lines, cleared, variables, delay, told, blanks;
	uint64_t ahead; /* of the notice */
	struct pat_request request;
	char path[128], line[1024], variable[64];
	unsigned int waited,
		waits_told;           /* milliseconds for an approval; the seconds of its notice */
	unsigned int guarded, lifted; /* lifted: before it was asked */
	char random[64 + 1];          /* the text in the place of the token */
	unsigned int recorded, patience; /* sessions that patd was told of, and the time for it */
	struct pat_session recorded_session;
} did;

/* What is kept in the handle. */
static struct kept {
	const char *name;
	void *data;
	void (*clean)(pam_handle_t *pamh, void *data, int status);
} kept[] = { { .name = "pam_pat_token" }, { .name = "pam_pat_session" } };

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
	*ret = item == PAM_SERVICE ? world.service
	       : item == PAM_RHOST ? world.rhost
	       : item == PAM_USER  ? world.user
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

static struct kept *kept_find(const char *name)
{
	if (strcmp(name, kept[0].name) == 0)
		return &kept[0];
	assert_string_equal(name, kept[1].name);
	return &kept[1];
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*clean)(pam_handle_t *pamh, void *data, int status))
{
	struct kept *place = kept_find(name);
	int r = place == &kept[0] ? world.data_r : world.session_data_r;

	if (r != PAM_SUCCESS)
		return r;
	if (place->clean)
		place->clean(pamh, place->data, PAM_DATA_REPLACE);
	place->data = data;
	place->clean = clean;
	return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret)
{
	const struct kept *place = kept_find(name);

	(void)pamh;
	*ret = place->data;
	return place->data ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
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
	if (strcmp(name, "XDG_SESSION_ID") == 0)
		return world.logind;
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
	const struct pat_request *request, struct pat_reply *ret_reply, int *ret_fd)
{
	(void)pamh;
	assert_true(timeout > 0);
	did.asked++;
	*ret_fd = -1;
	did.request = *request;
	(void)snprintf(did.path, sizeof(did.path), "%s", path);
	*ret_reply = world.reply;
	return world.ask_r;
}

int ask_session(pam_handle_t *pamh, const char *path, unsigned int timeout,
	const struct pat_session *session, struct pat_reply *ret_reply)
{
	(void)pamh;
	did.recorded++;
	did.patience = timeout;
	did.recorded_session = *session;
	(void)snprintf(did.path, sizeof(did.path), "%s", path);
	*ret_reply = world.session_reply;
	return world.session_r;
}

int process_start_time(uint64_t *ret)
{
	*ret = 4711;
	return world.start_r;
}

int process_read_own(struct pat_process *ret)
{
	*ret = (struct pat_process) { .magic = PAT_PROCESS_MAGIC, .pid = 42 };
	return world.process_r;
}

int ask_approval(int fd, const struct pat_process *process, unsigned int timeout,
	struct pat_reply *ret_reply)
{
	assert_int_equal(fd, -1);
	assert_int_equal(process->pid, 42);
	did.waited = timeout;
	*ret_reply = world.approval;
	return world.approval_r;
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

void notice_asked(pam_handle_t *pamh, unsigned int seconds)
{
	(void)pamh;
	did.waits_told = seconds;
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
		.session_reply = { .magic = PAT_REPLY_MAGIC, .verdict = PAT_ACCEPTED },
	};
	did = (struct did) { 0 };
	return 0;
}

/* As pam_end(). */
static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kept); i++) {
		if (kept[i].clean)
			kept[i].clean(HANDLE, kept[i].data, PAM_SUCCESS);
		kept[i].clean = NULL;
		kept[i].data = NULL;
	}
	return 0;
}

static int authenticate(int flags, const char *option)
{
	const char *options[] = { option };

	did = (struct did) { 0 };
	return pam_sm_authenticate(HANDLE, flags, option ? 1 : 0, options);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
