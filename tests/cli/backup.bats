#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl backup and patd --restore-backup: a backup is complete, protected and restorable.

load shared_patd

# restore FILE DIR: restores the backup into the state directory
restore() {
	"$BUILD/patd/patd" --restore-backup="$1" --state-dir="$2"
}

@test "a backup restored into an empty state directory has the same tokens" {
	token=$(patctl generate -q "$T")
	patctl generate -q "$T revoked" >/dev/null
	patctl revoke -q "$T revoked"
	run -0 --separate-stderr patctl backup "$WORLD/$T"
	[ "$output" = "" ]
	[ "$(stat -c %a "$WORLD/$T")" = 600 ]
	before=$(patctl list --json)
	patd_stop
	mv "$WORLD/state" "$WORLD/lost"
	run -0 restore "$WORLD/$T" "$WORLD/state"
	patd_start
	[ "$(patctl list --json)" = "$before" ]
	login "$token" root 0
	run -0 patctl log --verify
}

@test "backup to standard output is refused and writes no file" {
	mkdir "$BATS_TEST_TMPDIR/empty"
	cd "$BATS_TEST_TMPDIR/empty"
	run -2 --separate-stderr patctl backup -
	[ "$output" = "" ]
	expect_stderr "cannot be written to standard output; name a file"
	[ "$(ls -A)" = "" ]
	run -0 patctl backup -q ./-
	[ -s ./- ]
}

@test "a restore keeps the former state, which can be put back" {
	patctl backup -q "$WORLD/$T"
	token=$(patctl generate -q "$T later")
	patd_stop
	run -0 restore "$WORLD/$T" "$WORLD/state"
	expect "$output" before-restore-
	patd_start
	run -4 patctl show "$T later"
	patd_stop
	kept=$(ls -d "$WORLD/state/before-restore-"*)
	mv "$kept" "$WORLD/kept"
	rm -r "$WORLD/state"
	mv "$WORLD/kept" "$WORLD/state"
	patd_start
	login "$token" root 0
}

@test "a restore is one entry of the restored history" {
	patctl generate -q "$T" >/dev/null
	patctl backup -q "$WORLD/$T"
	before=$(patctl log --all --json | wc -l)
	patd_stop
	run -0 restore "$WORLD/$T" "$WORLD/state"
	# Once, and with the whole path of the former state.
	[ "$(grep -c 'backup is restored' <<<"$output")" -eq 1 ]
	expect "$output" "the former state is in $WORLD/state/before-restore-20"
	for _ in 1 2; do
		patd_start
		run -0 patctl log --all
		[ "${#lines[@]}" -eq $((before + 1)) ]
		[[ ${lines[-1]} == *"restored "*"the tokens of all users, by root: from a backup" ]]
		patd_stop
	done
	patd_start
	run -0 patctl log --all --json -n 1
	[ "$(json '["event"]' <<<"$output")" = restored ]
	[ "$(json '["id"]' <<<"$output")$(json '["user"]' <<<"$output")" = NoneNone ]
	[ "$(json '["how"]' <<<"$output")" = root ]
	[ ! -e "$WORLD/state/was-restored" ]
	run -0 patctl log --verify
}

@test "a backup with a flipped byte is refused and nothing is changed" {
	patctl backup -q "$WORLD/$T"
	mkdir -m 0700 "$WORLD/$T.state"
	size=$(stat -c %s "$WORLD/$T")
	for at in 0 17 30 60 88 $((size / 2)) $((size - 1)); do
		cp "$WORLD/$T" "$WORLD/$T.bad"
		python3 -c '
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(-1, 1)
    file.write(bytes([byte ^ 1]))' "$WORLD/$T.bad" "$at"
		run -1 "$BUILD/patd/patd" --verify-backup="$WORLD/$T.bad"
		run -1 restore "$WORLD/$T.bad" "$WORLD/$T.state"
		[ "$(ls -A "$WORLD/$T.state")" = "" ] || fail "byte $at: $(ls -A "$WORLD/$T.state")"
	done
}

@test "a restore while patd runs is refused" {
	patctl backup -q "$WORLD/$T"
	run -1 restore "$WORLD/$T" "$WORLD/state"
	expect "$output" "in use"
	run -0 patctl list
}

@test "backup to an existing file exits 1 and leaves the file unchanged" {
	echo mine >"$WORLD/$T"
	run -1 --separate-stderr patctl backup "$WORLD/$T"
	expect_stderr "already exists"
	[ "$(cat "$WORLD/$T")" = mine ]
}

@test "backup and restore-backup by an ordinary user exit 5 and leave no file" {
	mkdir -m 0777 "$WORLD/$T"
	chmod 0777 "$WORLD/$T"
	run -5 as_games patctl backup "$WORLD/$T/backup"
	run -5 as_games patctl restore-backup "$WORLD/$T/backup"
	[ "$(ls -A "$WORLD/$T")" = "" ]
}

@test "backup and restore-backup with a missing path exit 1 and name the problem" {
	run -1 --separate-stderr patctl backup "$WORLD/none/backup"
	expect_stderr "cannot write"
	run -1 --separate-stderr patctl restore-backup --yes "$WORLD/none"
	expect_stderr "cannot open"
	run -3 --separate-stderr patctl restore-backup "$WORLD/none" </dev/null
	expect_stderr "--yes"
}

@test "progress is shown on a terminal only" {
	run -0 on_terminal "patctl backup $WORLD/$T.1"
	expect "$output" "Backup: ["
	run -0 on_terminal "patctl backup --quiet $WORLD/$T.2"
	[ "$output" = "" ]
	run -0 --separate-stderr patctl backup "$WORLD/$T.3"
	expect_not_stderr "["
	run -0 on_terminal "$BUILD/patd/patd --verify-backup=$WORLD/$T.3"
	for what in "Reading the backup" "Checking the database" "Checking the history"; do
		expect "$output" "$what: ["
	done
	run -0 on_terminal "$BUILD/patd/patd --verify-backup=$WORLD/$T.3 >/dev/null"
	[ "$output" = "" ]
	run -0 "$BUILD/patd/patd" --verify-backup="$WORLD/$T.3"
	[ "$output" = "patd: the backup is whole" ]
}

@test "a backup during which patd ends exits 8 and leaves no file" {
	mkdir "$WORLD/$T"
	kill -STOP "$(cat "$WORLD/patd.pid")"
	patctl backup "$WORLD/$T/backup" 2>"$WORLD/$T.err" 3>&- &
	local backup=$!
	# shellcheck disable=SC2016 # for the inner shell
	timeout 60 bash -c 'until [ -n "$(ls "$0")" ]; do sleep 0.05; done' "$WORLD/$T"
	patd_stop KILL
	wait "$backup" && status=0 || status=$?
	patd_start # before it, patctl would have asked that one
	expect_status 8
	expect "$(cat "$WORLD/$T.err")" "is patd running?"
	[ "$(ls "$WORLD/$T")" = "" ]
	run -0 patctl backup -q "$WORLD/$T/again"
}
