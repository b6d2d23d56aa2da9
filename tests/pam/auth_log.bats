#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The log of the module: a line for each token, which cannot be forged and has no secret.

load pam

setup_file() {
	pam_world
	TOKEN=$(generate t --user="$OWNER")
	export TOKEN
}

# logged ANSWER [drive's OPTION...]: $output is the log of an authentication
logged() {
	local word=$1
	shift
	run answered "$word" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" "$@" "$WORLD/pam.d" "${SERVICE:-pat}" "${LOGIN:-$OWNER}"
	run cat "$WORLD/log"
}

# line PRIORITY TEXT: the log is that one line.  PRIORITY is that of authpriv: 84 is warning
line() {
	[[ $output =~ ^"<$1>"[A-Z].*": pam_pat(${SERVICE:-pat}:auth): $2"$ ]] || {
		printf 'expected: <%s>… %s\ngot: %s\n' "$1" "$2" "$output"
		return 1
	}
}

rest="user=$OWNER service=pat tty=/dev/pts/7 rhost=192.0.2.1"

@test "an accepted token is logged as info" {
	logged "$TOKEN" -t /dev/pts/7 -r 192.0.2.1
	line 86 "accepted: token=$(token_id "$TOKEN") $rest"
}

@test "an unknown token is logged as notice" {
	logged "$UNKNOWN_TOKEN" -t /dev/pts/7 -r 192.0.2.1
	line 85 "refused (wrong): token=Example123 $rest"
}

@test "a revoked token is logged as notice" {
	token=$(generate revoked --user="$OWNER")
	patctl revoke --user="$OWNER" revoked
	logged "$token" -t /dev/pts/7 -r 192.0.2.1
	line 85 "refused (revoked): token=$(token_id "$token") $rest"
}

@test "another user's token is logged as warning" {
	LOGIN=$OTHER_USER logged "$TOKEN"
	line 84 "refused (other-user): token=$(token_id "$TOKEN") user=$OTHER_USER service=pat tty= rhost="
}

@test "a missing, silent, malformed or untrusted patd is logged with the reason" {
	stack pat <<<"auth required @module@ socket=$WORLD/nowhere"
	logged "$TOKEN" -t /dev/pts/7 -r 192.0.2.1
	line 83 "unavailable (patd is not running): token=$(token_id "$TOKEN") $rest"

	log_of_peer() {
		answered "$UNKNOWN_TOKEN" -- "$TOOLS/devlog" "$WORLD/log" "$TOOLS/peer" "$@" \
			"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER"
		cat "$WORLD/log"
	}
	stack pat <<<"auth required @module@ socket=$WORLD/peer.sock timeout=100ms"
	run log_of_peer "$WORLD/peer.sock" silent
	[[ $output == *"<83>"*"unavailable (patd did not answer in time): token=Example123 "* ]]
	stack pat <<<"auth required @module@ socket=$WORLD/peer.sock timeout=$ANSWER_S"
	run log_of_peer "$WORLD/peer.sock" hanging-up
	[[ $output == *"<83>"*"unavailable (patd closed the connection): "* ]]
	run log_of_peer "$WORLD/peer.sock" short
	[[ $output == *"<83>"*"unavailable (patd's answer is malformed): "* ]]
	run log_of_peer -u 65534 "$WORLD/peer.sock" accepted
	[[ $output == *"<83>"*"unavailable (the socket is not patd's): "* ]]
	run log_of_peer "$WORLD/peer.sock" busy
	[[ $output == *"<84>"*"unavailable (busy): "* ]]
	run log_of_peer "$WORLD/peer.sock" failed
	[[ $output == *"<83>"*"unavailable (failed): "* ]]
	run log_of_peer "$WORLD/peer.sock" not-allowed
	[[ $output == *"<84>"*"refused (not-allowed): "* ]]
	stack pat <<<'auth required @pat@'
}

@test "an unknown user name is not logged as it may be a password" {
	LOGIN='my-p4ssword' logged "$TOKEN"
	line 85 "refused (unknown user): token=$(token_id "$TOKEN") user= service=pat tty= rhost="
	expect_without p4ssword
}

@test "passwords: a password is not logged, and with debug a line without it" {
	logged 'a secret password'
	[ -z "$output" ]
	stack debug <<<'auth required @pat@ debug'
	SERVICE=debug
	logged 'a secret password'
	line 87 "no token was given"
}

@test "an unknown option and an invalid value are logged" {
	stack odd <<<'auth required @pat@ colour=red'
	SERVICE=odd
	logged 'a secret password'
	line 83 "unknown option: colour=red"
	stack odd <<<'auth required @pat@ timeout=0'
	logged 'a secret password'
	line 83 "bad value: timeout=0"
}

@test "control characters from the application are escaped in the log" {
	id=$(token_id "$TOKEN")
	logged "$TOKEN" -r $'h tty=x\n<86>login: accepted \xff"\\' -t $'\e[2J'
	line 86 "accepted: token=$id user=$OWNER service=pat tty=\\x1b[2J rhost=h\\x20tty=x\\x0a<86>login:\\x20accepted\\x20\\xff\\x22\\x5c"
	long=$(printf '\n%.0s' {1..999}x)
	logged "$TOKEN" -r "$long"
	[ "$(wc -l <"$WORLD/log")" = 1 ]
}

@test "secrecy: tokens and passwords are not in the log" {
	: >"$WORLD/all"
	for word in "$TOKEN" "$UNKNOWN_TOKEN" "${TOKEN%?}" "a password"; do
		logged "$word"
		cat "$WORLD/log" >>"$WORLD/all"
	done
	run cat "$WORLD/all"
	expect_without "${TOKEN:15:20}"
	expect_without "${TOKEN:40:20}"
	expect_without ThisIsNoSecret
	expect_without "a password"
}
