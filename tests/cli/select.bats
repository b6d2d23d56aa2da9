#!/usr/bin/env bats
# Which token is meant: a whole id, else a name, else the beginning of an id.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

shown() {
	patctl show --json "$@" | json '[0]["id"]'
}

@test "by id, by name, by the beginning of the id" {
	patctl generate -q "$T" >/dev/null
	id=$(shown "$T")
	[ "$(shown "$id")" = "$id" ]
	[ "$(shown "${id:0:9}")" = "$id" ]
}

@test "a whole id comes before a name" {
	patctl generate -q "$T" >/dev/null
	id=$(shown "$T")
	patctl generate -q "$id" >/dev/null
	[ "$(shown "$id")" = "$id" ]
}

@test "a name comes before the beginning of an id" {
	patctl generate -q "$T" >/dev/null
	id=$(shown "$T")
	patctl generate -q "${id:0:8}" >/dev/null
	[ "$(shown "${id:0:8}")" != "$id" ]
}

@test "a name is matched whole and exactly" {
	patctl generate -q "$T name" >/dev/null
	run -4 patctl show "$T"
	run -4 patctl show "$T nam"
	run -4 patctl show "${T^^} name"
	run -4 patctl show "$T name "
}

@test "names of all scripts, and such as look like options" {
	for name in "naïve $T" "日本語 $T" "emoji 🔑 $T" "--$T" "\$(id) $T" "% s %n $T"; do
		patctl generate -q -- "$name" >/dev/null
		run -0 patctl revoke -- "$name"
		expect "$output" "$name ("
	done
}

@test "the beginning of several ids: exit 4, and the candidates" {
	# Of 63 ids two begin alike, since there are 62 characters.
	for i in {1..63}; do
		echo "$i"
	done | xargs -P2 -I{} patctl generate -q "$T {}" --user=games >/dev/null
	first=$(patctl list --user=games --no-legend | cut -c1 | sort | uniq -d | head -n1)
	run --separate-stderr patctl revoke --user=games "$first"
	expect_status 4
	[ "$output" = "" ]
	expect_stderr "say which by its id"
	expect_stderr "(user games)"
	run -0 patctl list --user=games
	expect_not "$output" "revoked"
}

@test "a name that several users have: root is shown the candidates" {
	patctl generate -q "$T" --user=news >/dev/null
	patctl generate -q "$T" --user=mail >/dev/null
	run --separate-stderr patctl revoke "$T"
	expect_status 4
	expect_stderr "$T (user news)"
	expect_stderr "$T (user mail)"
	run -0 patctl revoke --user=mail "$T"
	[ "$(patctl show --json --user=news "$T" | json '[0]["state"]')" = active ]
}

@test "root finds the tokens of others without naming them" {
	patctl generate -q "$T" --user=mail >/dev/null
	run -0 patctl show "$T"
	expect "$output" "User:     mail"
}

@test "what is found nowhere: exit 4 and where to look" {
	run --separate-stderr patctl show "no such"
	expect_status 4
	expect_stderr 'no token has the name or id "no such"'
	expect_stderr "patctl list --all"
}
