#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl revoke: suspensions, reasons and --all.

load shared_patd

@test "a token is refused for the period of --for and then accepted again" {
	token=$(patctl generate -q "$T")
	# Longer than what comes before it is over.
	run -0 patctl revoke "$T" --for=15s
	expect "$output" "User token successfully revoked until 20"
	run -1 login "$token" root 0
	run -0 patctl show "$T"
	expect "$output" "State:    revoked"
	expect "$output" "Until:    20"
	until=$(field revoked_until)
	while [ "$(date +%s)" -lt "$until" ]; do
		sleep 0.1
	done
	login "$token" root 0
	run -0 patctl show "$T"
	expect "$output" "State:    active"
}

@test "revoke --for of a revoked token does not limit the first revoke" {
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T"
	run -0 patctl revoke "$T" --for=2h
	expect_not "$output" "until"
	[ "$(field revoked_until)" = None ]
}

@test "show prints the reason of --reason" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl revoke "$T" --reason="lost the läptop"
	run -0 patctl show "$T"
	expect "$output" "Reason:   lost the läptop"
	[ "$(field revoked_reason)" = "lost the läptop" ]
}

@test "restore of a compromised token exits 1" {
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T" --reason=compromised
	run -1 --separate-stderr patctl restore "$T"
	expect_stderr "compromised"
	run --separate-stderr patctl restore --json "$T"
	[ "$(json '[0]["error"]' <<<"$output")" = not-restorable ]
	run -2 patctl revoke "$T" --reason=compromised --for=2h
}

@test "an invalid period or reason exits 2 and revokes nothing" {
	patctl generate -q "$T" >/dev/null
	for option in --for= --for=30 --for=0s --for=never --reason= --reason=$'\xff' \
		"--reason=$(printf 'r%.0s' {1..256})"; do
		run -2 patctl revoke "$T" "$option"
	done
	run -0 patctl show "$T"
	expect "$output" "State:    active"
}

@test "revoke --all revokes the tokens of the caller and prints their number" {
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

@test "revoke --all --user accepts a period and a reason" {
	patctl generate -q "$T" --user=news >/dev/null
	run -0 patctl revoke --all --user=news --for=2h --reason=holiday
	[ "$output" = "1 token successfully revoked" ]
	run -0 patctl show --user=news "$T"
	expect "$output" "Reason:   holiday"
	expect "$output" "Until:    20"
}

@test "revoke --all --user by another user exits 5" {
	patctl generate -q "$T" --user=mail >/dev/null
	run -5 as_games patctl revoke --all --user=mail
	run -0 patctl show --user=mail "$T"
	expect "$output" "State:    active"
}

@test "revoke --all by root without --user or --yes exits 3 and revokes nothing" {
	patctl generate -q "$T" >/dev/null
	patctl generate -q "$T" --user=news >/dev/null
	run -3 --separate-stderr patctl revoke --all
	[ "$output" = "" ]
	expect_stderr "all users"
	expect_stderr "--user=USER"
	[ "$(field state)" = active ]
	[ "$(field state --user=news "$T")" = active ]
}

@test "revoke --all with a token exits 2" {
	run -2 --separate-stderr patctl revoke --all "$T"
	expect_stderr "--all cannot be combined with operands"
}
