# SPDX-License-Identifier: LGPL-2.1-or-later
"""What somebody who can write to a database of patd's can add to its schema, with all rows and MACs
as they were: {case: (SQL, what patd must name)}."""

UNDO = "BEGIN UPDATE token SET revoked_at = 0, mac = old.mac WHERE id = new.id; END"
RECOUNT = "BEGIN UPDATE token SET uses = old.uses, mac = old.mac WHERE id = new.id; END"

FOREIGN_OBJECTS = {
    "a trigger that undoes revocations":
        (f"CREATE TRIGGER undo AFTER UPDATE OF revoked_at ON token {UNDO}", 'trigger "undo"'),
    "a trigger that undoes uses":
        (f"CREATE TRIGGER recount AFTER UPDATE OF uses ON token {RECOUNT}", 'trigger "recount"'),
    "a trigger that keeps history entries away":
        ("CREATE TRIGGER hush BEFORE INSERT ON history BEGIN SELECT raise(IGNORE); END",
         'trigger "hush"'),
    "a view": ("CREATE VIEW spare AS SELECT * FROM token", 'view "spare"'),
    "a view in place of a table":
        ("ALTER TABLE disabled RENAME TO spare;"
         "CREATE VIEW disabled AS SELECT * FROM spare WHERE user != 'games'", '"spare"'),
    "another table": ("CREATE TABLE spare (a)", 'table "spare"'),
    "statistics for the planner of queries": ("ANALYZE", 'table "sqlite_stat1"'),
    "another index": ("CREATE INDEX spare ON token (uid)", 'index "spare"'),
    "an index over an expression":
        ("CREATE INDEX spare ON token (upper(name))", 'index "spare"'),
    "an index that is not unique":
        ("DROP INDEX token_by_owner; CREATE INDEX token_by_owner ON token (user, uid, name)",
         'index "token_by_owner"'),
    "an index of fewer rows":
        ("DROP INDEX token_by_end; CREATE INDEX token_by_end ON token (expires_at) WHERE uid > 0",
         'index "token_by_end"'),
    "an index removed": ("DROP INDEX token_by_return", 'index "token_by_return"'),
    "a generated column":
        ("ALTER TABLE token ADD COLUMN spare TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL",
         'table "token"'),
    "another column": ("ALTER TABLE token ADD COLUMN spare TEXT", 'table "token"'),
    "a condition of a column":
        ("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql,"
         " 'revoked_at INTEGER', 'revoked_at INTEGER CHECK (revoked_at = 0)')", 'table "token"'),
    "a name with control characters":
        ("CREATE TABLE \"a\x1b[2Jb\" (a)", 'table "?"'),
}  # fmt: skip
