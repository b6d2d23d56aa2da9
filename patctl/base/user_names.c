/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking users up by NSS. */
#include "patctl/base/user_names.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"

/* The values of errno that getpwnam(3) lists for an unknown user. */
static bool is_absence(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

bool user_exists(const char *name)
{
	errno = 0;
	return getpwnam(name) || !is_absence(errno);
}

bool user_is_caller(const char *name)
{
	const struct passwd *user = getpwnam(name);

	return user && user->pw_uid == geteuid();
}

char *user_of_uid(uint32_t uid)
{
	const struct passwd *user = getpwuid(uid);

	return user ? text_safe(user->pw_name) : text_format(_("uid %u"), uid);
}
