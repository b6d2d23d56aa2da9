#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The command line of patctl: help, options, invalid arguments and exit status.

# shellcheck disable=SC2030,SC2031,SC2154 # run assigns them
load shared_patd

VERBS="list generate show revoke restore rotate set rename delete check log disable enable policy doctor backup restore-backup help"

@test "help, --help and -h print the same help with an example for each verb" {
	for verb in $VERBS; do
		run -0 patctl help "$verb"
		expect "$output" "Usage: patctl $verb"
		expect "$output" "Example"
		help=$output
		run -0 patctl "$verb" --help
		[ "$output" = "$help" ]
		run -0 patctl -h "$verb"
		[ "$output" = "$help" ]
	done
}

@test "help lists each verb on standard output" {
	for call in help --help -h; do
		run -0 --separate-stderr patctl $call
		expect_no_stderr
		for verb in $VERBS; do
			expect "$output" "  $verb"
		done
	done
}

@test "help prints the summaries of all verbs in one column" {
	patctl help | sed '1,/^Verbs:$/d; /^$/,$d' >"$BATS_TEST_TMPDIR/verbs"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/verbs")" -ge 16 ]
	[ "$(awk '{ match($0, /[^ ]  +[^ ]/); print RSTART + RLENGTH }' "$BATS_TEST_TMPDIR/verbs" |
		sort -u | wc -l)" -eq 1 ]
}

@test "--version prints the version" {
	run -0 patctl --version
	[[ $output =~ ^patctl\ [0-9]+\.[0-9]+ ]]
}

@test "an unknown verb exits 2 and suggests a similar one" {
	run -2 --separate-stderr patctl genrate
	expect_stderr "did you mean: patctl generate"
	run -2 --separate-stderr patctl frobnicate
	expect_not_stderr "did you mean"
	run -2 patctl help frobnicate
}

@test "an alias runs its verb" {
	patctl new -q "$T" >/dev/null
	patctl create -q "$T-2" >/dev/null
	patctl add -q "$T-3" >/dev/null
	run -0 patctl ls --json
	expect "$output" "\"$T-2\""
	patctl revoke -q "$T-3"
	run -0 patctl rm -y "$T-3"
	run -0 patctl history "$T"
	expect "$output" "generated"
	run -0 patctl help rm
	expect "$output" "Usage: patctl delete"
	expect "$output" "Aliases: rm"
	run -2 --separate-stderr patctl rm
	expect_stderr "usage: patctl delete TOKEN..., or --all, or a filter"
}

@test "short options are those of the long ones" {
	patctl generate -q "$T" --user=games >/dev/null
	run -0 patctl list -u games --json
	expect "$output" "\"$T\""
	run -0 patctl list -a --json
	expect "$output" "\"$T\""
	run -0 patctl -V
	[ "$output" = "$(patctl --version)" ]
}

# wrong MESSAGE ARGUMENT...: exits 2, with that message as the first line and the help of the verb
wrong() {
	run -2 --separate-stderr patctl "${@:2}"
	[ "$output" = "" ]
	if [[ " ${*:2} " == *" --json"* ]]; then
		[ "$(jq -r .message <<<"$stderr")" = "$1" ] || fail "$stderr"
		[[ $(jq -r .advice <<<"$stderr") == "try: patctl help"* ]] || fail "$stderr"
		return
	fi
	[ "${stderr_lines[0]}" = "patctl: $1" ] || fail "$stderr"
	[[ ${stderr_lines[-1]} == "patctl: try: patctl help"* ]] || fail "$stderr"
}

@test "a wrong option exits 2, and the message has it as typed and the one that was meant" {
	wrong 'delete takes no -f; did you mean --yes?' delete x -f
	wrong 'delete takes no --follow' delete x --follow
	wrong 'list takes no --expires; did you mean --expiring?' list --expires=7d
	wrong 'unknown option "--force"; did you mean --yes?' delete x --force
	wrong 'unknown option "--jsn"; did you mean --json?' list --jsn
	wrong 'unknown option "--jsn"; did you mean --json?' --json --jsn=1 list
	wrong 'unknown option "--frobnicate"' list --frobnicate
	wrong 'unknown option "-z"' list --json -zq
	wrong 'unknown option "--no"; did you mean --no-legend?' list --no
	wrong '--json takes no value' list --json=1
	wrong '--user requires a value' list --user
	wrong '-u requires a value' list -u
	wrong '-n requires a value' log -fn
	run -2 --separate-stderr patctl list $'--\e[31m'
	expect_not_stderr $'\e'
	run -2 --separate-stderr patctl list $'-\xff'
}

@test "an operand too much is named, and what to do about it" {
	wrong 'unexpected operand "days"; a name or value with blanks needs quotes' generate x --expires 30 days
	wrong 'unexpected operand "ssh"; a name or value with blanks needs quotes' generate x --service sudo ssh
	wrong 'unexpected operand "y"; a name or value with blanks needs quotes' rename x new y
	wrong 'list takes no TOKEN; to show one: patctl show TOKEN' list laptop
	wrong 'check takes no operand: it reads the token from standard input' check pat
	wrong 'doctor takes no operand: "foo"' doctor foo
	run -2 --separate-stderr patctl doctor $'\e[31m'
	expect_not_stderr $'\e'
}

@test "a missing operand is named" {
	wrong 'NAME is missing; usage: patctl generate NAME' generate
	wrong 'NAME is missing; usage: patctl rename TOKEN NAME' rename x
	wrong 'TOKEN is missing; usage: patctl rename TOKEN NAME' rename
	wrong 'FILE is missing; usage: patctl backup FILE' backup
	wrong 'USER is missing; usage: patctl enable USER...' enable
}

