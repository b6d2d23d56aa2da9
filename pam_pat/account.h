/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a user's account by shadow(5), which patd judges. */
#pragma once

#include <pwd.h>
#include <security/pam_modules.h>
#include <stdint.h>

/*
 * pat_account_bits() of the user, whose entry only root can see.  today: days since 1970-01-01 UTC.
 *
 * 0, or a temporary error that kept the entry from being read: -ENOMEM, -EMFILE, -ENFILE, -EIO,
 * -EAGAIN.
 */
int account_read(pam_handle_t *pamh, const struct passwd *user, long today, uint32_t *ret_account);
