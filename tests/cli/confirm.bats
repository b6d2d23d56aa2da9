#!/usr/bin/env bats
# Deleting asks, where there is somebody to ask.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

revoked() {
	patctl generate -q "$1" >/dev/null
	patctl revoke -q "$1"
}

@test "yes deletes" {
	for answer in y Y yes YES; do
		revoked "$T-$answer"
		run -0 on_terminal "patctl delete $T-$answer" <<<"$answer"
		expect "$output" "$T-$answer ("
		expect "$output" "[y/N]"
		expect "$output" "User token successfully deleted"
	done
}

@test "no, nothing and anything else decline: exit 3, and nothing is deleted" {
	revoked "$T"
	for answer in n no "" "yes please" delete; do
		run -3 on_terminal "patctl delete $T" <<<"$answer"
		expect "$output" "nothing was deleted"
	done
	run -0 patctl show "$T"
}

@test "the end of input declines" {
	revoked "$T"
	run -3 on_terminal "patctl delete $T" </dev/null
	expect "$output" "nothing was deleted"
	run -0 patctl show "$T"
}

@test "one question for several tokens" {
	revoked "$T-1"
	revoked "$T-2"
	run -0 on_terminal "patctl delete $T-1 $T-2" <<<y
	[ "$(grep -c 'y/N' <<<"$output")" -eq 1 ]
	[ "$(grep -c 'successfully deleted' <<<"$output")" -eq 2 ]
}

@test "no question for what will be refused" {
	patctl generate -q "$T" >/dev/null
	run -1 on_terminal "patctl delete $T"
	expect_not "$output" "y/N"
	expect "$output" "patctl revoke $T"
	run -4 on_terminal "patctl delete no-such"
	expect_not "$output" "y/N"
}

@test "an altered token, which can be deleted without being revoked, is asked about" {
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

@test "--yes asks nothing" {
	revoked "$T"
	run -0 on_terminal "patctl delete --yes $T"
	expect_not "$output" "y/N"
}

@test "without a terminal to ask on: exit 3 and the advice of --yes" {
	revoked "$T"
	run --separate-stderr patctl delete "$T" <<<y
	expect_status 3
	expect_stderr "--yes"
	run -3 on_terminal "patctl delete $T </dev/null"
	run -3 on_terminal "patctl delete $T 2>/dev/null"
	run -0 patctl show "$T"
}

@test "a declined --json is a document all the same" {
	revoked "$T"
	run -3 on_terminal "patctl delete --json $T 2>/dev/tty >$BATS_TEST_TMPDIR/out" <<<n
	[ "$(<"$BATS_TEST_TMPDIR/out")" = "[]" ]
}
