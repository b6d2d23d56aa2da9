/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a user's account by shadow(5), which patd judges. */
#ifndef PAM_PAT_ACCOUNT_H
#define PAM_PAT_ACCOUNT_H

#include <pwd.h>
#include <security/pam_modules.h>
#include <stdint.h>

/*
 * Bits of enum pat_account; only root can see them.  today: days since 1970-01-01 UTC.
 *
 * An account expires when pam_unix says so: on the day of its expiration date, and a date of 0,
 * which shadow(5) leaves open, has come.
 *
 * Who has no entry is known without one, unless the password field refers to it by "x".  Then
 * the entry is there and cannot be read, as in a confined program, and there is no
 * PAT_ACCOUNT_SEEN.  NSS itself tells the two apart on some machines only.
 *
 * 0, or what kept the entry from being read and may pass: -ENOMEM, -EMFILE, -ENFILE, -EIO,
 * -EAGAIN.
 */
int account_read(pam_handle_t *pamh, const struct passwd *user, long today, uint32_t *ret_account);

#endif
