#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl rename.

load shared_patd

@test "a renamed token is found by its new name only and is still accepted" {
	token=$(patctl generate -q "$T")
	id=$(id_of "$T")
	run -0 patctl rename "$T" "$T new"
	[ "$output" = "$T ($id): User token successfully renamed to $T new" ]
	[ "$(id_of "$T new")" = "$id" ]
	run -4 patctl show "$T"
	login "$token" root 0
}

@test "the owner renames a token without a password" {
	patctl generate -q "$T" --user=games >/dev/null
	run -0 as_games patctl rename "$T" "$T new"
	run -0 patctl show --user=games "$T new"
}

@test "rename to a name in use exits 1" {
	patctl generate -q "$T" >/dev/null
	patctl generate -q "$T taken" >/dev/null
	run -1 --separate-stderr patctl rename "$T" "$T taken"
	expect_stderr "$T"
	run -0 patctl show "$T"
}

@test "rename to an invalid name exits 2" {
	patctl generate -q "$T" >/dev/null
	for name in "" $'a\nb' $'\xff' "$(printf 'n%.0s' {1..256})"; do
		run -2 patctl rename "$T" "$name"
	done
	run -0 patctl show "$T"
}

@test "rename --json prints the new name or the error" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl rename --json "$T" "$T new"
	[ "$(json '[0]["item"]' <<<"$output")" = "$T" ]
	[ "$(json '[0]["name"]' <<<"$output")" = "$T new" ]
	[ "$(json '[0]["result"]' <<<"$output")" = renamed ]
	run -4 --separate-stderr patctl rename --json "$T" "$T newer"
	[ "$(json '[0]["error"]' <<<"$output")" = not-found ]
}
