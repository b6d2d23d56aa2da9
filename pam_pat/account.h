/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a user's account by shadow(5), which patd judges. */
#pragma once

#include <pwd.h>
#include <security/pam_modules.h>
#include <stdint.h>

/*
 * Bits of enum pat_account; only root can see them.  today: days since 1970-01-01 UTC.
 *
 * An account expires as for pam_unix: on the day of its expiration date; a date of 0, which
 * shadow(5) leaves open, has passed.
 *
 * A user without an entry counts as seen, unless the password field of passwd(5) is "x": then there
 * is an entry that cannot be read, as in a confined program, and PAT_ACCOUNT_SEEN is not set.  NSS
 * distinguishes the two cases on some machines only.
 *
 * 0, or a temporary error that kept the entry from being read: -ENOMEM, -EMFILE, -ENFILE, -EIO,
 * -EAGAIN.
 */
int account_read(pam_handle_t *pamh, const struct passwd *user, long today, uint32_t *ret_account);
