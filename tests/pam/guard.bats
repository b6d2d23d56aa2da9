#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# No module that asks after pam_pat gets a token, whatever the host answers; with the real modules of
# libpam.

bats_require_minimum_version 1.5.0
load pam

setup_file() {
	pam_world
	TOKEN=$(generate guarded --user="$OWNER")
	export TOKEN GOT=$WORLD/got
	# As pam_mount and kwallet: it asks if it has no password, and keeps what it gets.
	printf '#!/bin/sh\ntr "\\0" "\\n" >>"%s"\n' "$GOT" >"$WORLD/keep"
	chmod 0755 "$WORLD/keep"
	KEEP="auth optional pam_exec.so quiet expose_authtok $WORLD/keep"
	# It asks always, and leaves the answer to the modules behind.
	ASK="auth optional pam_userdb.so db=$WORLD/none"
	export KEEP ASK
}

setup() {
	: >"$GOT"
}

# ask_often ANSWER...: a host that calls pam_authenticate three times in one handle, as sudo
ask_often() {
	answered "$@" -- "$TOOLS/drive" -a 3 "$WORLD/pam.d" guarded "$OWNER"
}

# logged_in ANSWER...: the modules behind may ask as often as they like
logged_in() {
	answered "$@" -- "$TOOLS/drive" -k "$WORLD/pam.d" guarded "$OWNER"
}

# got_no_token: and was called
got_no_token() {
	run ! grep -q pat_ "$GOT"
}

@test "secrecy: a module that asks after an accepted token is not given the token" {
	stack guarded <<-EOF
		auth [success=1 auth_err=die authinfo_unavail=die default=ignore] @pat@
		auth requisite pam_deny.so
		auth required pam_permit.so
		$KEEP
	EOF
	expect_result PAM_SUCCESS logged_in "$TOKEN" "$TOKEN"
	[ "$(grep -c '^prompt: ' <<<"$output")" = 2 ]
	got_no_token
}

@test "secrecy: nor what another module was given, nor one with blanks" {
	stack guarded <<-EOF
		auth required @pat@
		$ASK
		$KEEP
	EOF
	expect_result PAM_SUCCESS logged_in "$TOKEN" " $TOKEN " " $TOKEN" "$TOKEN"
	got_no_token
}

@test "secrecy: nor a token that was refused, also by a second line" {
	stack guarded <<-EOF
		auth optional @pat@
		auth optional @pat@
		$ASK
		$KEEP
		auth required pam_permit.so
	EOF
	run logged_in "$UNKNOWN_TOKEN" "$UNKNOWN_TOKEN" "$UNKNOWN_TOKEN" "$UNKNOWN_TOKEN"
	[ "$(grep -c '^prompt: ' <<<"$output")" -ge 2 ]
	got_no_token
}

@test "secrecy: nor behind a second line that does not ask, or is answered with no token" {
	stack guarded <<-EOF
		auth required @pat@
		auth optional @pat@ use_first_pass
		$KEEP
	EOF
	expect_result PAM_SUCCESS logged_in "$TOKEN" "$TOKEN" "$TOKEN"
	got_no_token
	stack guarded <<-EOF
		auth required @pat@
		auth optional @pat@
		$ASK
		$KEEP
	EOF
	expect_result PAM_SUCCESS logged_in "$TOKEN" "a word" "$TOKEN" "$TOKEN"
	got_no_token
}

@test "a module that asks after a token gets the password that is typed" {
	stack guarded <<-EOF
		auth required @pat@
		$KEEP
	EOF
	expect_result PAM_SUCCESS logged_in "$TOKEN" "a password"
	grep -qx 'a password' "$GOT"
}

@test "a token is accepted at pam_pat's next prompt in the same handle" {
	stack guarded <<-EOF
		auth optional @pat@
		auth optional @pat@
		auth required @pat@
	EOF
	expect_result PAM_SUCCESS logged_in "$TOKEN" "$TOKEN" "$TOKEN"
	[ "$(grep -c '^prompt: ' <<<"$output")" = 3 ]
}

@test "a token after one that was refused is accepted, also where another module asks first" {
	stack guarded <<-EOF
		auth sufficient pam_unix.so
		auth required @pat@
	EOF
	expect_result PAM_SUCCESS ask_often "$UNKNOWN_TOKEN" "$TOKEN"
	[ "$(grep -c '^prompt: ' <<<"$output")" = 2 ]
	expect_result PAM_SUCCESS ask_often "$UNKNOWN_TOKEN" "a password" "$TOKEN"
	[ "$(grep -c '^prompt: ' <<<"$output")" = 3 ]
}

@test "a token is accepted again after a second factor failed, also where another module asks first" {
	printf '#!/bin/sh\ntest -s "%s/factor" || ! echo >"%s/factor"\n' "$WORLD" "$WORLD" >"$WORLD/second"
	chmod 0755 "$WORLD/second"
	stack guarded <<-EOF
		auth [success=1 default=ignore] pam_unix.so
		auth requisite @pat@
		auth required pam_exec.so quiet $WORLD/second
	EOF
	expect_result PAM_SUCCESS ask_often "$TOKEN" "$TOKEN"
	expect_line 'again after: PAM_SYSTEM_ERR'
	[ "$(grep -c '^prompt: ' <<<"$output")" = 2 ]
}

@test "secrecy: at each attempt, no module behind gets the token" {
	stack guarded <<-EOF
		auth required @pat@
		$ASK
		$KEEP
		auth required pam_deny.so
	EOF
	run ask_often "$TOKEN" "$TOKEN" "$TOKEN" "$UNKNOWN_TOKEN" "$TOKEN" "$TOKEN" "$TOKEN" "$TOKEN"
	[ "$(grep -c '^again after: ' <<<"$output")" = 2 ]
	got_no_token
}
