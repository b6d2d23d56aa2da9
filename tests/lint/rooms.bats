#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whether tests/lint/rooms finds what it is there to find.

bats_require_minimum_version 1.5.0

setup() {
	top=$BATS_TEST_DIRNAME/../..
	tree=$BATS_TEST_TMPDIR/tree objects=$BATS_TEST_TMPDIR/objects
	mkdir -p "$tree" "$objects"
	(cd "$top" && find common protocol front patd patctl pam_pat desktop fleet -name '*.[ch]' -exec cp --parents -t "$tree" {} +)
	(cd "$BUILD" && find common protocol front patd patctl pam_pat desktop fleet -name '*.o' -exec cp --parents -t "$objects" {} +)
}

# A file of C in the tree, with the text of standard input, and its object.
plant() {
	cat >"$tree/$1"
	cc -I"$tree" -c -o "$objects/${1%.c}.o" "$tree/$1"
}

@test "the tree keeps to the table of rooms" {
	run -0 "$top/tests/lint/rooms" "$tree" "$objects"
	[ -z "$output" ]
}

@test "an include from a room above is found" {
	echo '#include "patd/tokens/tokens.h"' >"$tree/patd/util/planted.h"
	run -1 "$top/tests/lint/rooms" "$tree" "$objects"
	[ "$output" = "patd/util/planted.h: patd/util may not use patd/tokens/tokens.h" ]
}

@test "a file outside of every room is found" {
	mkdir "$tree/patd/attic"
	echo '#include "common/wire.h"' >"$tree/patd/attic/planted.h"
	run -1 "$top/tests/lint/rooms" "$tree" "$objects"
	[[ $output == *"patd/attic/planted.h: patd/attic may not use common/wire.h"* ]]
}

@test "a symbol of a room above is found without an include" {
	plant patd/util/planted.c <<<'int daemon_run(void); int planted(void) { return daemon_run(); }'
	run -1 "$top/tests/lint/rooms" "$tree" "$objects"
	[[ $output == *"patd/util/planted.c: patd/util may not use patd/daemon.c"* ]]
}

@test "a second file of the same name is found" {
	: >"$tree/patctl/base/wire.h"
	run -1 "$top/tests/lint/rooms" "$tree" "$objects"
	[ "$output" = "wire.h: two files have this name" ]
}

@test "a second file of the same name in the desktop page is found" {
	: >"$tree/desktop/page/wire.h"
	run -1 "$top/tests/lint/rooms" "$tree" "$objects"
	[ "$output" = "wire.h: two files have this name" ]
}

@test "headers that include each other are found" {
	echo '#include "patd/util/planted2.h"' >"$tree/patd/util/planted1.h"
	echo '#include "patd/util/planted1.h"' >"$tree/patd/util/planted2.h"
	run -1 "$top/tests/lint/rooms" "$tree" "$objects"
	[[ $output == "a circle of:"*"patd/util/planted"* ]]
}

@test "files that call each other are found" {
	plant patd/util/planted1.c <<<'int planted2(void); int planted1(void) { return planted2(); }'
	plant patd/util/planted2.c <<<'int planted1(void); int planted2(void) { return planted1(); }'
	run -1 "$top/tests/lint/rooms" "$tree" "$objects"
	[[ $output == "a circle of:"*"patd/util/planted"* ]]
}
