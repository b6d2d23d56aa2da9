#!/usr/bin/env bats
# The command line itself, and input that can never be right.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "every verb has help with an example, three ways" {
	for verb in list generate show revoke restore rotate rename delete check log disable enable \
		policy doctor backup restore-backup help; do
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

@test "help names every verb, on standard output" {
	for call in help --help -h; do
		run --separate-stderr patctl $call
		expect_status 0
		expect_no_stderr
		for verb in list generate show revoke restore rotate rename delete check log disable enable \
		policy doctor backup restore-backup help; do
			expect "$output" "  $verb"
		done
	done
}

@test "--version" {
	run -0 patctl --version
	[[ $output =~ ^patctl\ [0-9]+\.[0-9]+ ]]
}

@test "an unknown verb: exit 2, and the nearest" {
	run --separate-stderr patctl genrate
	expect_status 2
	expect_stderr "did you mean: patctl generate"
	run --separate-stderr patctl frobnicate
	expect_status 2
	expect_not_stderr "did you mean"
	run -2 patctl help frobnicate
}

@test "wrong options and operands: exit 2, and where help is" {
	for call in "list --frobnicate" "list -z" "list extra" "list --expires=1d" "show" "revoke" \
		"restore" "delete" "generate" "generate two names" "revoke x --yes" "list --user" \
		"list --user=games --all" "show x --all" "list --json=1" "help list show"; do
		# shellcheck disable=SC2086 # words are meant
		run --separate-stderr patctl $call
		expect_status 2
		[ "$output" = "" ]
		expect_stderr "patctl: "
		expect_stderr "patctl help"
	done
	run -2 patctl list --user=
	run -2 patctl list --user=$'\xff'
	run -2 patctl list --user=$'\e[31m'
}

@test "options are taken after operands and before the verb" {
	patctl --quiet generate "$T" >/dev/null
	run -0 patctl --json show "$T"
	[ "$(json '[0]["name"]' <<<"$output")" = "$T" ]
	run -0 patctl show "$T" --json
	[ "$(json '[0]["name"]' <<<"$output")" = "$T" ]
}

@test "names that can never be right: exit 2, nothing made" {
	for name in "" $'a\nb' $'a\tb' $'a\eb' $'a\x7fb' $'\xff' $'\xc3' $'\xed\xa0\x80' $'a\xc2\x85' \
		$'\u202eevil' $'\u2066x' $'\u2028' $'\ufdd0' "$(printf 'n%.0s' {1..256})" \
		"$(printf 'ü%.0s' {1..256})"; do
		run --separate-stderr patctl generate -- "$name"
		expect_status 2
		[ "$output" = "" ]
		expect_stderr "patctl: the name "
	done
	run -0 patctl list --json
	expect_not "$output" "evil"
}

@test "names of 255 characters are right, whatever their bytes" {
	patctl generate -q "$(printf 'n%.0s' {1..255})" >/dev/null
	patctl generate -q "$(printf 'ü%.0s' {1..255})" >/dev/null
	patctl generate -q "$(printf '🔑%.0s' {1..255})" >/dev/null
	run -0 patctl show "$(printf '🔑%.0s' {1..255})"
}

@test "expirations that can never be right: exit 2, nothing made" {
	for when in "" " " 30 0 1.5 0s 999ms 0.9s -5d "- 5d" "1d -1h" 30x "30 Days" 1mo "1d,2h" 1e3s \
		0x10d infinity now Never "never " 2020-01-01 1969-12-31 2020-01-01T00:00:00Z \
		yesterday today 2999-02-29 2999-02-30 2999-04-31 2999-13-01 2999-00-01 2999-01-00 \
		"2999-01-31 24:00" "2999-01-31 25:00" "2999-01-31 12:60" "2999-01-31 12:00:60" \
		2999-1-31 2999/01/31 31.01.2999 01-31-2999 2999-01-31T "2999-01-31 18" \
		"2999-01-31 18:00 CET" "2999-01-31 18:00+01:00" 18:00 10000-01-01 8000y \
		99999999999999999999y 584542y 9223372036854775808us $'1d\n1x' $'\xff' $'1d\x01'; do
		run --separate-stderr patctl generate "$T" --expires="$when"
		expect_status 2
		[ "$output" = "" ]
		expect_stderr "patctl: --expires="
	done
	run -4 patctl show "$T"
}

@test "a local time that daylight saving skips is refused" {
	run --separate-stderr env TZ="CET-1CEST,M3.5.0,M10.5.0/3" \
		patctl generate "$T" --expires="2999-03-31 02:30"
	expect_status 2
	expect_stderr "there is no such date or time"
}

@test "a number without a unit: the refusal says what to write" {
	run --separate-stderr patctl generate "$T" --expires=30
	expect_status 2
	expect_stderr '"30d" or "30 days"'
}

@test "what is printed of bad input cannot deceive a terminal" {
	for call in "show" "revoke" "generate --expires=1d" "generate x --expires" "help" ""; do
		# shellcheck disable=SC2086 # words are meant
		run patctl $call $'\e[31mred\e[0m\xff'
		[ "$status" -ne 0 ]
		expect_not "$output" $'\e'
		expect_not "$output" $'\xff'
	done
}

@test "items that can be neither names nor ids are not found: exit 4" {
	for item in "" $'a\nb' $'\xff' "$(printf 'n%.0s' {1..300})" "../../x" "%s%n"; do
		run -4 patctl show "$item"
		run -4 patctl revoke --json "$item"
	done
}

@test "an unknown user is refused" {
	run --separate-stderr patctl generate "$T" --user=no-such-user
	expect_status 1
	expect_stderr "no such user"
	run --separate-stderr patctl generate "$T" --user=$'new\nline'
	[ "$status" -ne 0 ]
}

@test "several items: the code they agree on, else 1" {
	patctl generate -q "$T" >/dev/null
	run -4 patctl show nope-1 nope-2
	run -1 patctl show nope-1 "$T"
	run -1 patctl delete -y nope-1 "$T"
}
