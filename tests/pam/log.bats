#!/usr/bin/env bats
# What the journal gets: a line for every token, nothing that could forge one, and no secret.

load pam

setup_file() {
	pam_world
	TOKEN=$(generate t --user="$OWNER")
	export TOKEN
}

teardown_file() {
	patd_world_end
}

# logged WORD [drive's OPTION...]: what the log got is $output
logged() {
	local word=$1
	shift
	run typed "$word" -- "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/drive" "$@" "$WORLD/pam.d" "${SERVICE:-pat}" "${LOGIN:-$OWNER}"
	run cat "$WORLD/log"
}

# line PRIORITY TEXT: the log is that one line.  84 is authpriv.warning, and so on.
line() {
	[[ $output =~ ^"<$1>"[A-Z].*": pam_pat(${SERVICE:-pat}:auth): $2"$ ]] || {
		printf 'expected: <%s>… %s\ngot: %s\n' "$1" "$2" "$output"
		return 1
	}
}

rest="user=$OWNER service=pat tty=/dev/pts/7 rhost=192.0.2.1"

@test "accepted" {
	logged "$TOKEN" -t /dev/pts/7 -r 192.0.2.1
	line 86 "accepted: token=$(token_id "$TOKEN") $rest"
}

@test "wrong" {
	logged "$STRANGER" -t /dev/pts/7 -r 192.0.2.1
	line 85 "refused (wrong): token=Example123 $rest"
}

@test "revoked" {
	token=$(generate revoked --user="$OWNER")
	patctl revoke --user="$OWNER" revoked
	logged "$token" -t /dev/pts/7 -r 192.0.2.1
	line 85 "refused (revoked): token=$(token_id "$token") $rest"
}

@test "another user's" {
	LOGIN=$STRANGE_USER logged "$TOKEN"
	line 84 "refused (other-user): token=$(token_id "$TOKEN") user=$STRANGE_USER service=pat tty= rhost="
}

@test "patd not running, not answering, not understood, not trusted" {
	stack pat <<<"auth required @module@ socket=$WORLD/nowhere"
	logged "$TOKEN" -t /dev/pts/7 -r 192.0.2.1
	line 83 "unavailable (patd is not running): token=$(token_id "$TOKEN") $rest"

	stack pat <<<"auth required @module@ socket=$WORLD/peer.sock timeout=100ms"
	against() {
		typed "$STRANGER" -- "$TOOLS/devlog" "$WORLD/log" "$TOOLS/peer" "$@" \
			"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER"
		cat "$WORLD/log"
	}
	run against "$WORLD/peer.sock" silent
	[[ $output == *"<83>"*"unavailable (patd did not answer in time): token=Example123 "* ]]
	run against "$WORLD/peer.sock" hanging-up
	[[ $output == *"<83>"*"unavailable (patd closed the connection): "* ]]
	run against "$WORLD/peer.sock" short
	[[ $output == *"<83>"*"unavailable (patd's answer is malformed): "* ]]
	run against -u 65534 "$WORLD/peer.sock" accepted
	[[ $output == *"<83>"*"unavailable (the socket is not patd's): "* ]]
	run against "$WORLD/peer.sock" busy
	[[ $output == *"<84>"*"unavailable (busy): "* ]]
	run against "$WORLD/peer.sock" failed
	[[ $output == *"<83>"*"unavailable (failed): "* ]]
	run against "$WORLD/peer.sock" not-allowed
	[[ $output == *"<84>"*"refused (not-allowed): "* ]]
	stack pat <<<'auth required @pat@'
}

@test "an unknown user is not named, for it may be a password" {
	LOGIN='my-p4ssword' logged "$TOKEN"
	line 85 "refused (unknown user): token=$(token_id "$TOKEN") user= service=pat tty= rhost="
	silent_about p4ssword
}

@test "a password makes no line; with debug one that does not have it" {
	logged 'a secret password'
	[ -z "$output" ]
	stack debug <<<'auth required @pat@ debug'
	SERVICE=debug
	logged 'a secret password'
	line 87 "no token was given"
}

@test "an unknown option and a bad value are named" {
	stack odd <<<'auth required @pat@ colour=red'
	SERVICE=odd
	logged 'a secret password'
	line 83 "unknown option: colour=red"
	stack odd <<<'auth required @pat@ timeout=0'
	logged 'a secret password'
	line 83 "bad value: timeout=0"
}

@test "nothing from outside forges a field or a line" {
	id=$(token_id "$TOKEN")
	logged "$TOKEN" -r $'h tty=x\n<86>login: accepted \xff"\\' -t $'\e[2J'
	line 86 "accepted: token=$id user=$OWNER service=pat tty=\\x1b[2J rhost=h\\x20tty=x\\x0a<86>login:\\x20accepted\\x20\\xff\\x22\\x5c"
	long=$(printf '\n%.0s' {1..999}x)
	logged "$TOKEN" -r "$long"
	[ "$(wc -l <"$WORLD/log")" = 1 ]
}

@test "no secret is ever in it" {
	: >"$WORLD/all"
	for word in "$TOKEN" "$STRANGER" "${TOKEN%?}" "a password"; do
		logged "$word"
		cat "$WORLD/log" >>"$WORLD/all"
	done
	run cat "$WORLD/all"
	silent_about "${TOKEN:15:20}"
	silent_about "${TOKEN:40:20}"
	silent_about ThisIsNoSecret
	silent_about "a password"
}
