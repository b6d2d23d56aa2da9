/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* getpwnam_r(3) in a child, which can be left alone. */
#include "patctl/base/user_lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/account_bits.h"
#include "common/wire.h"

/* What the child writes. */
struct result {
	enum user_answer answer;
	struct system_user user;
	uint32_t account; /* if it was asked for */
};

#define NO_ANSWER ((struct result) { .answer = USER_UNANSWERED })

#define BUFFER_MAX ((size_t)1 << 20)

/* As pam_pat does.  A failure that may pass leaves the answer open. */
static void look_at_account(const struct passwd *user, struct result *result)
{
	const struct spwd *entry;

	errno = 0;
	entry = getspnam(user->pw_name);
	if (!entry && (errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == EIO ||
			      errno == EAGAIN))
		result->answer = USER_UNANSWERED;
	else
		result->account =
			pat_account_bits(user, entry, (long)(time(NULL) / PAT_SECONDS_PER_DAY));
}

/* 0 and a filled result, 0 and an unfilled one for an unknown user, or an errno. */
static int ask(const char *name, bool account, char *buffer, size_t size, struct result *result)
{
	struct passwd entry, *found = NULL;
	int r = getpwnam_r(name, &entry, buffer, size, &found);

	if (r != 0)
		return r;
	if (!found) {
		result->answer = USER_UNKNOWN;
	} else if (pat_field_set(result->user.name, sizeof(result->user.name), found->pw_name)) {
		result->user.uid = found->pw_uid;
		result->answer = USER_FOUND;
		if (account)
			look_at_account(found, result);
	} else {
		result->answer = USER_NAME_TOO_LONG;
	}
	return 0;
}

/*
 * Only a success without an entry says that there is no such user.  The errors that getpwnam(3)
 * lists for that, as ENOENT, EBADF or EPERM, are also those of a server that cannot be asked.
 */
static struct result look_up(const char *name, bool account)
{
	struct result result = NO_ANSWER;
	int r = ERANGE;

	for (size_t size = 1024; r == ERANGE && size <= BUFFER_MAX; size *= 4) {
		char *buffer = malloc(size);

		r = buffer ? ask(name, account, buffer, size, &result) : ENOMEM;
		free(buffer);
	}
	return result;
}

__attribute__((noreturn)) static void be_child(const char *name, bool account, int to)
{
	struct result result;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	result = look_up(name, account);
	_exit(write(to, &result, sizeof(result)) == (ssize_t)sizeof(result) ? 0 : 1);
}

/* The parent has no other timers or handlers that could end poll(2) early. */
static bool is_answered(int fd, int limit)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, limit) > 0;
}

static struct result look_up_in_child(const char *name, bool account, int limit)
{
	struct result result = NO_ANSWER;
	bool answered;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return result;
	child = fork();
	if (child == 0)
		be_child(name, account, ends[1]);
	(void)close(ends[1]);
	if (child < 0) {
		(void)close(ends[0]);
		return result;
	}
	answered = is_answered(ends[0], limit);
	if (!answered || read(ends[0], &result, sizeof(result)) != (ssize_t)sizeof(result))
		result.answer = USER_UNANSWERED;
	(void)close(ends[0]);
	(void)kill(child, SIGKILL);
	/*
	 * One that waits for a server in the kernel cannot be waited for.  The others must be:
	 * doctor looks thousands up, and what is not waited for counts as a process.
	 */
	(void)waitpid(child, NULL, answered ? 0 : WNOHANG);
	return result;
}

enum user_answer user_lookup(const char *name, int limit, struct system_user *ret)
{
	const struct result result = look_up_in_child(name, false, limit);

	if (result.answer == USER_FOUND)
		*ret = result.user;
	return result.answer;
}

enum user_answer user_lookup_account(
	const char *name, int limit, struct system_user *ret, uint32_t *ret_account)
{
	const struct result result = look_up_in_child(name, true, limit);

	if (result.answer == USER_FOUND) {
		*ret = result.user;
		*ret_account = result.account;
	}
	return result.answer;
}
