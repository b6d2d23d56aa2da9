#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The module without patd, or with another listener on its socket.

load pam

setup_file() {
	pam_world
	stack brief <<<"auth required @module@ socket=$WORLD/peer.sock timeout=100ms"
}

@test "replies of a fake patd that keeps to the protocol are used" {
	run peer accepted
	expect_line "peer: a request"
	expect_line "authenticate: PAM_SUCCESS"
	expect_result PAM_AUTH_ERR peer wrong
}

@test "not-allowed is a refusal, and busy and failed return PAM_AUTHINFO_UNAVAIL" {
	expect_result PAM_AUTH_ERR peer not-allowed
	for manner in busy failed; do
		expect_result PAM_AUTHINFO_UNAVAIL peer "$manner"
		expect_without error:
	done
}

@test "malformed replies return PAM_AUTHINFO_UNAVAIL" {
	for manner in short long huge other-magic no-such-verdict hanging-up; do
		run peer "$manner"
		expect_line "peer: a request"
		expect_line "authenticate: PAM_AUTHINFO_UNAVAIL"
		expect_without error:
	done
}

@test "an expiry of never is not printed as a date" {
	run peer expired-long-ago
	expect_line "error: This token expired on 1970-01-02 00:00 UTC."
	run peer expired-never
	expect_line "error: This token has expired."
	expect_line "authenticate: PAM_AUTH_ERR"
}

@test "a listener that is neither root nor user patd receives no request" {
	run peer -u 65534 accepted
	expect_line "peer: nothing"
	expect_line "authenticate: PAM_AUTHINFO_UNAVAIL"
}

@test "a listener that is user patd is trusted" {
	passwd_entries root:x:0:0::/: "$OWNER:x:1:1::/:" patd:x:64123:64123::/:
	listener() {
		answered "$UNKNOWN_TOKEN" -- "$TOOLS/peer" -u "$1" "$WORLD/peer.sock" accepted \
			env LD_PRELOAD="$(asan_preload) libnss_wrapper.so" \
			"$TOOLS/drive" "$WORLD/pam.d" peer "$OWNER"
	}
	expect_result PAM_SUCCESS listener 64123
	run listener 64124
	expect_line "peer: nothing"
	expect_line "authenticate: PAM_AUTHINFO_UNAVAIL"
}

@test "a silent listener or a full backlog returns PAM_AUTHINFO_UNAVAIL after the timeout" {
	for manner in silent full; do
		SERVICE=brief expect_result PAM_AUTHINFO_UNAVAIL peer "$manner"
	done
}

@test "a missing, closed or wrong socket or a file returns PAM_AUTHINFO_UNAVAIL" {
	stack nowhere <<<"auth required @module@ socket=$WORLD/nowhere"
	authenticate() {
		answered "$UNKNOWN_TOKEN" -- "$TOOLS/drive" "$WORLD/pam.d" nowhere "$OWNER"
	}
	expect_result PAM_AUTHINFO_UNAVAIL authenticate
	for make in 's.bind(p)' 'open(p, "w")' \
		's = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(p)'; do
		rm -f "$WORLD/nowhere"
		python3 -c "import socket, sys; p = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); $make" "$WORLD/nowhere"
		expect_result PAM_AUTHINFO_UNAVAIL authenticate
	done
}

@test "authentication fails while patd is stopped and succeeds after its start" {
	token=$(generate stopped --user="$OWNER")
	expect_result PAM_SUCCESS login "$token"
	patd_stop
	expect_result PAM_AUTHINFO_UNAVAIL timeout "$TIMEOUT_S" \
		"$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$token"
	patd_start
	expect_result PAM_SUCCESS login "$token"
}

@test "authentication times out while patd hangs and succeeds afterwards" {
	stack hung <<<"auth required @module@ socket=$WORLD/run/root.sock"
	token=$(generate hung --user="$OWNER")
	kill -STOP "$(cat "$WORLD/patd.pid")"
	run timeout "$TIMEOUT_S" "$TOOLS/drive" "$WORLD/pam.d" hung "$OWNER" <<<"$token"
	kill -CONT "$(cat "$WORLD/patd.pid")"
	expect_line "authenticate: PAM_AUTHINFO_UNAVAIL"
	expect_result PAM_SUCCESS login "$token"
}

@test "authentication with the default socket fails without patd" {
	[ ! -e /run/patd ] || skip "patd is installed"
	stack default <<<'auth required @module@'
	expect_result PAM_AUTHINFO_UNAVAIL answered "$UNKNOWN_TOKEN" -- \
		"$TOOLS/drive" "$WORLD/pam.d" default "$OWNER"
}
