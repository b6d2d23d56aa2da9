/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a token can be bound to, so that it ends with that: "boot", "session:ID" of logind's, and
 * "unit:NAME" of the system's manager.
 */
#pragma once

#include <stdbool.h>

enum until_kind {
	UNTIL_BOOT,    /* the boot of the machine, as it runs now */
	UNTIL_SESSION, /* a login session */
	UNTIL_UNIT,    /* a unit, from this start to its stop */
	UNTIL_KINDS
};

/* The word before the id or name: "boot" for UNTIL_BOOT, which has none.  Static. */
const char *until_word(enum until_kind kind);

/* Whether text has that form; *ret_name: the id or name, into text; "" for UNTIL_BOOT. */
bool until_split(const char *text, enum until_kind *ret_kind, const char **ret_name);
