/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judging the entries of an account. */
#include "common/account_bits.h"

#include <stddef.h>
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

uint32_t pat_account_bits(const struct passwd *user, const struct spwd *entry, long today)
{
	if (entry != NULL)
		return PAT_ACCOUNT_SEEN | date_check(entry, today) | password_check(entry->sp_pwdp);
	if (user->pw_passwd != NULL && strcmp(user->pw_passwd, "x") == 0)
		return 0;
	return PAT_ACCOUNT_SEEN | password_check(user->pw_passwd);
}
