#!/usr/bin/env bats
# Lists that come in pages as the contract allows them, and as it does not.

load cli

setup_file() {
	patd_world
	patd_stop
}

teardown_file() {
	patd_world_end
}

# pages PAGE...: for peer.py, which serves until the end of the test
pages() {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	/usr/bin/python3 "$CLI/peer.py" "$@" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	PEER=$!
	read -r _ <"$BATS_TEST_TMPDIR/ready"
}

teardown() {
	[ -z "${PEER:-}" ] || process_end TERM "$PEER"
}

@test "an empty page is not the last if there is a cursor" {
	pages 0:a 0:b 2:c 0:d 1:e 0
	run -0 patctl list --json
	[ "$(json '.__len__()' <<<"$output")" -eq 3 ]
}

@test "what is looked for may stand behind an empty page" {
	pages 0:a 1
	run -0 patctl show "name 1"
	expect "$output" "Name:     name 1"
}

@test "empty pages to the end are an empty list" {
	pages 0:a 0:b 0
	run -0 patctl list --json
	[ "$output" = "[]" ]
	run -0 patctl list
	[ "$output" = "" ]
}

@test "a cursor that does not move is a failure, not an endless loop" {
	pages 0:a
	for call in list "list --json" "show x"; do
		# shellcheck disable=SC2086 # words are meant
		run --separate-stderr patctl $call
		expect_status 1
		expect_stderr "breaks the contract"
	done
}

@test "in a pipe each page is printed as it comes" {
	pages 2:a org.patd.Tokens1.Error.Storage
	run --separate-stderr patctl list
	expect_status 1
	expect_stderr "said the peer"
	[ "${#lines[@]}" -eq 3 ]
}

@test "--json of a list that broke off is no document" {
	pages 2:a org.patd.Tokens1.Error.Storage
	run --separate-stderr patctl list --json
	expect_status 1
	expect "$output" '"name 2"'
	run ! json '' <<<"$output"
}

@test "of very many that are meant, some are shown and no more are asked for" {
	pages 256:a org.example.NotAsked
	run --separate-stderr patctl revoke token
	expect_status 4
	expect_stderr "(user root)"
	expect_stderr "and more"
	expect_not_stderr "NotAsked"
	# shellcheck disable=SC2154 # run assigns it
	[ "${#stderr_lines[@]}" -eq 22 ]
}
