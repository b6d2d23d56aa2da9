#!/usr/bin/env bats
# Another name for a token.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "a token is found by its new name, and not by the old one" {
	token=$(patctl generate -q "$T")
	id=$(id_of "$T")
	run -0 patctl rename "$T" "$T new"
	[ "$output" = "$T ($id): User token successfully renamed to $T new" ]
	[ "$(id_of "$T new")" = "$id" ]
	run -4 patctl show "$T"
	use "$token" root 0
}

@test "the owner may, without a password" {
	patctl generate -q "$T" --user=games >/dev/null
	run -0 as_games patctl rename "$T" "$T new"
	run -0 patctl show "$T new"
}

@test "a name that another token has is refused: exit 1" {
	patctl generate -q "$T" >/dev/null
	patctl generate -q "$T taken" >/dev/null
	run --separate-stderr patctl rename "$T" "$T taken"
	expect_status 1
	expect_stderr "$T"
	run -0 patctl show "$T"
}

@test "a name that can never be right: exit 2" {
	patctl generate -q "$T" >/dev/null
	for name in "" $'a\nb' $'\xff' "$(printf 'n%.0s' {1..256})"; do
		run -2 patctl rename "$T" "$name"
	done
	run -0 patctl show "$T"
}

@test "--json tells the new name" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl rename --json "$T" "$T new"
	[ "$(json '[0]["item"]' <<<"$output")" = "$T" ]
	[ "$(json '[0]["name"]' <<<"$output")" = "$T new" ]
	[ "$(json '[0]["result"]' <<<"$output")" = renamed ]
	run --separate-stderr patctl rename --json "$T" "$T newer"
	expect_status 4
	[ "$(json '[0]["error"]' <<<"$output")" = not-found ]
}
