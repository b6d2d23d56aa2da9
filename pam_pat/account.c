/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the state of an account from shadow(5). */
#include "pam_pat/account.h"

#include <errno.h>
#include <security/pam_modutil.h>
#include <shadow.h>
#include <stddef.h>

#include "common/account_bits.h"

int account_read(pam_handle_t *pamh, const struct passwd *user, long today, uint32_t *ret_account)
{
	const struct spwd *entry;

	errno = 0;
	entry = pam_modutil_getspnam(pamh, user->pw_name);
	if (entry == NULL && (errno == ENOMEM || errno == EMFILE || errno == ENFILE ||
				     errno == EIO || errno == EAGAIN))
		return -errno;
	*ret_account = pat_account_bits(user, entry, today);
	return 0;
}
