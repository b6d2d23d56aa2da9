#!/usr/bin/env bats
# All about one token.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "who made it" {
	patctl generate -q "$T" --user=games >/dev/null
	run -0 patctl show "$T"
	[[ $output =~ Created:\ \ 20[-0-9T:]+Z\ by\ root ]]
	[ "$(patctl show --json "$T" | json '[0]["created_by"]')" -eq 0 ]
}

@test "where it was last used from, and the last five places" {
	token=$(patctl generate -q "$T")
	for i in 1 2 3 4 5 6; do
		use "$token" root 0 sshd "192.0.$i.7"
	done
	run -0 patctl show "$T"
	expect "$output" "Uses:     6"
	[[ $output =~ Usage:\ \ \ \ Last\ used\ 20[-0-9T:]+Z\ by\ sshd\ from\ 192.0.6.7 ]]
	[ "$(grep -c "by sshd from" <<<"$output")" -eq 6 ]
	expect_not "$output" 192.0.1.7
	run -0 patctl show --json "$T"
	[ "$(json '[0]["last_used_from"]' <<<"$output")" = 192.0.6.7 ]
	[ "$(json '[0]["used_from"][0]["from"]' <<<"$output")" = 192.0.6.7 ]
	[ "$(json '[0]["used_from"].__len__()' <<<"$output")" -eq 5 ]
}

@test "a local use is told as such" {
	token=$(patctl generate -q "$T")
	use "$token" root 0 sudo
	run -0 patctl show "$T"
	expect "$output" "by sudo, locally"
	[ "$(patctl show --json "$T" | json '[0]["last_used_from"]')" = local ]
}

@test "a token that was not used has no places" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl show "$T"
	expect "$output" "Usage:    Not used"
	expect_not "$output" "Sources:"
	[ "$(patctl show --json "$T" | json '[0]["used_from"]')" = "[]" ]
}

@test "an ordinary user is shown its own" {
	token=$(patctl generate -q "$T" --user=games)
	use "$token" games 5 sshd 192.0.2.7
	run -0 as_games patctl show "$T"
	expect "$output" "from 192.0.2.7"
}
