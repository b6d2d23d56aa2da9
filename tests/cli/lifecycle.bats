#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The lifecycle of a token with patctl, as root and as an ordinary user.

load shared_patd

@test "generate, login, revoke, restore and delete change state and verdict" {
	token=$(patctl generate "$T" --expires=7d)
	run -0 patctl show "$T"
	expect "$output" "State:    active"
	expect "$output" "Usage:    Not used"

	login "$token" root 0
	run -0 patctl show "$T"
	[[ $output =~ "Usage:    Last used 20"[-0-9T:]+"Z by test" ]]

	run -0 patctl revoke "$T"
	expect "$output" "User token successfully revoked"
	run -0 patctl show "$T"
	expect "$output" "State:    revoked"
	expect "$output" "Revoked:  20"
	run -1 login "$token" root 0

	run -0 patctl restore "$T"
	expect "$output" "User token successfully restored"
	run -0 patctl show "$T"
	expect "$output" "State:    active"
	login "$token" root 0

	patctl revoke -q "$T"
	run -0 patctl delete --yes "$T"
	expect "$output" "User token successfully deleted"
	run -4 patctl show "$T"
}

@test "an ordinary user lists, shows, revokes and deletes its own token" {
	patctl generate -q "$T" --user=games >/dev/null
	run -0 as_games patctl
	expect "$output" " $T "
	run -0 as_games patctl show "$T"
	expect "$output" "User:     games (5)"
	run -0 as_games patctl revoke "$T"
	expect "$output" "User token successfully revoked"
	run -0 as_games patctl delete -y "$T"
	expect "$output" "User token successfully deleted"
}

@test "tokens of others are not found by an ordinary user" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	run -0 as_games patctl list
	expect_not "$output" "$T"
	for item in "$T" "$id" "${id:0:9}"; do
		run -4 as_games patctl show "$item"
		run -4 as_games patctl revoke "$item"
		run -4 as_games patctl delete -y "$item"
	done
	run -0 patctl show "$T"
	expect "$output" "active"
}

@test "generate, restore and lists of others by a user without polkit exit 5" {
	patctl generate -q "$T" --user=games >/dev/null
	as_games patctl revoke -q "$T"
	run -5 --separate-stderr as_games patctl generate mine
	[ "$output" = "" ]
	expect_stderr "ask an administrator, or try as root"
	run -5 --separate-stderr as_games patctl restore "$T"
	run -5 --separate-stderr as_games patctl list --all
	run -5 --separate-stderr as_games patctl list --user=root
	run -5 --separate-stderr as_games patctl revoke "$T" --user=root
}

@test "revoke of a revoked token exits 0" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl revoke "$T"
	run -0 patctl revoke "$T"
	expect "$output" "User token successfully revoked"
}

@test "delete of an active token exits 1 and suggests revoke" {
	patctl generate -q "$T" >/dev/null
	run -1 --separate-stderr patctl delete --yes "$T"
	expect_stderr "not revoked"
	expect_stderr "patctl revoke $T"
	run -0 patctl show "$T"
}

@test "suggested commands name the token by id where its name is ambiguous or quoted" {
	patctl generate -q "two words $T" >/dev/null
	run -1 --separate-stderr patctl delete --yes "two words $T"
	expect_stderr "patctl revoke --id $(id_of "two words $T")"
	patctl generate -q "$T" --user=games >/dev/null
	run -1 --separate-stderr patctl delete --yes --user=games "$T"
	expect_stderr "patctl revoke --id $(id_of --user=games "$T")"
}

@test "restore of an active token exits 1" {
	patctl generate -q "$T" >/dev/null
	run -1 --separate-stderr patctl restore "$T"
	expect_stderr "not revoked"
}

@test "revoke, restore, show and delete take several tokens" {
	for i in 1 2 3; do
		patctl generate -q "$T-$i" >/dev/null
	done
	run -0 patctl revoke "$T-1" "$T-2" "$(id_of "$T-3")"
	[ "${#lines[@]}" -eq 3 ]
	run -0 patctl restore "$T-1" "$T-2" "$T-3"
	[ "${#lines[@]}" -eq 3 ]
	run -0 patctl show "$T-1" "$T-2" "$T-3"
	run -0 patctl revoke -q "$T-1" "$T-2" "$T-3"
	[ "$output" = "" ]
	run -0 patctl delete -y "$T-1" "$T-2" "$T-3"
	[ "${#lines[@]}" -eq 3 ]
}

@test "a token given twice is deleted once" {
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T"
	run -0 patctl delete -y "$T" "$(id_of "$T")" "$T"
	[ "${#lines[@]}" -eq 1 ]
}

@test "a missing token exits 1 and the others are revoked" {
	patctl generate -q "$T" >/dev/null
	run -1 --separate-stderr patctl revoke "no such $T" "$T"
	expect "$output" "$T ("
	expect_stderr "no such $T"
	run -0 patctl show "$T"
	expect "$output" "revoked"
}

@test "a name in use exits 1 for the same user only" {
	patctl generate -q "$T" >/dev/null
	patctl generate -q "$T" --user=games >/dev/null
	run -1 --separate-stderr patctl generate "$T"
	[ "$output" = "" ]
	expect_stderr "already has a token of this name; choose another name; for a new secret of that token: patctl rotate"
	patctl revoke -q --user=root "$T"
	patctl delete -qy --user=root "$T"
	run -0 patctl generate -q "$T"
}
