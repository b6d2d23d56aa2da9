/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking up a user in a limited time: NSS may ask a server that does not answer. */
#pragma once

#include <stdint.h>

#define USER_NAME_SIZE 256 /* bytes, with the NUL; LOGIN_NAME_MAX */

struct system_user {
	uint32_t uid;
	char name[USER_NAME_SIZE]; /* as NSS spells it, which may be otherwise than asked for */
};

#define USER_LOOKUP_LIMIT 2000 /* milliseconds for NSS, where something was done already */

enum user_answer {
	USER_FOUND,
	USER_UNKNOWN,
	USER_NAME_TOO_LONG, /* there is one, whose name as NSS spells it is longer than a token's */
	USER_UNANSWERED     /* NSS failed, or took longer than limit */
};

/* limit: milliseconds.  *ret is set with USER_FOUND only. */
enum user_answer user_lookup(const char *name, int limit, struct system_user *ret);

/* The same, with the state of the account: pat_account_bits() of what this process may read. */
enum user_answer user_lookup_account(
	const char *name, int limit, struct system_user *ret, uint32_t *ret_account);
