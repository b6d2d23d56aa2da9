#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patd --check-config: the check of a configuration before a reload.

load cli

setup() {
	umask 022
	CONF=$BATS_TEST_TMPDIR/folder/etc
	mkdir -p "$CONF"
}

check() {
	run --separate-stderr "$BUILD/patd/patd" --check-config --config-dir="$CONF" "$@"
}

# expect_output TEXT: all of standard output
expect_output() {
	# shellcheck disable=SC2154 # run assigns it
	[ "$output" = "$1" ] || fail "on standard output: $output"
}

@test "an empty or missing configuration directory is valid" {
	check
	expect_status 0
	expect_output "patd: the configuration in $CONF is good"
	expect_no_stderr
	rmdir "$CONF"
	check
	expect_status 0
}

@test "the packaged patd.conf is valid" {
	cp "$TOP/patd/patd.conf" "$CONF"
	check
	expect_status 0
	expect_output "patd: the configuration in $CONF is good"
}

@test "each problem is printed with file and line, and their number" {
	mkdir "$CONF/patd.conf.d"
	printf '[tokens]\nmax_lifetime = 30\nmax_token = 5\n' >"$CONF/patd.conf"
	printf '[verifier nobody-there]\nservices = postgresql\n' >"$CONF/patd.conf.d/db.conf"
	check
	expect_status 1
	expect_output ""
	expect_stderr "patd: $CONF/patd.conf:2: max_lifetime cannot be \"30\": a number needs a unit"
	expect_stderr "patd: $CONF/patd.conf:3: [tokens] has no key \"max_token\"; it has default_"
	expect_stderr "patd: $CONF/patd.conf.d/db.conf:1: no such user: \"nobody-there\""
	expect_stderr "patd: problems in the configuration in $CONF: 3"
	# shellcheck disable=SC2154 # run assigns it
	[ "${#stderr_lines[@]}" -eq 4 ]
}

@test "--check-config creates no file and opens no socket" {
	local folder=$BATS_TEST_TMPDIR/folder
	check --state-dir="$folder/state" --runtime-dir="$folder/run"
	expect_status 0
	[ "$(ls -A "$folder")" = etc ]
	[ "$(ls -A "$CONF")" = "" ]
}

@test "a full standard output exits 1" {
	run -1 bash -c "'$BUILD/patd/patd' --check-config --config-dir='$CONF' >/dev/full"
}
