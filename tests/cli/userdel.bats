#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What userdel(8) runs of patd: the same by the real userdel and deluser is in tests/system.

load shared_patd

setup_file() {
	patd_world
	sed "s|@bindir@|$BUILD/patctl|; s|@statedir@|$WORLD/state|" "$TOP/shadow/patd-userdel.in" \
		>"$WORLD/hook"
}

# deleted USER [VARIABLE=VALUE...]: as userdel says that it has deleted the user
deleted() {
	env ACTION=userdel SUBJECT="$1" "${@:2}" sh "$WORLD/hook"
}

# token_of_gone NAME: a user with that name, and a token of it, which is $TOKEN; then without the user
token_of_gone() {
	useradd --no-create-home --uid 4713 "$1" 2>/dev/null || skip "no useradd"
	TOKEN=$(patctl generate -q "$T" --user="$1")
	userdel "$1"
}

@test "scope: the tokens of a user who is deleted are revoked, and no other's" {
	other=$(patctl generate -q "$T" --user=games)
	token_of_gone "u$T"
	login "$TOKEN" "u$T" 4713
	run -0 deleted "u$T"
	[ "$output" = "" ]
	run -1 login "$TOKEN" "u$T" 4713
	login "$other" games 5
	run -0 patctl list --user="u$T" --no-legend
	expect "$output" revoked
	run -0 patctl log --all
	expect "$output" "the user was deleted"
	run -0 deleted "u$T"
	[ "$output" = "" ]
}

@test "scope: no name of a token keeps it from being revoked with its user" {
	useradd --no-create-home --uid 4713 "u$T" 2>/dev/null || skip "no useradd"
	for name in '[]' '{"error": "unknown-user"'; do
		patctl generate -q "$name" --user="u$T" >/dev/null
	done
	userdel "u$T"
	run -0 deleted "u$T"
	[ "$output" = "" ]
	[ "$(patctl list --user="u$T" -o state --no-legend | sort -u)" = revoked ]
}

@test "a user without tokens is deleted without a message" {
	run -0 deleted nobody-here
	[ "$output" = "" ]
}

@test "a user of another system does not cost the tokens of one of the same name here" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 deleted games
	[ "$output" = "patd: user games still exists here, and the tokens were not revoked" ]
	login "$token" games 5
}

@test "a user who is called by a number is not taken for a uid" {
	useradd --badname --no-create-home --uid 4713 "5" 2>/dev/null || skip "useradd takes no number"
	token=$(patctl generate -q "$T" --user="5")
	userdel "5"
	run -0 deleted 5
	run -1 login "$token" 5 4713
}

@test "without patd the user is deleted nevertheless, and the tokens that are left are said" {
	token_of_gone "u$T"
	run -0 deleted "u$T" PATD_RUNTIME_DIR=/nonexistent
	expect "$output" "cannot connect to /nonexistent/root.sock"
	expect "$output" "patd: the tokens of user u$T were not revoked; later: patctl revoke --all --user=u$T"
	run patctl doctor
	expect "$output" "warning  account: user u$T does not exist, and 1 token is left"
	run -0 patctl revoke --all --user="u$T"
}

@test "the file that a removed package leaves says that the tokens are left, if there are any" {
	sed "s|@bindir@|/nonexistent|; s|@statedir@|$WORLD/state|" "$TOP/shadow/patd-userdel.in" >"$WORLD/left"
	run -0 env ACTION=userdel SUBJECT=nobody-here sh "$WORLD/left"
	[ "$output" = "patd: patctl is not installed, and the tokens of user nobody-here, if any are left, were not revoked" ]
	sed -i "s|$WORLD/state|/nonexistent|" "$WORLD/left"
	run -0 env ACTION=userdel SUBJECT=nobody-here sh "$WORLD/left"
	[ "$output" = "" ]
	run -0 env ACTION=userdel SUBJECT= sh "$WORLD/hook"
	[ "$output" = "" ]
	run -0 env -u ACTION -u SUBJECT sh "$WORLD/hook"
	[ "$output" = "" ]
}
