/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the state of an account from shadow(5). */
#include "pam_pat/account.h"

#include <errno.h>
#include <security/pam_modutil.h>
#include <shadow.h>
#include <string.h>

#include "common/wire.h"

#define NEVER (-1) /* an empty field */

static uint32_t password_check(const char *password)
{
	return password != NULL && password[0] == '!' ? PAT_ACCOUNT_LOCKED : 0;
}

static uint32_t date_check(const struct spwd *entry, long today)
{
	return entry->sp_expire != NEVER && today >= entry->sp_expire ? PAT_ACCOUNT_EXPIRED : 0;
}

int account_read(pam_handle_t *pamh, const struct passwd *user, long today, uint32_t *ret_account)
{
	const struct spwd *entry;

	errno = 0;
	entry = pam_modutil_getspnam(pamh, user->pw_name);
	if (entry != NULL) {
		*ret_account = PAT_ACCOUNT_SEEN | date_check(entry, today) |
			       password_check(entry->sp_pwdp);
		return 0;
	}
	if (errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == EIO ||
		errno == EAGAIN)
		return -errno;

	if (user->pw_passwd != NULL && strcmp(user->pw_passwd, "x") == 0)
		*ret_account = 0;
	else
		*ret_account = PAT_ACCOUNT_SEEN | password_check(user->pw_passwd);
	return 0;
}
