#!/usr/bin/env bats
# Tokens after their time, and what a restart of patd leaves as it was.

load cli

setup() {
	patd_world
}

teardown() {
	patd_world_end
}

# patd_later DAYS: the same patd, so much later.
patd_later() {
	patd_stop
	patd_start env LATER=$(($1 * 86400)) \
		LD_PRELOAD="$(asan_preload) $BUILD/tests/pam/later.so"
}

@test "an expired token is shown as such, and logs nobody in" {
	token=$(patctl generate -q ci --expires=30d)
	use "$token" root 0
	patd_later 40
	run -1 use "$token" root 0
	run -0 patctl show ci
	expect "$output" "State:    expired"
	run -0 on_terminal "patctl list"
	expect "$output" $'\e[38;5;245mexpired\e[0m'
	run -0 patctl list --json
	[ "$(json '[0]["state"]' <<<"$output")" = expired ]
}

@test "an expired token is revoked and deleted like any other" {
	patctl generate -q ci --expires=30d >/dev/null
	patd_later 40
	run -1 patctl delete -y ci
	run -0 patctl revoke ci
	run -0 patctl delete -y ci
}

@test "a token that is both revoked and expired is shown as revoked, and cannot be restored" {
	patctl generate -q ci >/dev/null
	patctl revoke -q ci
	patd_later 40
	run -0 patctl show ci
	expect "$output" "State:    revoked"
	run --separate-stderr patctl restore ci
	expect_status 1
	expect_stderr "expired"
}

@test "a token that never expires does not" {
	token=$(patctl generate -q ci --expires=never)
	patd_later 400
	use "$token" root 0
}

@test "revoked stays revoked over a restart" {
	token=$(patctl generate -q ci)
	patctl revoke -q ci
	patd_stop KILL
	patd_start
	run -1 use "$token" root 0
	patctl restore -q ci
	use "$token" root 0
}
