#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libsqlite3-0 3.40.1-2+deb12u2 (Debian 12) and 3.46.1-7+deb13u2 (Debian 13).
#
# A service has a database open.  An administrator renames the file, to put another one in its place,
# and does not restart the service.  Its next write depends on the journal mode:
#
#   delete: SQLITE_READONLY_DBMOVED
#   truncate: SQLITE_READONLY_DBMOVED
#   wal: no error
#
# An expert would not have guessed it: SQLite has a result code for just this, since after a crash the
# rollback journal would not be found under the file's new name.  The same is true of the log of WAL
# mode, but only the journal looks.  So the service commits what nobody else can see, under either
# name: each commit succeeds, synchronous=FULL and integrity_check say nothing, and after a kill the
# database has none of it.  Who switches a service to WAL, for speed, gives up that check.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# write MODE: renames a database in that journal mode while it is open, and writes to it; prints the
# result, and what the writer and other processes then see.
write() {
	chroot "$system" /usr/bin/python3 -c '
import os, sqlite3, subprocess, sys

READ = """
import sqlite3, sys
try:
    connection = sqlite3.connect("file:" + sys.argv[1] + "?mode=rw", uri=True)
    print(sys.argv[1] + ":", *connection.execute("SELECT count(*) FROM t").fetchone())
except sqlite3.Error as error:
    print(sys.argv[1] + ":", error)
"""
os.makedirs("/srv/" + sys.argv[1])
os.chdir("/srv/" + sys.argv[1])
service = sqlite3.connect("db", isolation_level=None)
service.execute("PRAGMA synchronous = FULL")
assert service.execute("PRAGMA journal_mode = " + sys.argv[1]).fetchone() == (sys.argv[1],)
service.execute("CREATE TABLE t (a)")
service.execute("PRAGMA wal_checkpoint")
os.rename("db", "aside")
try:
    service.execute("INSERT INTO t VALUES (1)")
    print("no error")
except sqlite3.Error as error:
    print(error.sqlite_errorname)
print("the service:", *service.execute("SELECT count(*) FROM t").fetchone())
print("check:", *service.execute("PRAGMA integrity_check").fetchone(), flush=True)
for name in "db", "aside":
    subprocess.run([sys.executable, "-c", READ, name], check=True)
' "$1"
}

for release in 'bookworm 3.40.1-2+deb12u2' 'trixie 3.46.1-7+deb13u2'; do
	read -r suite version <<<"$release"
	root "$suite" "libsqlite3-0=$version" python3
	system=$tmp/$suite
	others=$'check: ok\ndb: unable to open database file\naside: 0'
	for mode in delete truncate; do
		expect "$suite, $mode" $'SQLITE_READONLY_DBMOVED\nthe service: 0\n'"$others" "$(write "$mode")"
	done
	expect "$suite, wal" $'no error\nthe service: 1\n'"$others" "$(write wal)"
done
