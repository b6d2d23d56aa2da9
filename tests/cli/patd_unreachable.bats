#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl without patd or without a bus.

load cli

setup() {
	patd_world
}

teardown() {
	kill -CONT "$(cat "$WORLD/bus.pid")" "$(cat "$WORLD/patd.pid")" 2>/dev/null || :
	patd_world_end
}

@test "each verb exits 8 and suggests systemctl status without patd" {
	patd_stop
	for call in list "show x" "generate x" "revoke x y z" "restore x" "delete -y x" \
		"list --json" "generate x --json"; do
		# shellcheck disable=SC2086 # to be split
		run -8 --separate-stderr patctl $call
		expect_stderr "is patd running? see: systemctl status patd"
	done
}

@test "an error of all operands is printed once" {
	patd_stop
	run -8 --separate-stderr patctl revoke x y z
	# shellcheck disable=SC2154 # run assigns it
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "usage errors and help need no patd" {
	patd_stop
	run -2 patctl generate x --expires=30
	run -3 patctl delete x </dev/null
	run -0 patctl help
}

@test "list by an ordinary user exits 8 without a bus or with an invalid address" {
	bus_stop
	run -8 --separate-stderr as_games patctl list
	expect_stderr "are patd and patd-bus running? see: systemctl status patd patd-bus"
	DBUS_SYSTEM_BUS_ADDRESS=nonsense run -8 as_games patctl list
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent run -8 as_games patctl list
}

@test "a bus or a patd that hangs is named, and that a change may have been made" {
	local bus
	bus=$(cat "$WORLD/bus.pid")
	kill -STOP "$bus"
	run -8 --separate-stderr timeout 200 setpriv --reuid=games --regid=games --clear-groups \
		patctl list
	kill -CONT "$bus"
	expect_stderr "there was no answer within 25 seconds"
	expect_stderr "systemctl status patd patd-bus"
	kill -STOP "$(cat "$WORLD/patd.pid")"
	run -8 --separate-stderr patctl disable --all
	kill -CONT "$(cat "$WORLD/patd.pid")"
	expect_stderr "patd did not answer within 25 seconds; whether anything was changed is not known"
}

@test "only what patd may have done has to be checked" {
	patd_stop
	for call in "generate x" "disable --all" "revoke --all --user=root"; do
		# shellcheck disable=SC2086 # to be split
		run -8 --separate-stderr patctl $call
		expect_not_stderr "check whether"
		expect_not_stderr "not known"
	done
}

@test "show succeeds after patd is started again" {
	patctl generate -q ci >/dev/null
	patd_stop
	run -8 patctl list
	patd_start
	run -0 patctl show ci
}
