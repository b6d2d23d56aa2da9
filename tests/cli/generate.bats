#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl generate: the output of the secret, and the expiry of the token.

load shared_patd

@test "generate prints only the token on standard output" {
	patctl generate "$T" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[[ $(<"$BATS_TEST_TMPDIR/out") =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}$ ]]
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/out")" -eq 61 ]
}

@test "generate prints id, name, user, expiry and a warning on standard error" {
	run -0 --separate-stderr patctl generate "$T" --user=games --expires=7d
	expect_stderr "Token $T (${output:4:10}) of user games expires 20"
	expect_stderr "(in "
	expect_stderr "Copy it now"
	expect_stderr "will not be shown again"
	expect_stderr "confidential"
	expect_stderr "password manager"
	expect_not_stderr "${output:15}"
}

@test "the token of TOKEN=\$(patctl generate NAME) is accepted" {
	TOKEN=$(patctl generate "$T" --expires=7d 2>/dev/null)
	login "$TOKEN" root 0
}

@test "generate --quiet prints nothing on standard error" {
	run -0 --separate-stderr patctl generate -q "$T"
	expect_no_stderr
}

@test "generate --json prints an object with the token" {
	run -0 --separate-stderr patctl generate --json "$T \"quoted\"" --expires=never
	[ "$(json '["name"]' <<<"$output")" = "$T \"quoted\"" ]
	[ "$(json '["expires_at"]' <<<"$output")" = None ]
	[ "$(json '["last_used_at"]' <<<"$output")" = None ]
	[ "$(json '["last_used_service"]' <<<"$output")" = None ]
	token=$(json '["token"]' <<<"$output")
	[ "${token:4:10}" = "$(json '["id"]' <<<"$output")" ]
	login "$token" root 0
}

@test "generate on a terminal prints the token on its own line" {
	run -0 on_terminal "patctl generate $T"
	[[ ${lines[-1]} =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}$ ]]
}

@test "secrecy: list, show, revoke and restore do not print the secret" {
	token=$(patctl generate -q "$T")
	secret=${token:15}
	for call in list "list --all --json" "show $T" "show --json $T" "revoke --json $T" \
		"restore --json $T"; do
		# shellcheck disable=SC2086 # to be split
		run -0 patctl $call
		expect_not "$output" "$secret"
	done
}

expect_deleted() {
	run -4 --separate-stderr patctl show "$T"
}

@test "generate to a full disk exits 1 and deletes the token" {
	run -1 --separate-stderr bash -c "patctl generate $T >/dev/full"
	expect_stderr "No space left on device"
	expect_stderr "revoked and deleted"
	expect_deleted
}

@test "generate to a closed pipe exits 1 and deletes the token" {
	# The reader ends before patctl starts.
	exec 8> >(:)
	wait $!
	run --separate-stderr bash -c "patctl generate $T >&8"
	exec 8>&-
	expect_status 1
	expect_stderr "Broken pipe"
	expect_deleted
}

@test "generate with standard output closed exits 1 and deletes the token" {
	run -1 --separate-stderr bash -c "patctl generate $T >&-"
	expect_stderr "revoked and deleted"
	expect_deleted
}

@test "generate with standard error and input closed succeeds" {
	token=$(patctl generate "$T" 2>&- <&-)
	login "$token" root 0
}

@test "secrecy: generate writes the secret to standard output only" {
	expect_secret_written_once generate -q "$T"
}

@test "generate warns of each service that PAM does not have" {
	run -0 --separate-stderr patctl generate "$T" --service="nosuch, log,login,su*,x?z"
	expect_stderr 'this machine has no PAM service "nosuch"'
	expect_stderr 'this machine has no PAM service "log"; did you mean login?'
	expect_stderr 'this machine has no PAM service "x?z"'
	expect_not_stderr '"login"'
	expect_not_stderr '"su*"'
	run -0 --separate-stderr patctl generate -q "$T-2" --service=nosuch
	expect_no_stderr
}

