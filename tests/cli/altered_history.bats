#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl with a history that somebody altered who does not have the key.

load cli

setup() {
	export T=t
	patd_world
	for n in 1 2 3; do
		patctl generate -q "$T $n" >/dev/null
	done
}

teardown() {
	patd_world_end
}

# altered SQL: while patd does not run
altered() {
	patd_stop
	/usr/bin/python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.executescript(sys.argv[2])' "$WORLD/state/patd.db" "$1"
	patd_start
}

# found SEQ: patctl log --verify finds that entry altered, or missing
found() {
	run -1 patctl log --verify
	expect "$output" "the history was altered at entry $1:"
	run -1 --separate-stderr patctl log --verify --json
	[ "$(json '["bad"]' <<<"$output")" = "$1" ]
}

@test "integrity: log --verify exits 1 and names an altered entry" {
	altered "UPDATE history SET service = 'sudo' WHERE seq = 2"
	found 2
}

@test "integrity: log --verify exits 1 and names an added entry" {
	altered "CREATE TABLE more AS SELECT * FROM history WHERE seq = 3;
		UPDATE more SET seq = 4; INSERT INTO history SELECT * FROM more; DROP TABLE more"
	found 4
}

@test "integrity: log --verify exits 1 and names a removed entry" {
	altered "DELETE FROM history WHERE seq = 2"
	found 2
}

@test "integrity: log --verify exits 1 if the history was cut off at either end" {
	altered "DELETE FROM history WHERE seq = 3"
	found 3
	altered "DELETE FROM history WHERE seq = 1"
	found 1
}

@test "integrity: doctor reports an altered entry, and a history that was cut off" {
	altered "UPDATE history SET service = 'sudo' WHERE seq = 2"
	run -1 patctl doctor
	expect "$output" "problem  history: the history was altered at entry 2:"
	altered "DELETE FROM history WHERE seq = 3"
	run -1 patctl doctor --quiet
	expect "$output" "problem  history: the history was altered at entry "
}

@test "integrity: doctor names the tokens that were altered" {
	run patctl doctor
	expect "$output" "ok       token: no token was altered"
	id=$(id_of "t 2")
	altered "UPDATE token SET expires_at = 4102444800 WHERE name = 't 2'"
	run -1 patctl doctor
	expect "$output" "problem  token: 1 token was altered outside of patd, which refuses it: $id; "
	run -1 patctl doctor --json
	[ "$(json '["findings"]' <<<"$output" | grep -c "'check': 'token', 'level': 'problem'")" = 1 ]
	# What it advises.
	run -0 patctl list --all --state=altered
	expect "$output" "$id"
	patctl delete -y "$id"
	run patctl doctor
	expect "$output" "ok       token: no token was altered"
}

@test "integrity: entries that were altered to be old are not pruned, and doctor says so" {
	run patctl doctor
	expect "$output" "ok       history: no entry of the history was altered"
	altered "UPDATE history SET at = 1 WHERE seq <= 2; DELETE FROM meta WHERE key = 'daily'"
	# That work begins once patd serves.
	until run -1 patctl doctor && [[ $output == *"does not remove old entries any more"* ]]; do :; done
	expect "$output" "the history was altered outside of patd, at entry 1 or before it"
	found 1
	[ "$(patctl log --json | grep -o '"seq"' | wc -l)" = 3 ]
}
