/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What passwd(5) and shadow(5) say about an account, for pam_pat and for `patctl check`. */
#pragma once

#include <pwd.h>
#include <shadow.h>
#include <stdint.h>

#define PAT_SECONDS_PER_DAY 86400

/*
 * Bits of enum pat_account (common/wire.h).  entry: NULL if there is none, or none that can be
 * read.  today: days since 1970-01-01 UTC.
 *
 * An account expires as for pam_unix: on the day of its expiration date; a date of 0, which
 * shadow(5) leaves open, has passed.
 *
 * A user without an entry counts as seen, unless the password field of passwd(5) is "x": then there
 * is an entry that cannot be read, as in a confined program, and PAT_ACCOUNT_SEEN is not set.  NSS
 * distinguishes the two cases on some machines only.
 */
uint32_t pat_account_bits(const struct passwd *user, const struct spwd *entry, long today);
