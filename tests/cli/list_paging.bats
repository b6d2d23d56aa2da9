#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl with lists in pages, from a fake patd that keeps to the contract or breaks it.

load shared_patd

setup_file() {
	patd_world
	patd_stop
}

@test "list continues after empty pages with a cursor" {
	fake_patd 0:a 0:b 2:c 0:d 1:e 0
	run -0 patctl list --json
	[ "$(json '.__len__()' <<<"$output")" -eq 3 ]
}

@test "show finds a token after an empty page" {
	fake_patd 0:a 1
	run -0 patctl show "name 1"
	expect "$output" "Name:     name 1"
}

@test "list of empty pages only is an empty list" {
	fake_patd 0:a 0:b 0
	run -0 patctl list --json
	[ "$output" = "[]" ]
	run -0 patctl list
	[ "$output" = "" ]
}

@test "list exits 1 if a cursor is returned again" {
	fake_patd 0:a
	for call in list "list --json" "show x"; do
		# shellcheck disable=SC2086 # to be split
		run -1 --separate-stderr patctl $call
		expect_stderr "is malformed"
	done
}

@test "list to a pipe prints the pages before an error" {
	fake_patd 2:a org.patd.Tokens1.Error.Storage
	run -1 --separate-stderr patctl list
	expect_stderr "said the peer"
	[ "${#lines[@]}" -eq 3 ]
}

@test "list --json prints an invalid document if a page fails" {
	fake_patd 2:a org.patd.Tokens1.Error.Storage
	run -1 --separate-stderr patctl list --json
	expect "$output" '"name 2"'
	run ! json '' <<<"$output"
}

@test "an ambiguous name prints some candidates and requests no further pages" {
	fake_patd 256:a org.example.NotAsked
	run -4 --separate-stderr patctl revoke token
	expect_stderr "(user root)"
	expect_stderr "and more"
	expect_not_stderr "NotAsked"
	# shellcheck disable=SC2154 # run assigns it
	[ "${#stderr_lines[@]}" -eq 22 ]
}
