#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl show.

load shared_patd

@test "show prints who generated the token" {
	patctl generate -q "$T" --user=games >/dev/null
	run -0 patctl show --user=games "$T"
	[[ $output =~ Created:\ \ 20[-0-9T:]+Z\ by\ root ]]
	[ "$(field created_by --user=games "$T")" -eq 0 ]
}

@test "show prints the last use and the last five sources" {
	token=$(patctl generate -q "$T")
	for i in 1 2 3 4 5 6; do
		login "$token" root 0 sshd "192.0.$i.7"
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

@test "show prints a local use as local" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 sudo
	run -0 patctl show "$T"
	expect "$output" "by sudo, locally"
	[ "$(field last_used_from)" = local ]
}

@test "an unknown source is called so by show, list and log" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 monit
	run -0 patctl show "$T"
	expect "$output" "by monit from an unknown source"
	expect_not "$output" locally
	[ "$(field last_used_from)" = unknown ]
	run -0 patctl show --json "$T"
	[ "$(json '[0]["used_from"][0]["from"]' <<<"$output")" = unknown ]
	[ "$(patctl list --no-legend --output=name,used_from | grep -F "$T " | tr -s ' ')" = \
		"$T unknown" ]
	run -0 patctl log "$T"
	expect "$output" ", monit from an unknown source (new service)"
	run -0 patctl log --json "$T"
	expect "$output" '"from": "unknown"'
}

@test "show prints no sources of an unused token" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl show "$T"
	expect "$output" "Usage:    Not used"
	expect_not "$output" "Sources:"
	[ "$(field used_from)" = "[]" ]
}

@test "show prints the sources to the owner of the token" {
	token=$(patctl generate -q "$T" --user=games)
	login "$token" games 5 sshd 192.0.2.7
	run -0 as_games patctl show "$T"
	expect "$output" "from 192.0.2.7"
}