@test "each error of usage names the help of its verb" {
	while read -r verb call; do
		eval "set -- $call"
		run -2 --separate-stderr patctl "$verb" "$@"
		expect_stderr "patctl: try: patctl help $verb"
		[ "$(grep -c 'try: patctl help' <<<"$stderr")" -eq 1 ]
	done <<-END
		list --frobnicate
		list --state=open
		list --sort=age
		list --user=
		list --host=
		generate x --expires=infinity
		generate x --max-uses=0
		generate x --hours=noon
		revoke x --for=30
		revoke
		delete --state=active --yes
		rotate x --grace=30
		rename x ''
		log --since=30
		log --verify x
		disable --reason=x
		doctor --frobnicate
	END
}

@test "invalid options and operands exit 2 and refer to help" {
	for call in "list --frobnicate" "list -z" "list extra" "list --expires=1d" "show" "revoke" \
		"restore" "delete" "generate" "generate two names" "show x --yes" "list --user" \
		"list --user=games --all" "show x --all" "list --quiet=1" "help list show"; do
		# shellcheck disable=SC2086 # to be split
		run -2 --separate-stderr patctl $call
		[ "$output" = "" ]
		expect_stderr "patctl: "
		expect_stderr "patctl help"
	done
	run -2 patctl list --user=
	run -2 patctl list --user=$'\xff'
	run -2 patctl list --user=$'\e[31m'
}

@test "options are accepted after operands and before the verb" {
	patctl --quiet generate "$T" >/dev/null
	run -0 patctl --json show "$T"
	[ "$(json '[0]["name"]' <<<"$output")" = "$T" ]
	run -0 patctl show "$T" --json
	[ "$(json '[0]["name"]' <<<"$output")" = "$T" ]
}

@test "an invalid name exits 2 and makes no token" {
	for name in "" $'a\nb' $'a\tb' $'a\eb' $'a\x7fb' $'\xff' $'\xc3' $'\xed\xa0\x80' $'a\xc2\x85' \
		$'\u202eevil' $'\u2066x' $'\u2028' $'\ufdd0' "$(printf 'n%.0s' {1..256})" \
		"$(printf 'ü%.0s' {1..256})"; do
		run -2 --separate-stderr patctl generate -- "$name"
		[ "$output" = "" ]
		expect_stderr "patctl: the name "
	done
	run -0 patctl list --json
	expect_not "$output" "evil"
}

@test "names of 255 characters are accepted" {
	patctl generate -q "$(printf 'n%.0s' {1..255})" >/dev/null
	patctl generate -q "$(printf 'ü%.0s' {1..255})" >/dev/null
	patctl generate -q "$(printf '🔑%.0s' {1..255})" >/dev/null
	run -0 patctl show "$(printf '🔑%.0s' {1..255})"
}

@test "an invalid expiry exits 2 and makes no token" {
	for when in "" " " 30 0 1.5 0s 999ms 0.9s -5d "- 5d" "1d -1h" 30x "30 Days" 1mo "1d,2h" 1e3s \
		0x10d infinity now Never "never " 2020-01-01 1969-12-31 2020-01-01T00:00:00Z \
		yesterday today 2999-02-29 2999-02-30 2999-04-31 2999-13-01 2999-00-01 2999-01-00 \
		"2999-01-31 24:00" "2999-01-31 25:00" "2999-01-31 12:60" "2999-01-31 12:00:60" \
		2999-1-31 2999/01/31 31.01.2999 01-31-2999 2999-01-31T "2999-01-31 18" \
		"2999-01-31 18:00 CET" "2999-01-31 18:00+01:00" 18:00 10000-01-01 8000y \
		99999999999999999999y 584542y 9223372036854775808us $'1d\n1x' $'\xff' $'1d\x01'; do
		run -2 --separate-stderr patctl generate "$T" --expires="$when"
		[ "$output" = "" ]
		expect_stderr "patctl: --expires="
	done
	run -4 patctl show "$T"
}

@test "a local time skipped by daylight saving exits 2" {
	run -2 --separate-stderr env TZ="CET-1CEST,M3.5.0,M10.5.0/3" \
		patctl generate "$T" --expires="2999-03-31 02:30"
	expect_stderr "no such date or time"
}

@test "a period without a unit exits 2 and suggests one" {
	run -2 --separate-stderr patctl generate "$T" --expires=30
	expect_stderr '"30d" or "30 days"'
}

@test "escape sequences in invalid arguments are not printed" {
	for call in "show" "revoke" "generate --expires=1d" "generate x --expires" "help" ""; do
		# shellcheck disable=SC2086 # to be split
		run patctl $call $'\e[31mred\e[0m\xff'
		[ "$status" -ne 0 ]
		expect_not "$output" $'\e'
		expect_not "$output" $'\xff'
	done
}

@test "operands that are neither valid names nor ids exit 4" {
	for item in "" $'a\nb' $'\xff' "$(printf 'n%.0s' {1..300})" "../../x" "%s%n"; do
		run -4 patctl show "$item"
		run -4 patctl revoke --json "$item"
	done
}

@test "generate for an unknown user exits 1" {
	run -1 --separate-stderr patctl generate "$T" --user=no-such-user
	expect_stderr "no such user"
	run --separate-stderr patctl generate "$T" --user=$'new\nline'
	[ "$status" -ne 0 ]
}

@test "several operands exit with their common status or else 1" {
	patctl generate -q "$T" >/dev/null
	run -4 patctl show nope-1 nope-2
	run -1 patctl show nope-1 "$T"
	run -1 patctl delete -y nope-1 "$T"
}
