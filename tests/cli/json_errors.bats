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

# all_objects: each line of $stderr, of which there may be none
all_objects() {
	: >"$BATS_TEST_TMPDIR/lines"
	keep_lines "$*"
	kept_are_objects
}

# keep_lines CALL: those of $stderr, with the call before each, for kept_are_objects
keep_lines() {
	local line

	# shellcheck disable=SC2154 # run assigns it
	for line in "${stderr_lines[@]}"; do
		printf '%s\t%s\n' "$*" "$line"
	done >>"$BATS_TEST_TMPDIR/lines"
}

# One program for hundreds of calls: to start it takes longer than to look.
kept_are_objects() {
	/usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    value = json.loads(line.split("\t", 1)[1])
    assert list(value) == ["error", "message", "advice"], line
    assert isinstance(value["message"], str) and value["message"], line
    assert all(part is None or isinstance(part, str) for part in value.values()), line' \
		<"$BATS_TEST_TMPDIR/lines"
}

@test "every message of every verb is an object" {
	verbs=$(patctl help | sed -n '/^Verbs:$/,/^$/s/^  \([a-z-]*\) .*/\1/p')
	[ "$(wc -l <<<"$verbs")" -gt 15 ]
	for verb in $verbs; do
		for more in "" "x" "x y z" "x --yes" "--no-such-option" "-Z" "x --user" "--json=1" "-o" "-o nonsense" \
			"x --quiet=1" "--user=no-such-user" "--user=" "--host=-" "--all --user=x" "--service=/" \
			"x --expires=nonsense" "--since=nonsense" "--state=open" "--sort=age" \
			"--unused-for=1" "x --for=0" "--root=/nonexistent"; do
			# shellcheck disable=SC2086 # to be split
			run --separate-stderr german timeout 60 patctl $verb --json $more </dev/null
			keep_lines "$verb $more"
			case $status in
			0 | 1) ;;
			*) [ "$stderr" != "" ] || fail "$verb $more ends with $status and says nothing" ;;
			esac
		done
		run --separate-stderr timeout 60 env PATD_RUNTIME_DIR=/nonexistent \
			DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent patctl "$verb" -o json x </dev/null
		keep_lines "$verb without patd"
		run --separate-stderr timeout 60 env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent \
			setpriv --reuid=games --regid=games --clear-groups patctl "$verb" --json </dev/null
		keep_lines "$verb without the bus"
	done
	[ "$(wc -l <"$BATS_TEST_TMPDIR/lines")" -gt 300 ]
	kept_are_objects
}

@test "notes beside a result are objects" {
	run -0 --separate-stderr env SUDO_USER=games patctl generate "$T" --expires=90m --json
	expect_stderr "This token is root's"
	expect_stderr "m means minutes"
	all_objects generate
	[ "$(wc -l <<<"$stderr")" -eq 2 ]
	patctl rotate -q "$T" --grace=1h >/dev/null
	run -0 --separate-stderr patctl rotate "$T" --json
	expect_stderr "An earlier secret"
	all_objects rotate
	patctl revoke -q "$T" --for=1h
	run -0 --separate-stderr patctl delete --all --yes --json
	expect_stderr "1 suspended token is left out"
	all_objects delete
	patctl revoke -q "$T" --reason=compromised
	run -0 --separate-stderr patctl restore --all --yes --json
	expect_stderr "it was revoked as compromised"
	all_objects restore
}

@test "a bar is for people alone" {
	run -0 on_terminal "patctl log --verify --json"
	[[ $output =~ ^\{.*\}$ ]]
}

@test "no file of patctl writes to standard error but those that know of --json or ask people" {
	[ "$(cd "$TOP" && grep -rlw stderr patctl | sort | tr '\n' ' ')" = \
		"patctl/base/complaint.c patctl/base/secret.c patctl/base/text.c patctl/print/terminal.c " ]
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

@test "a refusal that is not of the policy has no advice about the policy" {
	patctl disable -q games
	run -5 --separate-stderr patctl generate "$T" --user=games --json
	patctl enable -q games
	error_is 1 error disabled
	error_is 1 advice None
	expect_stderr "patctl enable"
	run -5 --separate-stderr patctl generate "$T" --user=games --fleet --json
	error_is 1 error not-issuer
	error_is 1 advice None
	expect_stderr "issuer in section [fleet]"
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
	expect_stderr "patctl: list kennt kein TOKEN"
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
