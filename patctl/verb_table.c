/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all verbs, a line each.  Each verb defines its row verb_NAME in its own file. */
#include "patctl/verb_table.h"

/* clang-format off */
#define VERBS(verb)          \
	verb(list)           \
	verb(generate)       \
	verb(show)           \
	verb(revoke)         \
	verb(restore)        \
	verb(rotate)         \
	verb(rename)         \
	verb(delete)         \
	verb(check)          \
	verb(log)            \
	verb(disable)        \
	verb(enable)         \
	verb(policy)         \
	verb(doctor)         \
	verb(backup)         \
	verb(restore_backup) \
	verb(help)           \
	verb(complete)
/* clang-format on */

#define DECLARE(name) extern const struct verb verb_##name;
#define ADDRESS(name) &verb_##name,

VERBS(DECLARE)

const struct verb *const verb_table[] = { VERBS(ADDRESS) NULL };
