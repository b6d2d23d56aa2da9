/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SQLite's own switches for files that are not trusted: see sqlite.org/security. */
#include "patd/db/hardening.h"

#include <stddef.h>

static const struct {
	int option, on;
} switches[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
	{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	{ SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
	/* No strings in double quotes. */
	{ SQLITE_DBCONFIG_DQS_DML, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },
};

int connection_harden(sqlite3 *db)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		int now = !switches[i].on;
		int r = sqlite3_db_config(db, switches[i].option, switches[i].on, &now);

		if (r != SQLITE_OK)
			return r;
		if (now != switches[i].on)
			return SQLITE_MISUSE;
	}
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	return sqlite3_exec(db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
}
