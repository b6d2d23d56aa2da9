#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A host that authenticates and then changes the password as root in the same transaction.

load pam

setup_file() {
	pam_world
	TOKEN=$(generate t --user="$OWNER")
	export TOKEN
	local line
	line=$(grep pam_pat.so "$BATS_TEST_DIRNAME/../../debian/pam-configs/pat-password")
	# The common stacks of Debian, with a password module that changes nothing.
	stack poppassd <<-EOF
		auth [success=done default=ignore] @pat@
		auth required pam_permit.so
		password [success=1 default=ignore] pam_permit.so
		password requisite pam_deny.so
		password required pam_permit.so
		password ${line/pam_pat.so/@module@}
	EOF
}

# changing ANSWER: authenticates OWNER with it, and then changes the password
changing() {
	answered "$1" -- "$TOOLS/drive" -u "$WORLD/pam.d" poppassd "$OWNER"
}

@test "no token creates a token: a handle that a token opened cannot change the password" {
	run changing "$TOKEN"
	expect_line "authenticate: PAM_SUCCESS"
	expect_line "chauthtok: PAM_PERM_DENIED"
	expect_line "error: A token cannot change the password. Log in with the password to change it."
}

@test "no token creates a token: an id that only the environment has refuses, as in sshd" {
	stack environment <<-EOF
		auth required pam_permit.so
		password required @module@
		password required pam_permit.so
	EOF
	run answered "a password" -- "$TOOLS/drive" -u -p PAT_TOKEN_ID=Example123 \
		"$WORLD/pam.d" environment "$OWNER"
	expect_line "chauthtok: PAM_PERM_DENIED"
}

@test "a handle that a password opened changes the password as before" {
	run changing "a password"
	expect_line "authenticate: PAM_SUCCESS"
	expect_line "chauthtok: PAM_SUCCESS"
	expect_without error:
}

@test "no lockout: a password is changed if the module is missing" {
	sed "s|^\(password.*\)$WORLD/pam_pat.so|\1$WORLD/gone.so|" "$WORLD/pam.d/poppassd" \
		>"$WORLD/pam.d/gone"
	run answered "a password" -- "$TOOLS/drive" -u "$WORLD/pam.d" gone "$OWNER"
	expect_line "chauthtok: PAM_SUCCESS"
}
