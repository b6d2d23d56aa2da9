#!/usr/bin/env bats
# The secret: shown once, on standard output, and nothing else there.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "standard output has the token and nothing else" {
	patctl generate "$T" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[[ $(<"$BATS_TEST_TMPDIR/out") =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$ ]]
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/out")" -eq 65 ]
}

@test "standard error has the warning, the id, name, user and expiry, and not the token" {
	run --separate-stderr patctl generate "$T" --user=games --expires=7d
	expect_status 0
	expect_stderr "Token $T (${output:4:10}) of user games expires 20"
	expect_stderr "(in "
	expect_stderr "Copy it now"
	expect_stderr "only this once"
	expect_stderr "confidential"
	expect_stderr "password manager"
	expect_not_stderr "${output:15}"
}

@test "TOKEN=\$(patctl generate ci) is the token that logs in" {
	TOKEN=$(patctl generate "$T" --expires=7d 2>/dev/null)
	use "$TOKEN" root 0
}

@test "--quiet leaves standard error empty" {
	run --separate-stderr patctl generate -q "$T"
	expect_status 0
	expect_no_stderr
}

@test "--json is one object with the token in it" {
	run --separate-stderr patctl generate --json "$T \"quoted\"" --expires=never
	expect_status 0
	[ "$(json '["name"]' <<<"$output")" = "$T \"quoted\"" ]
	[ "$(json '["expires_at"]' <<<"$output")" = None ]
	[ "$(json '["last_used_at"]' <<<"$output")" = None ]
	[ "$(json '["last_used_service"]' <<<"$output")" = None ]
	token=$(json '["token"]' <<<"$output")
	[ "${token:4:10}" = "$(json '["id"]' <<<"$output")" ]
	use "$token" root 0
}

@test "on a terminal the token has a line of its own" {
	run -0 on_terminal "patctl generate $T"
	[[ ${lines[-1]} =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$ ]]
}

@test "no later call shows the secret" {
	token=$(patctl generate -q "$T")
	secret=${token:15}
	for call in list "list --all --json" "show $T" "show --json $T" "revoke --json $T" \
		"restore --json $T"; do
		# shellcheck disable=SC2086 # words are meant
		run -0 patctl $call
		expect_not "$output" "$secret"
	done
}

# The token whose showing failed is gone: nothing unknown lives on.
gone() {
	run --separate-stderr patctl show "$T"
	expect_status 4
}

@test "a full disk: the token that could not be written is deleted again" {
	run --separate-stderr bash -c "patctl generate $T >/dev/full"
	expect_status 1
	expect_stderr "No space left on device"
	expect_stderr "revoked and deleted"
	gone
}

@test "a closed pipe: the token that could not be written is deleted again" {
	# The reader is gone before patctl begins.
	exec 8> >(:)
	wait $!
	run --separate-stderr bash -c "patctl generate $T >&8"
	exec 8>&-
	expect_status 1
	expect_stderr "Broken pipe"
	gone
}

@test "a closed standard output: no token, and none in the bus's socket" {
	run --separate-stderr bash -c "patctl generate $T >&-"
	expect_status 1
	expect_stderr "revoked and deleted"
	gone
}

@test "a closed standard error or input does no harm" {
	token=$(patctl generate "$T" 2>&- <&-)
	use "$token" root 0
}

@test "the token goes through no file and no argument" {
	# No leak detection: it and strace cannot both trace.
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -e trace=openat,execve,write,writev,sendto,sendmsg -s 200 \
		-o "$BATS_TEST_TMPDIR/trace" patctl generate -q "$T"
	secret=${output:15}
	run -0 grep -c "$secret" "$BATS_TEST_TMPDIR/trace"
	[ "$output" -eq 1 ]
	run -0 grep "$secret" "$BATS_TEST_TMPDIR/trace"
	expect "$output" "write(1, "
}

expires() {
	patctl show --json "$T" | json '[0]["expires_at"]'
}

# near SECONDS: the token lives so long, give or take the duration of the test.
near() {
	local left=$(($(expires) - $(date +%s)))
	((left <= $1 && left > $1 - 60)) || fail "$left seconds left, not $1"
}

@test "30 days unless told otherwise" {
	patctl generate -q "$T" >/dev/null
	near $((30 * 86400))
}

@test "--expires takes a period" {
	patctl generate -q "$T" --expires="1h 30min" >/dev/null
	near 5400
}

@test "--expires=never" {
	patctl generate -q "$T" --expires=never >/dev/null
	[ "$(expires)" = None ]
	run -0 patctl show "$T"
	expect "$output" "Expires:  never"
}

@test "--expires takes a date in UTC" {
	patctl generate -q "$T" --expires="2999-01-31 18:00:30 UTC" >/dev/null
	[ "$(expires)" -eq "$(date -d '2999-01-31 18:00:30 UTC' +%s)" ]
}

@test "--expires takes a date in the local time zone" {
	TZ=EST5 patctl generate -q "$T" --expires=2999-01-31 >/dev/null
	[ "$(expires)" -eq "$(date -d '2999-01-31 05:00:00 UTC' +%s)" ]
}

@test "--expires takes tomorrow" {
	TZ=UTC0 patctl generate -q "$T" --expires=tomorrow >/dev/null
	(($(expires) % 86400 == 0))
}

@test "m is minutes, and that is said" {
	run --separate-stderr patctl generate -q "$T" --expires=90m
	expect_status 0
	expect_stderr "m means minutes; for months write M or months"
	near 5400
	run --separate-stderr patctl generate -q "$T-M" --expires=2M
	expect_no_stderr
}
