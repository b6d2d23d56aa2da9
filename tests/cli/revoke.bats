#!/usr/bin/env bats
# Revoking for a while, with a reason, and everything of a user.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "--for: revoked until then, and it comes back by itself" {
	token=$(patctl generate -q "$T")
	run -0 patctl revoke "$T" --for=2s
	expect "$output" "User token successfully revoked until 20"
	run -1 use "$token" root 0
	run -0 patctl show "$T"
	expect "$output" "State:    revoked"
	expect "$output" "Until:    20"
	until=$(patctl show --json "$T" | json '[0]["revoked_until"]')
	while [ "$(date +%s)" -lt "$until" ]; do
		sleep 0.1
	done
	use "$token" root 0
	run -0 patctl show "$T"
	expect "$output" "State:    active"
}

@test "a revoke never loosens the one before, and that is told" {
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T"
	run -0 patctl revoke "$T" --for=2h
	expect_not "$output" "until"
	[ "$(patctl show --json "$T" | json '[0]["revoked_until"]')" = None ]
}

@test "--reason is kept and shown" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl revoke "$T" --reason="lost the läptop"
	run -0 patctl show "$T"
	expect "$output" "Reason:   lost the läptop"
	[ "$(patctl show --json "$T" | json '[0]["revoked_reason"]')" = "lost the läptop" ]
}

@test "what was revoked as compromised is never restored: exit 1" {
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T" --reason=compromised
	run --separate-stderr patctl restore "$T"
	expect_status 1
	expect_stderr "compromised"
	run --separate-stderr patctl restore --json "$T"
	[ "$(json '[0]["error"]' <<<"$output")" = not-restorable ]
	run -2 patctl revoke "$T" --reason=compromised --for=2h
}

@test "periods and reasons that cannot be: exit 2, nothing is revoked" {
	patctl generate -q "$T" >/dev/null
	for option in --for= --for=30 --for=0s --for=never --reason= --reason=$'\xff' \
		"--reason=$(printf 'r%.0s' {1..256})"; do
		run -2 patctl revoke "$T" "$option"
	done
	run -0 patctl show "$T"
	expect "$output" "State:    active"
}

@test "--all revokes all of one's own, and says how many" {
	for i in 1 2; do
		patctl generate -q "$T-$i" --user=games >/dev/null
	done
	patctl generate -q "$T" >/dev/null
	run -0 as_games patctl revoke --all
	[ "$output" = "2 tokens successfully revoked" ]
	run -0 as_games patctl revoke --all --json
	[ "$(json '["revoked"]' <<<"$output")" -eq 0 ]
	run -0 patctl show "$T"
	expect "$output" "State:    active"
}

@test "--all --user revokes all of a user, for a while and with a reason" {
	patctl generate -q "$T" --user=news >/dev/null
	run -0 patctl revoke --all --user=news --for=2h --reason=holiday
	[ "$output" = "1 token successfully revoked" ]
	run -0 patctl show "$T"
	expect "$output" "Reason:   holiday"
	expect "$output" "Until:    20"
}

@test "--all of another user needs an administrator: exit 5" {
	patctl generate -q "$T" --user=mail >/dev/null
	run -5 as_games patctl revoke --all --user=mail
	run -0 patctl show "$T"
	expect "$output" "State:    active"
}

@test "--all and tokens exclude each other: exit 2" {
	run --separate-stderr patctl revoke --all "$T"
	expect_status 2
	expect_stderr "--all stands for all operands"
}
