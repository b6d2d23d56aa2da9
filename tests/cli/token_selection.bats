#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# How patctl selects tokens: by id, else by name, else by the beginning of an id.

load shared_patd

@test "show finds a token by id, by name and by the beginning of the id" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	[ "$(id_of "$id")" = "$id" ]
	[ "$(id_of "${id:0:9}")" = "$id" ]
}

@test "an id is preferred to the same name of another token" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	patctl generate -q "$id" >/dev/null
	[ "$(id_of "$id")" = "$id" ]
}

@test "a name is preferred to the beginning of an id" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	patctl generate -q "${id:0:8}" >/dev/null
	[ "$(id_of "${id:0:8}")" != "$id" ]
}

@test "a name matches only in full and in the same case" {
	patctl generate -q "$T name" >/dev/null
	run -4 patctl show "$T"
	run -4 patctl show "$T nam"
	run -4 patctl show "${T^^} name"
	run -4 patctl show "$T name "
}

@test "names in any script and names like options are found" {
	for name in "naïve $T" "日本語 $T" "emoji 🔑 $T" "--$T" "\$(id) $T" "% s %n $T"; do
		patctl generate -q -- "$name" >/dev/null
		run -0 patctl revoke -- "$name"
		expect "$output" "$name ("
	done
}

@test "an ambiguous id prefix exits 4 and prints the candidates" {
	# Two of 63 ids begin with the same of 62 characters.
	for i in {1..63}; do
		echo "$i"
	done | xargs -P2 -I{} patctl generate -q "$T {}" --user=games >/dev/null
	first=$(patctl list --user=games --no-legend | cut -c1 | sort | uniq -d | head -n1)
	run -4 --separate-stderr patctl revoke --user=games "$first"
	[ "$output" = "" ]
	expect_stderr "is ambiguous; use an id or --user"
	expect_stderr "(user games)"
	run -0 patctl list --user=games
	expect_not "$output" "revoked"
}

@test "an ambiguous name exits 4 and prints the candidates with their users" {
	patctl generate -q "$T" --user=news >/dev/null
	patctl generate -q "$T" --user=mail >/dev/null
	run -4 --separate-stderr patctl revoke "$T"
	expect_stderr "$T (user news)"
	expect_stderr "$T (user mail)"
	run -0 patctl revoke --user=mail "$T"
	[ "$(field state --user=news "$T")" = active ]
}

@test "root finds tokens of others without --user" {
	patctl generate -q "$T" --user=mail >/dev/null
	run -0 patctl show "$T"
	expect "$output" "User:     mail"
}

@test "a missing token exits 4 and suggests list" {
	run -4 --separate-stderr patctl show "no such"
	expect_stderr 'no token has the name or id "no such"'
	expect_stderr "patctl list --all"
}
