#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl disable and enable.

load shared_patd

@test "tokens of a disabled user are refused until the user is enabled" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 patctl disable games --reason="left the company"
	[ "$output" = "games: tokens successfully disabled" ]
	run -1 login "$token" games 5
	expect "$output" "verdict 14"
	run -0 patctl show --user=games "$T"
	expect "$output" "State:    disabled"
	run --separate-stderr patctl generate "$T-2" --user=games
	[ "$status" -ne 0 ]
	run -0 patctl enable games
	[ "$output" = "games: tokens successfully enabled" ]
	login "$token" games 5
}

@test "disable without a user lists the disabled users" {
	run -0 --separate-stderr patctl disable
	[ "$output" = "" ]
	expect_no_stderr
	run -0 patctl disable --json
	[ "$output" = "[]" ]
	patctl disable -q games --reason="left"
	patctl disable -q --all
	run -0 patctl disable
	[[ ${lines[0]} =~ ^everybody:\ disabled\ 20.*Z\ by\ root$ ]]
	[[ ${lines[1]} =~ ^games:\ disabled\ 20.*Z\ by\ root:\ left$ ]]
	run -0 patctl disable --json
	[ "$(json '[0]["user"]' <<<"$output")" = None ]
	[ "$(json '[1]["user"]' <<<"$output")" = games ]
	[ "$(json '[1]["reason"]' <<<"$output")" = left ]
	patctl enable -q --all
	patctl enable -q games
	run -0 on_terminal "patctl disable"
	expect "$output" "No users are disabled."
}

@test "disable --all refuses all tokens and enable --all keeps single users disabled" {
	token=$(patctl generate -q "$T" --user=news)
	other=$(patctl generate -q "$T-2" --user=mail)
	patctl disable -q mail
	run -0 patctl disable --all
	[ "$output" = "everybody: tokens successfully disabled" ]
	run -1 login "$token" news 9
	run -0 patctl enable --all
	login "$token" news 9
	run -1 login "$other" mail 8
	patctl enable -q mail
	login "$other" mail 8
}

@test "disable and enable take several users" {
	run -0 patctl disable games news
	[ "${#lines[@]}" -eq 2 ]
	run -0 patctl enable --json games news
	[ "$(json '[1]["user"]' <<<"$output")" = news ]
	[ "$(json '[1]["result"]' <<<"$output")" = enabled ]
}

@test "disable of an unknown user exits 1 and suggests the verb for tokens" {
	patctl generate -q "$T" >/dev/null
	run -1 --separate-stderr patctl disable "$T"
	expect_stderr "no such user: \"$T\"; to revoke a token: patctl revoke $T"
	run -1 --separate-stderr patctl enable "$T"
	expect_stderr "patctl restore $T"
	run -1 --separate-stderr patctl disable --json "$T" games
	[ "$(json '[0]["error"]' <<<"$output")" = unknown-user ]
	[ "$(json '[1]["result"]' <<<"$output")" = disabled ]
	patctl enable -q games
	for user in "" $'\xff' $'new\nline'; do
		run -1 patctl disable "$user"
	done
}

@test "disable and enable by an ordinary user exit 5" {
	run -5 as_games patctl disable news
	run -5 as_games patctl disable --all
	run -5 as_games patctl disable
	run -5 as_games patctl enable news
}

@test "disable with a reason but no user, or an empty reason, exits 2" {
	run -2 patctl disable --reason=why
	run -2 patctl disable games --reason=
}
