#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl list with filters and a sort key.

load shared_patd

setup_file() {
	patd_world
	patctl generate -q plain --user=games --expires=90d >/dev/null
	patctl generate -q soon --user=games --expires=3d --service=sudo >/dev/null
	patctl generate -q never --user=games --expires=never >/dev/null
	patctl generate -q later --user=games --not-before=2h >/dev/null
	patctl generate -q used --user=news --expires=20d >"$BATS_FILE_TMPDIR/used"
	login "$(<"$BATS_FILE_TMPDIR/used")" news 9
	patctl revoke -q never --user=games
}

@test "list --state prints tokens in that state" {
	[ "$(names --user=games --state=active)" = "plain soon" ]
	[ "$(names --user=games --state=revoked)" = "never" ]
	[ "$(names --user=games --state=pending)" = "later" ]
	[ "$(names --user=games --state=expired)" = "" ]
}

@test "list --state with several states prints tokens in any of them" {
	[ "$(names --user=games --state=revoked,pending)" = "later never" ]
	[ "$(names --all --state=active,revoked)" = "never plain soon used" ]
	[ "$(names --user=games --state=expired,exhausted)" = "" ]
	[ "$(names --all --state=active,revoked --sort=-name)" = "used soon plain never" ]
	run -2 patctl list --state=active,open
	run -2 patctl list --state=active,
}

@test "list --expiring prints tokens that expire within the period" {
	[ "$(names --all --expiring=7d)" = "soon" ]
	[ "$(names --all --expiring=60d)" = "later soon used" ]
}

@test "list --unused-for leaves out tokens created or used within the period" {
	[ "$(names --all --unused-for=1h)" = "" ]
	[ "$(names --all --unused-for=9000y)" = "" ]
}

@test "list --service prints tokens valid for the service" {
	[ "$(names --user=games --service=sudo)" = "later never plain soon" ]
	[ "$(names --user=games --service=sshd)" = "later never plain" ]
}

@test "list with several filters prints tokens that match all of them" {
	[ "$(names --all --state=active --expiring=7d --service=sudo)" = "soon" ]
	[ "$(names --all --state=revoked --expiring=7d)" = "" ]
}

@test "list --sort sorts by each key in both directions" {
	[ "$(names --all --sort=name)" = "later never plain soon used" ]
	[ "$(names --all --sort=-name)" = "used soon plain never later" ]
	[ "$(names --all --sort=expires)" = "soon used later plain never" ]
	[ "$(names --all --sort=-expires)" = "never plain later used soon" ]
	[[ $(names --all --sort=-used) == used\ * ]]
	[[ $(names --all --sort=-user) == used\ * ]]
	[[ $(names --all --sort=-state) == never\ * ]]
	run -0 patctl list --all --sort=name
	expect "${lines[1]}" " later "
	expect "${lines[5]}" " used "
}

@test "list with an invalid state, key or period exits 2 and names the valid ones" {
	run -2 --separate-stderr patctl list --state=open
	expect_stderr "active, revoked, expired, ended, exhausted, disabled, pending, stale, unknown-issuer or altered"
	run -2 --separate-stderr patctl list --sort=age
	expect_stderr "name, created, expires, used, state, user"
	for option in --unused-for=30 --expiring=tomorrow --expiring= --service=; do
		run -2 patctl list "$option"
	done
}

@test "an empty filtered list on a terminal says that no token matches" {
	run -0 on_terminal "patctl list --user=games --state=exhausted"
	expect "$output" "No tokens match."
	expect_not "$output" "patctl generate"
}
