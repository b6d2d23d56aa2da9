#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libsqlite3-0 3.40.1-2+deb12u2 (Debian 12).
#
# Where the quota of a file system is used up, a write fails with EDQUOT (122) and SQLite answers
# SQLITE_IOERR_WRITE (778).  sqlite3_system_errno() then says which error of the system it was, but
# only if the statement itself wrote.  If the same write was part of the commit, it says what it said
# before, so 0, or the errno of an older error that has nothing to do with this one:
#
#   the statement writes: result 778, errno 122
#   the commit writes: result 778, errno 0
#   the commit writes, after another error: result 778, errno 2
#
# Which of them it is depends on the size of the page cache: a statement writes when its changes no
# longer fit into the cache.
#
# An expert would not have guessed it: the documentation says that the function gives the errno that
# caused the most recent I/O error, and the result code is the same in all three cases.  So a program
# that tells a used-up quota from a broken disk by it is right for big transactions and wrong for
# small ones; in the third case it says that a file does not exist.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

root bookworm libsqlite3-0=3.40.1-2+deb12u2 btrfs-progs=6.2-1+deb12u2
mkdir -p "$tmp/bookworm/mnt" "$tmp/bookworm/proc"
mount -t proc proc "$tmp/bookworm/proc"
cleanup() {
	for mounted in mnt proc; do
		! mountpoint -q "$tmp/bookworm/$mounted" || umount "$tmp/bookworm/$mounted"
	done
}
truncate -s 200M "$tmp/bookworm/disk"
chroot "$tmp/bookworm" mkfs.btrfs --quiet /disk >"$tmp/log"
mount -o loop "$tmp/bookworm/disk" "$tmp/bookworm/mnt"
chroot "$tmp/bookworm" btrfs quota enable /mnt
chroot "$tmp/bookworm" btrfs subvolume create /mnt/small >"$tmp/log"
chroot "$tmp/bookworm" btrfs qgroup limit 1M /mnt/small

# try STATEMENT...: executes them in a new database; prints the outcome of the last one.
try() {
	rm -f "$tmp/bookworm/mnt/small/"*
	/usr/bin/python3 - "$tmp/bookworm"/usr/lib/*/libsqlite3.so.0 \
		"$tmp/bookworm/mnt/small/db" "$@" <<'PYTHON'
import ctypes, os, sys

library, path, *statements = sys.argv[1:]
sqlite = ctypes.CDLL(library)
db = ctypes.c_void_p()
assert sqlite.sqlite3_open(os.fsencode(path), ctypes.byref(db)) == 0
for statement in statements:
    sqlite.sqlite3_exec(db, statement.encode(), None, None, None)
print(f"result {sqlite.sqlite3_extended_errcode(db)}, errno {sqlite.sqlite3_system_errno(db)}")
sqlite.sqlite3_close(db)
PYTHON
}

table='CREATE TABLE t (a)'
insert='INSERT INTO t VALUES (randomblob(4000000))'
missing="ATTACH '/nonexistent/db' AS other"
expect 'the statement writes' 'result 778, errno 122' \
	"$(try "$table" 'PRAGMA cache_size = 10' "$insert")"
expect 'the commit writes' 'result 778, errno 0' \
	"$(try "$table" 'PRAGMA cache_size = 10000' "$insert")"
expect 'the commit writes, after another error' 'result 778, errno 2' \
	"$(try "$table" 'PRAGMA cache_size = 10000' "$missing" "$insert")"
