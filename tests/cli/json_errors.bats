#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# With --json, messages on standard error are JSON: an object a line, of one shape.

load shared_patd
load translated

setup_file() {
	translated_world de_DE
}

# error_is LINE KEY VALUE: of the object in that line of $stderr
error_is() {
	local got
	# shellcheck disable=SC2154 # run assigns it
	got=$(sed -n "$1p" <<<"$stderr" | json "[\"$2\"]") || fail "no object in line $1: $stderr"
	[ "$got" = "$3" ] || fail "$2 is $got, not $3: $stderr"
}

# errors_are N: so many lines, each an object with the three members
errors_are() {
	[ "$(/usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    print(*json.loads(line))' <<<"$stderr" | grep -cx "error message advice")" -eq "$1" ]
	[ "$(wc -l <<<"$stderr")" -eq "$1" ]
}

@test "an error of patd is an object with its word, a message and advice" {
	run -4 --separate-stderr patctl show --json none-1 none-2
	[ "$output" = "[]" ]
	errors_are 2
	error_is 1 error not-found
	expect_stderr '\"none-1\"'
	run -1 --separate-stderr patctl generate "$T" --user=no-such-user -o json
	errors_are 1
	error_is 1 error unknown-user
	error_is 1 advice None
	run -1 --separate-stderr patctl list --user=no-such-user --json
	[ "$output" = "" ]
	errors_are 1
	error_is 1 error unknown-user
}

@test "an error has the members that it has in the result of its operand" {
	patctl generate -q "$T" >/dev/null
	run -1 --separate-stderr patctl delete --yes --json "$T"
	errors_are 2
	for key in error message advice; do
		expect "$(sed -n 1p <<<"$stderr" | json "[\"$key\"]")" "$(json "[0][\"$key\"]" <<<"$output")"
	done
	# The hint that follows is no error.
	error_is 2 error None
	run -1 --separate-stderr patctl enable --json no-such-user
	[ "$(json '[0]["error"]' <<<"$output")" = unknown-user ]
	[ "$(json '[0]["advice"]' <<<"$output")" = None ]
	error_is 1 error unknown-user
}

@test "an error about the command line is an object, in English" {
	for call in "list x --json" "--json show" "list --json --state=open" "generate $T --expires=x -o json" \
		"frobnicate -o json" "list -o json --sort=age"; do
		# shellcheck disable=SC2086 # to be split
		run -2 --separate-stderr german patctl $call
		[ "$output" = "" ]
		errors_are 1
		error_is 1 error invalid-arguments
	done
	run -2 --separate-stderr german patctl list x
	expect_stderr "patctl: Aufruf"
}

@test "a declined confirmation and an unreachable patd have words" {
	run -3 --separate-stderr patctl delete --json "$T" </dev/null
	errors_are 1
	error_is 1 error declined
	run -8 --separate-stderr env PATD_RUNTIME_DIR=/nonexistent patctl list --json
	[ "$output" = "" ]
	errors_are 1
	error_is 1 error unreachable
	error_is 1 advice "is patd running? see: systemctl status patd"
}

@test "a note is an object without a word, and success has none" {
	run -0 --separate-stderr patctl generate "$T" --expires=90m --json
	errors_are 1
	error_is 1 error None
	expect_stderr "m means minutes"
	run -0 --separate-stderr patctl show "$T" --json
	expect_no_stderr
}

@test "display: control characters of an operand are no part of a JSON error" {
	run -4 --separate-stderr patctl show --json $'a\e[31mb\nc'
	errors_are 1
	expect_not_stderr $'\e'
}
