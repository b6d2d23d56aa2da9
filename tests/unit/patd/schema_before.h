/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database as earlier versions of its schema were: SQL that takes back what was added since. */
#pragma once

/* Before there were fleets: version 4. */
#define SCHEMA_WITHOUT_FLEET                                                                       \
	"DROP TABLE fleet_mark;"                                                                   \
	"DROP TABLE fleet_issuer;"                                                                 \
	"DROP INDEX token_by_hold;"                                                                \
	"DROP INDEX token_by_fleet_use;"                                                           \
	"DROP INDEX token_by_number;"                                                              \
	"DROP INDEX token_by_owner;"                                                               \
	"DROP INDEX token_by_name;"                                                                \
	"ALTER TABLE token DROP COLUMN issuer;"                                                    \
	"ALTER TABLE token DROP COLUMN number;"                                                    \
	"ALTER TABLE token DROP COLUMN row_hash;"                                                  \
	"ALTER TABLE token DROP COLUMN held;"                                                      \
	"ALTER TABLE token DROP COLUMN hosts;"                                                     \
	"CREATE UNIQUE INDEX token_by_owner ON token (user, uid, name);"                           \
	"CREATE INDEX token_by_name ON token (name, user, uid);"

/* Before tokens could be bound to anything: version 3. */
#define SCHEMA_WITHOUT_UNTIL                                                                       \
	SCHEMA_WITHOUT_FLEET                                                                       \
	"DROP TABLE session;"                                                                      \
	"ALTER TABLE token DROP COLUMN until;"                                                     \
	"ALTER TABLE token DROP COLUMN until_id;"

/* Before uses could be approved: version 2. */
#define SCHEMA_WITHOUT_APPROVALS                                                                   \
	SCHEMA_WITHOUT_UNTIL                                                                       \
	"ALTER TABLE token DROP COLUMN confirm;"                                                   \
	"ALTER TABLE history DROP COLUMN command;"                                                 \
	"ALTER TABLE history DROP COLUMN process;"                                                 \
	"ALTER TABLE history DROP COLUMN answered;"                                                \
	"ALTER TABLE history DROP COLUMN answered_by;"
