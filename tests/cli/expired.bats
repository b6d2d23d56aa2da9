#!/usr/bin/env bats
# Tokens after their time, and what a restart of patd leaves as it was.

load cli

setup() {
	patd_world
}

teardown() {
	patd_world_end
}

# patd_later PERIOD: the same patd, so much later.  faketime(1) itself would stand between us and
# the process, and take the signals.
patd_later() {
	patd_stop
	# shellcheck disable=SC2016 # $LIB is for ld.so(8)
	patd_start env LD_PRELOAD='/usr/$LIB/faketime/libfaketime.so.1' FAKETIME="+$1" \
		ASAN_OPTIONS=verify_asan_link_order=0
}

@test "an expired token is shown as such, and logs nobody in" {
	token=$(patctl generate -q ci --expires=30d)
	use "$token" root 0
	patd_later 40d
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
	patd_later 40d
	run -1 patctl delete -y ci
	run -0 patctl revoke ci
	run -0 patctl delete -y ci
}

@test "a token that is both revoked and expired is shown as revoked, and cannot be restored" {
	patctl generate -q ci >/dev/null
	patctl revoke -q ci
	patd_later 40d
	run -0 patctl show ci
	expect "$output" "State:    revoked"
	run --separate-stderr patctl restore ci
	expect_status 1
	expect_stderr "expired"
}

@test "a token that never expires does not" {
	token=$(patctl generate -q ci --expires=never)
	patd_later 400d
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
