#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl with lists in pages, from a fake patd that keeps to the contract or breaks it: over
# root.sock, and over the bus for an ordinary user.

load shared_patd

as_root() {
	"$@"
}

# from PAGE...: a new fake patd with these pages
from() {
	[ -z "${FAKE_PATD:-}" ] || process_end TERM "$FAKE_PATD"
	rm -f "$BATS_TEST_TMPDIR/ready"
	fake_patd "$@"
}

setup_file() {
	patd_world
	patd_stop
}

@test "list continues after empty pages with a cursor" {
	for as in as_root as_games; do
		from 0:a 0:b 2:c 0:d 1:e 0
		run -0 "$as" patctl list --json
		[ "$(json '.__len__()' <<<"$output")" -eq 3 ]
	done
}

@test "show finds a token after an empty page" {
	for as in as_root as_games; do
		from 0:a 1
		run -0 "$as" patctl show "name 1"
		expect "$output" "Name:     name 1"
	done
}

@test "list of empty pages only is an empty list" {
	for as in as_root as_games; do
		from 0:a 0:b 0
		run -0 "$as" patctl list --json
		[ "$output" = "[]" ]
		run -0 "$as" patctl list
		[ "$output" = "" ]
	done
}

@test "list exits 1 if a cursor is returned again" {
	for as in as_root as_games; do
		from 0:a
		for call in list "list --json" "show x"; do
			# shellcheck disable=SC2086 # to be split
			run -1 --separate-stderr "$as" patctl $call
			expect_stderr "is malformed"
		done
	done
}

@test "list to a pipe prints the pages before an error" {
	for as in as_root as_games; do
		from 2:a org.patd.Tokens1.Error.Storage
		run -1 --separate-stderr "$as" patctl list
		expect_stderr "said the peer"
		[ "${#lines[@]}" -eq 3 ]
	done
}

@test "list --json prints an invalid document if a page fails" {
	for as in as_root as_games; do
		from 2:a org.patd.Tokens1.Error.Storage
		run -1 --separate-stderr "$as" patctl list --json
		expect "$output" '"name 2"'
		run ! json '' <<<"$output"
	done
}

@test "an ambiguous beginning of an id prints the candidates, and so does one with a name" {
	for as in as_root as_games; do
		for pages in "0 2" "1 1"; do
			# shellcheck disable=SC2086 # to be split
			from $pages
			run -4 --separate-stderr "$as" patctl revoke token
			[ "$output" = "" ]
			expect_stderr '"token" is ambiguous:'
			expect_stderr_line "token00001 +name 1 +root +active"
			expect_stderr_line "token00002 +name 2 +root +active"
		done
	done
}

@test "an ambiguous name prints some candidates and requests no further pages" {
	for as in as_root as_games; do
		from 256:a org.example.NotAsked
		run -4 --separate-stderr "$as" patctl revoke token
		expect_stderr_line "token00001 +name 1 +root +active"
		expect_stderr "and more"
		expect_not_stderr "NotAsked"
		# shellcheck disable=SC2154 # run assigns it
		[ "${#stderr_lines[@]}" -eq 24 ]
	done
}

@test "delete of what works again since it was selected refuses" {
	from 1=expired 1=active
	run -1 --separate-stderr patctl delete --state=expired --yes
	expect_stderr "the token is not revoked"
	[ "$output" = "" ]
}

@test "after the end of patd a change of many says how many were not changed" {
	for call in "delete --state=revoked" "revoke --state=active" "revoke --all"; do
		from "3=$(sed -n "s/.*state=//p" <<<"$call")" gone
		# shellcheck disable=SC2086 # to be split
		run -8 --separate-stderr patctl $call --yes
		expect_stderr_line "patctl: 2 more tokens were not changed"
	done
}
