#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl delete asks for confirmation on a terminal.

load shared_patd

revoked() {
	patctl generate -q "$1" >/dev/null
	patctl revoke -q "$1"
}

@test "delete after the answer yes deletes the token" {
	for answer in y Y yes YES; do
		revoked "$T-$answer"
		run -0 on_terminal "patctl delete $T-$answer" <<<"$answer"
		expect "$output" "$T-$answer ("
		expect "$output" "[y/N]"
		expect "$output" "User token successfully deleted"
	done
}

@test "delete after any other answer exits 3 and deletes nothing" {
	revoked "$T"
	for answer in n no "" "yes please" delete; do
		run -3 on_terminal "patctl delete $T" <<<"$answer"
		expect "$output" "nothing was deleted"
	done
	run -0 patctl show "$T"
}

@test "delete at the end of input exits 3 and deletes nothing" {
	revoked "$T"
	run -3 on_terminal "patctl delete $T" </dev/null
	expect "$output" "nothing was deleted"
	run -0 patctl show "$T"
}

@test "delete of several tokens asks once" {
	revoked "$T-1"
	revoked "$T-2"
	run -0 on_terminal "patctl delete $T-1 $T-2" <<<y
	[ "$(grep -c 'y/N' <<<"$output")" -eq 1 ]
	[ "$(grep -c 'successfully deleted' <<<"$output")" -eq 2 ]
}

@test "delete of an active or missing token asks nothing and fails" {
	patctl generate -q "$T" >/dev/null
	run -1 on_terminal "patctl delete $T"
	expect_not "$output" "y/N"
	expect "$output" "patctl revoke $T"
	run -4 on_terminal "patctl delete no-such"
	expect_not "$output" "y/N"
}

@test "delete of an altered token asks and deletes it without a revoke" {
	patctl generate -q "$T" >/dev/null
	patd_stop
	/usr/bin/python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute("UPDATE token SET expires_at = 0 WHERE name = ?", sys.argv[2:])' \
		"$WORLD/state/patd.db" "$T"
	patd_start
	run -0 patctl show "$T"
	expect "$output" "State:    altered"
	run -3 on_terminal "patctl delete $T" <<<n
	run -0 on_terminal "patctl delete $T" <<<y
	expect "$output" "y/N"
}

@test "delete --yes asks nothing" {
	revoked "$T"
	run -0 on_terminal "patctl delete --yes $T"
	expect_not "$output" "y/N"
}

@test "delete without a terminal exits 3 and suggests --yes" {
	revoked "$T"
	run -3 --separate-stderr patctl delete "$T" <<<y
	expect_stderr "--yes"
	run -3 on_terminal "patctl delete $T </dev/null"
	run -3 on_terminal "patctl delete $T 2>/dev/null"
	run -0 patctl show "$T"
}

@test "delete --json after the answer no prints an empty array" {
	revoked "$T"
	run -3 on_terminal "patctl delete --json $T 2>/dev/tty >$BATS_TEST_TMPDIR/out" <<<n
	[ "$(<"$BATS_TEST_TMPDIR/out")" = "[]" ]
}
