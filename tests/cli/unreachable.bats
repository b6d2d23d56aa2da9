#!/usr/bin/env bats
# patd not there: exit 8, and what to look at.

load cli

setup() {
	patd_world
}

teardown() {
	patd_world_end 2>/dev/null || true
}

@test "patd does not run" {
	patd_stop
	for call in list "show x" "generate x" "revoke x y z" "restore x" "delete -y x" \
		"list --json" "generate x --json"; do
		# shellcheck disable=SC2086 # words are meant
		run --separate-stderr patctl $call
		expect_status 8
		expect_stderr "is patd running? see: systemctl status patd"
	done
}

@test "what several items share is said once" {
	patd_stop
	run --separate-stderr patctl revoke x y z
	expect_status 8
	# shellcheck disable=SC2154 # run assigns it
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "a wrong command line is told even so" {
	patd_stop
	run -2 patctl generate x --expires=30
	run -3 patctl delete x </dev/null
	run -0 patctl help
}

@test "there is no bus" {
	patd_stop
	bus_stop
	run --separate-stderr patctl list
	expect_status 8
	expect_stderr "is patd running?"
	DBUS_SYSTEM_BUS_ADDRESS=nonsense run -8 patctl list
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent run -8 patctl list
}

@test "patd is there again after a restart" {
	patctl generate -q ci >/dev/null
	patd_stop
	run -8 patctl list
	patd_start
	run -0 patctl show ci
}
