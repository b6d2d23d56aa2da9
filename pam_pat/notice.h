/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The notice about a verdict for the person who logs in; a secret that does not match gets none. */
#pragma once

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"

#define NOTICE_SIZE 128 /* bytes: the longest, and its NUL */

/*
 * The notice for a reply that came at now, seconds UTC.  False if there is none.  ahead: so many
 * seconds before its expiry, or fewer, an accepted token announces it; 0: never.
 */
bool notice_format(char ret_text[static NOTICE_SIZE], const struct pat_reply *reply, uint64_t now,
	uint64_t ahead);

/*
 * Shows it, also that of an accepted token, as an error: libpam_misc, and with it su, prints
 * information to standard output, where it would be taken for output of the command that su runs.
 * A failure is ignored.
 */
void notice_show(pam_handle_t *pamh, const struct pat_reply *reply, uint64_t now, uint64_t ahead);

/* Says that the login waits for an approval, for so many seconds at most. */
void notice_asked(pam_handle_t *pamh, unsigned int seconds);

/* Says that blanks before or after a token were ignored, which may be in a file of a job. */
void notice_blanks(pam_handle_t *pamh);

/* Says that a token does not change the password. */
void notice_no_password(pam_handle_t *pamh);
