#!/usr/bin/env bats
# Whoever else, or nobody, listens in patd's place.

load pam

setup_file() {
	pam_world
	stack brief <<<"auth required @module@ socket=$WORLD/peer.sock timeout=100ms"
}

teardown_file() {
	patd_world_end
}

@test "the fake is believed when it keeps to the protocol, so that the rest means something" {
	run peer accepted
	says "peer: a request"
	says "authenticate: PAM_SUCCESS"
	run peer wrong
	says "authenticate: PAM_AUTH_ERR"
}

@test "verdicts that are none of the token's" {
	run peer not-allowed
	says "authenticate: PAM_AUTH_ERR"
	for manner in busy failed; do
		run peer "$manner"
		says "authenticate: PAM_AUTHINFO_UNAVAIL"
		silent_about error:
	done
}

@test "malformed replies" {
	for manner in short long huge other-magic no-such-verdict hanging-up; do
		run peer "$manner"
		says "peer: a request"
		says "authenticate: PAM_AUTHINFO_UNAVAIL"
		silent_about error:
	done
}

@test "an expiry that is no date is not told as one" {
	run peer expired-long-ago
	says "error: This token expired on 1970-01-02 00:00 UTC."
	run peer expired-never
	says "error: This token has expired."
	says "authenticate: PAM_AUTH_ERR"
}

@test "a listener who is neither root nor patd is sent nothing" {
	run peer -u 65534 accepted
	says "peer: nothing"
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
}

@test "a listener who is the user patd is trusted" {
	printf '%s\n' root:x:0:0::/: "$OWNER:x:1:1::/:" patd:x:64123:64123::/: >"$WORLD/passwd"
	: >"$WORLD/group"
	export NSS_WRAPPER_PASSWD=$WORLD/passwd NSS_WRAPPER_GROUP=$WORLD/group
	as_patd() {
		typed "$STRANGER" -- "$TOOLS/peer" -u "$1" "$WORLD/peer.sock" accepted \
			env LD_PRELOAD="$(asan_preload) libnss_wrapper.so" \
			"$TOOLS/drive" "$WORLD/pam.d" peer "$OWNER"
	}
	run as_patd 64123
	says "authenticate: PAM_SUCCESS"
	run as_patd 64124
	says "peer: nothing"
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
}

@test "a silent listener, and one whose backlog is full: the wait is bounded" {
	for manner in silent full; do
		SERVICE=brief run peer "$manner"
		says "authenticate: PAM_AUTHINFO_UNAVAIL"
	done
}

@test "no socket, a socket of nobody, a file, another kind of socket" {
	stack nowhere <<<"auth required @module@ socket=$WORLD/nowhere"
	at() {
		typed "$STRANGER" -- "$TOOLS/drive" "$WORLD/pam.d" nowhere "$OWNER"
	}
	run at
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
	for make in 's.bind(p)' 'open(p, "w")' \
		's = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(p)'; do
		rm -f "$WORLD/nowhere"
		python3 -c "import socket, sys; p = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); $make" "$WORLD/nowhere"
		run at
		says "authenticate: PAM_AUTHINFO_UNAVAIL"
	done
}

@test "patd stopped: at once; started again: as before" {
	token=$(generate stopped --user="$OWNER")
	run login "$token"
	says "authenticate: PAM_SUCCESS"
	patd_stop
	run timeout "$TOO_LONG" "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$token"
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
	patd_start
	run login "$token"
	says "authenticate: PAM_SUCCESS"
}

@test "patd hung: the wait is bounded; running again: as before" {
	token=$(generate hung --user="$OWNER")
	kill -STOP "$(cat "$WORLD/patd.pid")"
	run timeout "$TOO_LONG" "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$token"
	kill -CONT "$(cat "$WORLD/patd.pid")"
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
	run login "$token"
	says "authenticate: PAM_SUCCESS"
}

@test "no patd on the machine: where it should be by default, too" {
	[ ! -e /run/patd ] || skip "patd is installed"
	stack default <<<'auth required @module@'
	run typed "$STRANGER" -- "$TOOLS/drive" "$WORLD/pam.d" default "$OWNER"
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
}
