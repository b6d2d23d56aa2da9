#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl without patd or without a bus.

load cli

setup() {
	patd_world
}

teardown() {
	patd_world_end 2>/dev/null || true
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
	expect_stderr "is patd running?"
	DBUS_SYSTEM_BUS_ADDRESS=nonsense run -8 as_games patctl list
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent run -8 as_games patctl list
}

@test "show succeeds after patd is started again" {
	patctl generate -q ci >/dev/null
	patd_stop
	run -8 patctl list
	patd_start
	run -0 patctl show ci
}