@test "generate --out writes the token into a new file of mode 0600" {
	local file=$BATS_TEST_TMPDIR/folder/token
	umask 0
	mkdir "${file%/*}"
	run -0 --separate-stderr patctl generate "$T" --out="$file" --expires=7d
	[ "$output" = "" ]
	expect_stderr "of user root expires 20"
	expect_stderr "It is in $file, which only you can read"
	expect_not_stderr "Copy it now"
	[ "$(stat -c %a "$file")" = 600 ]
	[[ $(<"$file") =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}$ ]]
	[ "$(stat -c %s "$file")" -eq 61 ]
	login "$(<"$file")" root 0
	run -0 --separate-stderr patctl generate -q "$T-2" --out="$file-2"
	expect_no_stderr
	[ "$output" = "" ]
	[ "$(ls -A "${file%/*}")" = "token
token-2" ]
}

@test "generate --out --json prints the token's object without its secret" {
	local file=$BATS_TEST_TMPDIR/token
	run -0 --separate-stderr patctl generate --json "$T" --out="$file"
	[ "$(json '["name"]' <<<"$output")" = "$T" ]
	[ "$(json '.get("token")' <<<"$output")" = None ]
	token=$(<"$file")
	[ "$(json '["id"]' <<<"$output")" = "${token:4:10}" ]
	login "$token" root 0
}

@test "generate --out over a file or into no folder makes no token and changes nothing" {
	local file=$BATS_TEST_TMPDIR/token
	echo kept >"$file"
	ln -s nowhere "$BATS_TEST_TMPDIR/link"
	for path in "$file" "$BATS_TEST_TMPDIR/link" "$BATS_TEST_TMPDIR"; do
		run -1 --separate-stderr patctl generate "$T" --out="$path"
		expect_stderr "$path already exists"
		expect_deleted
	done
	[ "$(<"$file")" = kept ]
	[ ! -e "$BATS_TEST_TMPDIR/nowhere" ]
	run -1 --separate-stderr patctl generate "$T" --out="$BATS_TEST_TMPDIR/no/token"
	expect_stderr "cannot write $BATS_TEST_TMPDIR/no/token: No such file or directory"
	expect_deleted
}

@test "generate --out leaves no file if no token is made" {
	mkdir "$BATS_TEST_TMPDIR/folder"
	run -2 patctl generate "" --out="$BATS_TEST_TMPDIR/folder/token"
	patctl generate -q "$T" >/dev/null
	run -1 patctl generate "$T" --out="$BATS_TEST_TMPDIR/folder/token"
	[ "$(ls -A "$BATS_TEST_TMPDIR/folder")" = "" ]
}

@test "generate --out to a full disk exits 1 and deletes the token" {
	mkdir "$BATS_TEST_TMPDIR/full"
	# shellcheck disable=SC2016 # for the inner shell to expand
	run -1 --separate-stderr unshare --mount sh -c \
		'mount -t tmpfs -o size=4k tmpfs "$0" && head -c 4096 /dev/zero >"$0/all"
		patctl generate "$1" --out="$0/token"; r=$?; ls "$0"; exit $r' \
		"$BATS_TEST_TMPDIR/full" "$T"
	[ "$output" = all ]
	expect_stderr "No space left on device"
	expect_deleted
}

@test "secrecy: generate --out writes the secret into the file only" {
	local trace=$BATS_TEST_TMPDIR/trace file=$BATS_TEST_TMPDIR/token
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -s 200 -o "$trace" \
		-e trace=openat,execve,write,writev,sendto,sendmsg patctl generate -q "$T" --out="$file"
	token=$(<"$file")
	run -0 grep -c "${token:15}" "$trace"
	[ "$output" = 1 ]
}

@test "generate --out=- prints the token" {
	run -0 --separate-stderr patctl generate -q "$T" --out=-
	login "$output" root 0
	[ ! -e - ]
}

@test "a token expires after 30 days by default" {
	patctl generate -q "$T" >/dev/null
	expect_from_now $((30 * 86400)) "$(field expires_at)"
}

@test "generate --expires accepts a period" {
	patctl generate -q "$T" --expires="1h 30min" >/dev/null
	expect_from_now 5400 "$(field expires_at)"
}

@test "generate --expires=never makes a token that never expires" {
	patctl generate -q "$T" --expires=never >/dev/null
	[ "$(field expires_at)" = None ]
	run -0 patctl show "$T"
	expect "$output" "Expires:  never"
}

@test "generate --expires accepts a date in UTC" {
	patctl generate -q "$T" --expires="2999-01-31 18:00:30 UTC" >/dev/null
	[ "$(field expires_at)" -eq "$(date -d '2999-01-31 18:00:30 UTC' +%s)" ]
}

@test "generate --expires accepts a date in the local time zone" {
	TZ=EST5 patctl generate -q "$T" --expires=2999-01-31 >/dev/null
	[ "$(field expires_at)" -eq "$(date -d '2999-01-31 05:00:00 UTC' +%s)" ]
}

@test "generate --expires accepts tomorrow" {
	TZ=UTC0 patctl generate -q "$T" --expires=tomorrow >/dev/null
	(($(field expires_at) % 86400 == 0))
}

@test "generate --expires takes m for minutes and warns of it" {
	run -0 --separate-stderr patctl generate -q "$T" --expires=90m
	expect_stderr "m means minutes; for months write M or months"
	expect_from_now 5400 "$(field expires_at)"
	run --separate-stderr patctl generate -q "$T-M" --expires=2M
	expect_no_stderr
}

@test "generate --expires=infinity exits 2 and suggests never" {
	run -2 --separate-stderr patctl generate "$T" --expires=infinity
	expect_stderr 'use "never" for a token that does not expire'
	expect_not_stderr unlimited
}

@test "generate --expires in years says how long a year is" {
	run -0 --separate-stderr patctl generate "$T" --expires=1y
	expect_stderr "a year is 365.25 days"
	expect_from_now 31557600 "$(field expires_at)"
	run -0 --separate-stderr patctl generate "$T-M" --expires=12M
	expect_not_stderr "365.25"
	run -0 --separate-stderr patctl generate -q "$T-q" --expires="2 years"
	expect_no_stderr
}

@test "generate run by sudo says that the token is root's, and how to generate another" {
	for variable in SUDO_USER DOAS_USER; do
		run -0 --separate-stderr env -u SUDO_USER -u DOAS_USER $variable=games \
			patctl generate "$T-$variable"
		expect_stderr "This token is root's"
		expect_stderr "For a token of games"
		expect_stderr "--user=games"
	done
	[ "$(field user "$T-SUDO_USER")" = root ]
}

@test "generate says nothing of sudo where --user or --quiet is given, or root runs it" {
	run -0 --separate-stderr env SUDO_USER=games patctl generate "$T-1" --user=games
	expect_not_stderr "root's"
	run -0 --separate-stderr env SUDO_USER=games patctl generate -q "$T-2"
	expect_no_stderr
	for user in "" root; do
		run -0 --separate-stderr env -u DOAS_USER SUDO_USER="$user" patctl generate "$T-3$user"
		expect_not_stderr "root's"
	done
	run -0 --separate-stderr env SUDO_USER=$'a\e[31m' patctl generate "$T-4"
	expect_stderr '--user=a\x1b[31m'
}
