#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sessions that tokens open: recorded by patd, or refused.
# shellcheck disable=SC2016 # filters of jq

load pam
bats_require_minimum_version 1.5.0

setup_file() {
	pam_world
	local line
	line=$(grep pam_pat.so "$BATS_TEST_DIRNAME/../../debian/pam-configs/pat-session")
	stack host <<-EOF
		auth [success=done default=ignore] @pat@
		auth required pam_permit.so
		session required pam_permit.so
		session ${line/pam_pat.so/@pat@}
	EOF
	# As in sshd, where another process has authenticated.
	stack other-process <<-EOF
		auth required pam_permit.so
		session required pam_permit.so
		session ${line/pam_pat.so/@pat@}
	EOF
	stack peer <<-EOF
		auth required @module@ socket=$WORLD/peer.sock timeout=$ANSWER_S
		session required @module@ socket=$WORLD/peer.sock timeout=$ANSWER_S
	EOF
	for service in "peer-session $ANSWER_S" "brief-session 100ms"; do
		stack "${service% *}" <<-EOF
			auth required pam_permit.so
			session required @module@ socket=$WORLD/peer.sock timeout=${service#* }
		EOF
	done
}

setup() {
	TOKEN=$(generate "t$BATS_TEST_NUMBER" --user="$OWNER")
	ID=$(token_id "$TOKEN")
}

teardown() {
	[ -z "${host:-}" ] || kill -KILL "$host" 2>/dev/null || :
}

# opening ANSWER [drive's OPTION...]: authenticates OWNER, opens a session and closes it
opening() {
	local answer=$1
	shift
	answered "$answer" -- "$TOOLS/drive" -o "$@" "$WORLD/pam.d" host "$OWNER"
}

# session_opened ANSWER [drive's OPTION...]: the same, and returns while the session is open; its
# process is $host
session_opened() {
	local answer=$1
	shift
	mkfifo "$BATS_TEST_TMPDIR/output"
	# shellcheck disable=SC2030 # the fifo is the answer's
	"$TOOLS/drive" -O "$@" "$WORLD/pam.d" host "$OWNER" <<<"$answer" \
		>"$BATS_TEST_TMPDIR/output" 2>&1 3>&- 4>&- &
	host=$!
	exec 8<"$BATS_TEST_TMPDIR/output"
	rm "$BATS_TEST_TMPDIR/output"
	local line
	until read -r line <&8 && [[ $line == open_session:* ]]; do
		kill -0 "$host" || return 1
	done
	[ "$line" = "open_session: PAM_SUCCESS" ]
}

# session_closed: lets that process close it; sets output
session_closed() {
	until [ "$(ps -o state= -p "$host")" = T ]; do :; done
	kill -CONT "$host"
	output=$(cat <&8)
	exec 8<&-
	wait "$host"
}

# listed N [FILTER]: so many sessions of $OWNER are, and the filter of jq is true of each
listed() {
	local sessions
	sessions=$(patctl sessions --user="$OWNER" --json) || return
	echo "$sessions"
	jq -e --arg id "$ID" --argjson pid "${host:-0}" "length == $1 and all(.[]; ${2:-true})" <<<"$sessions"
}

@test "a session is sent with its token, user, place and process, and its end" {
	run answered "$UNKNOWN_TOKEN" -- "$TOOLS/peer" "$WORLD/peer.sock" accepted \
		"$TOOLS/drive" -o -r 192.0.2.1 -t pts/7 -p XDG_SESSION_ID=c2 "$WORLD/pam.d" peer "$OWNER"
	local about="token=Example123 user=$OWNER service=peer rhost=192.0.2.1 tty=pts/7 logind=c2 pid="
	grep -q "^peer: a session opens: ${about}[0-9]" <<<"$output"
	grep -q "^peer: a session closes: ${about}[0-9]" <<<"$output"
	expect_line "open_session: PAM_SUCCESS"
	expect_line "close_session: PAM_SUCCESS"
}

@test "the session of sudo is that of the user who was authenticated" {
	run answered "$UNKNOWN_TOKEN" -- "$TOOLS/peer" "$WORLD/peer.sock" accepted \
		"$TOOLS/drive" -o -U root "$WORLD/pam.d" peer "$OWNER"
	grep -q "^peer: a session opens: token=Example123 user=$OWNER " <<<"$output"
	expect_line "open_session: PAM_SUCCESS"
}

# of_peer MANNER [drive's OPTION...]: a session of $SERVICE, or peer-session, whose id comes from the
# environment
of_peer() {
	answered "a password" -- timeout "$TIMEOUT_S" "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/peer" "$WORLD/peer.sock" "$1" \
		"$TOOLS/drive" -o -p PAT_TOKEN_ID=Example123 "${@:2}" "$WORLD/pam.d" \
		"${SERVICE:-peer-session}" "$OWNER"
}

@test "a refused session has its message and log line" {
	while read -r verdict priority message; do
		run of_peer "$verdict"
		expect_line "open_session: PAM_PERM_DENIED"
		[ -z "$message" ] || expect_line "error: $message"
		[ -n "$message" ] || expect_without error:
		grep -q "^<$priority>.*pam_pat(peer-session:session): session refused ($verdict): token=Example123 user=$OWNER " \
			"$WORLD/log"
		run of_peer "$verdict" -s
		expect_line "open_session: PAM_PERM_DENIED"
		expect_without error:
	done <<-EOF
		revoked 85 This token has been revoked.
		expired 85 This token has expired.
		other-user 84 This token belongs to another user.
		disabled 85 Tokens are disabled for this user.
		wrong 85
		busy 84
		failed 83
	EOF
}

@test "without a valid answer of patd a session by a token is refused" {
	for manner in short long huge other-magic no-such-verdict hanging-up asked silent full; do
		SERVICE=peer-session
		[[ $manner != @(silent|full) ]] || SERVICE=brief-session
		run of_peer "$manner"
		expect_line "open_session: PAM_PERM_DENIED"
		expect_without error:
		grep -q "pam_pat($SERVICE:session): session refused (" "$WORLD/log"
	done
	run answered x -- "$TOOLS/peer" -u 65534 "$WORLD/peer.sock" accepted \
		"$TOOLS/drive" -o -p PAT_TOKEN_ID=Example123 "$WORLD/pam.d" peer-session "$OWNER"
	expect_line "peer: nothing"
	expect_line "open_session: PAM_PERM_DENIED"
}

@test "no lockout: without patd a session by a password opens, and nothing is sent or logged" {
	run answered "a password" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" -o "$WORLD/pam.d" peer-session "$OWNER"
	expect_line "open_session: PAM_SUCCESS"
	expect_line "close_session: PAM_SUCCESS"
	[ ! -s "$WORLD/log" ]
}

@test "a session leaves descriptors, environment, signals, limits and directory unchanged" {
	run opening "$TOKEN" -c
	expect_line "open_session: PAM_SUCCESS"
	expect_line "host: unchanged"
	run opening "$TOKEN" -0 -c
	expect_line "open_session: PAM_SUCCESS"
	expect_line "host: unchanged"
}

@test "a session that is open is listed with its process until it closes" {
	session_opened "$TOKEN" -r 192.0.2.1 -t pts/7 -p XDG_SESSION_ID=c2
	listed 1 '.token == $id and .pid == $pid and .service == "host" and .from == "192.0.2.1" and
		.logind == "c2"'
	session_closed
	expect_line "close_session: PAM_SUCCESS"
	listed 0
}

@test "sessions by a password are not listed" {
	session_opened "a password"
	listed 0
	session_closed
}

@test "a session whose process was killed is not listed" {
	session_opened "$TOKEN"
	listed 1
	kill -KILL "$host"
	wait "$host" || :
	exec 8<&-
	listed 0
}

@test "sessions survive a restart of patd, and their end is recorded after it" {
	session_opened "$TOKEN"
	patd_stop
	patd_start
	listed 1 '.pid == $pid'
	patd_stop KILL
	patd_start
	listed 1 '.pid == $pid'
	session_closed
	listed 0
}

@test "a session closes without patd" {
	session_opened "$TOKEN"
	patd_stop
	session_closed
	expect_line "close_session: PAM_SUCCESS"
	patd_start
	listed 0
}

@test "a session is refused if patd has ended since the token was accepted" {
	login_that_stops
	patd_stop
	login_goes_on
	expect_line "authenticate: PAM_SUCCESS"
	expect_line "open_session: PAM_PERM_DENIED"
	patd_start
}

# login_that_stops: between the authentication and the session; its process is $host
login_that_stops() {
	"$TOOLS/drive" -S -o "$WORLD/pam.d" host "$OWNER" <<<"$TOKEN" \
		>"$BATS_TEST_TMPDIR/stopped" 2>&1 3>&- 4>&- &
	host=$!
	until [ "$(ps -o state= -p "$host")" = T ]; do
		kill -0 "$host" || return 1
	done
}

login_goes_on() {
	kill -CONT "$host"
	wait "$host"
	output=$(cat "$BATS_TEST_TMPDIR/stopped")
}

@test "ended sessions: none opens if the token was revoked since it was accepted" {
	login_that_stops
	patctl revoke -q --user="$OWNER" "$ID"
	login_goes_on
	expect_line "authenticate: PAM_SUCCESS"
	expect_line "open_session: PAM_PERM_DENIED"
	expect_line "error: This token has been revoked."
	listed 0
}

# forging ID [USER]: a session whose PAT_TOKEN_ID somebody has set
forging() {
	answered "a password" -- "$TOOLS/drive" -o -p "PAT_TOKEN_ID=$1" "$WORLD/pam.d" other-process \
		"${2:-$OWNER}"
}

@test "ended sessions: a forged PAT_TOKEN_ID opens none" {
	run forging "$ID"
	expect_line "open_session: PAM_SUCCESS"
	run forging "$ID" "$OTHER_USER"
	expect_line "open_session: PAM_PERM_DENIED"
	run forging "$(token_id "$UNKNOWN_TOKEN")"
	expect_line "open_session: PAM_PERM_DENIED"
	for id in "$ID$ID" "${ID:1}" "" "$ID root"; do
		run forging "$id"
		expect_line "open_session: PAM_PERM_DENIED"
	done
	run answered x -- "$TOOLS/devlog" "$WORLD/log" "$TOOLS/drive" -o \
		-p $'PAT_TOKEN_ID=forged\nsecret' "$WORLD/pam.d" other-process "$OWNER"
	expect_line "open_session: PAM_PERM_DENIED"
	run cat "$WORLD/log"
	[ "${#lines[@]}" = 1 ]
	expect_without secret
	expect_without forged
}

@test "a session of an application without root is opened and not recorded" {
	stack user <<-EOF
		auth required @module@ socket=$WORLD/run/user.sock
		session required @module@ socket=$WORLD/run/root.sock
	EOF
	run answered "$TOKEN" -- setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups \
		"$WORLD/drive" -o "$WORLD/pam.d" user "$OWNER"
	expect_line "authenticate: PAM_SUCCESS"
	expect_line "open_session: PAM_SUCCESS"
}

