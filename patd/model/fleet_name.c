/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of issuers and hosts. */
#include "patd/model/fleet_name.h"

#include <string.h>

#include "patd/model/token.h"

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool fleet_user_valid(const char *user)
{
	return user[0] != '\0' && !strpbrk(user, ":/ \t");
}

bool fleet_name_valid(const char *name)
{
	const size_t len = strnlen(name, FLEET_NAME_LEN_MAX + 1);

	return len >= 1 && len <= FLEET_NAME_LEN_MAX && strspn(name, LETTERS_AND_DIGITS) > 0 &&
	       strspn(name, LETTERS_AND_DIGITS "-._") == len;
}
