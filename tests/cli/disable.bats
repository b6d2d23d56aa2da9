#!/usr/bin/env bats
# The tokens of users, and of everybody, disabled and enabled.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "no token of a disabled user works until it is enabled" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 patctl disable games --reason="left the company"
	[ "$output" = "games: tokens successfully disabled" ]
	run -1 use "$token" games 5
	expect "$output" "verdict 14"
	run -0 patctl show "$T"
	expect "$output" "State:    disabled"
	run --separate-stderr patctl generate "$T-2" --user=games
	[ "$status" -ne 0 ]
	run -0 patctl enable games
	[ "$output" = "games: tokens successfully enabled" ]
	use "$token" games 5
}

@test "without a user it lists who is disabled" {
	run --separate-stderr patctl disable
	expect_status 0
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
	expect "$output" "Nobody is disabled."
}

@test "--all: nobody's tokens work; who was disabled on its own stays so" {
	token=$(patctl generate -q "$T" --user=news)
	other=$(patctl generate -q "$T-2" --user=mail)
	patctl disable -q mail
	run -0 patctl disable --all
	[ "$output" = "everybody: tokens successfully disabled" ]
	run -1 use "$token" news 9
	run -0 patctl enable --all
	use "$token" news 9
	run -1 use "$other" mail 8
	patctl enable -q mail
	use "$other" mail 8
}

@test "several users in one command" {
	run -0 patctl disable games news
	[ "${#lines[@]}" -eq 2 ]
	run -0 patctl enable --json games news
	[ "$(json '[1]["user"]' <<<"$output")" = news ]
	[ "$(json '[1]["result"]' <<<"$output")" = enabled ]
}

@test "the name of a token is no user: exit 1, and the verb for tokens" {
	patctl generate -q "$T" >/dev/null
	run --separate-stderr patctl disable "$T"
	expect_status 1
	expect_stderr "there is no user \"$T\"; to revoke a token: patctl revoke $T"
	run --separate-stderr patctl enable "$T"
	expect_status 1
	expect_stderr "patctl restore $T"
	run --separate-stderr patctl disable --json "$T" games
	expect_status 1
	[ "$(json '[0]["error"]' <<<"$output")" = unknown-user ]
	[ "$(json '[1]["result"]' <<<"$output")" = disabled ]
	patctl enable -q games
	for user in "" $'\xff' $'new\nline'; do
		run -1 patctl disable "$user"
	done
}

@test "an ordinary user may neither: exit 5" {
	run -5 as_games patctl disable news
	run -5 as_games patctl disable --all
	run -5 as_games patctl disable
	run -5 as_games patctl enable news
}

@test "a reason without a user: exit 2" {
	run -2 patctl disable --reason=why
	run -2 patctl disable games --reason=
}
