# SPDX-License-Identifier: LGPL-2.1-or-later
# "make install" without packages.

bats_require_minimum_version 1.5.0

setup() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	OBJECT=$BATS_TEST_TMPDIR/build/patctl/verbs/verb_restore_backup.o
}

# build PREFIX
build() {
	make -s -C "$TOP" O="$BATS_TEST_TMPDIR/build" prefix="$1" "$OBJECT"
}

@test "a program that was built for one prefix is built anew for another" {
	build /usr/local
	grep -q /usr/local/libexec/patd "$OBJECT"
	build /usr
	run ! grep -q /usr/local/libexec/patd "$OBJECT"
	grep -q /usr/libexec/patd "$OBJECT"
}

@test "a program is not built again for the same prefix" {
	build /usr
	before=$(stat -c %y "$OBJECT")
	build /usr
	[ "$(stat -c %y "$OBJECT")" = "$before" ]
}
