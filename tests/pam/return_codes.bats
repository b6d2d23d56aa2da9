#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The return code of the module for each kind of token, with the real patd.

load pam

setup() {
	NAME=t$BATS_TEST_NUMBER
	TOKEN=$(generate "$NAME" --user="$OWNER")
}

@test "a valid token is accepted and its use recorded" {
	expect_result PAM_SUCCESS login "$TOKEN"
	expect_without error:
	run patctl show --user="$OWNER" "$NAME"
	expect_without "Not used"
}

@test "a valid token is accepted 20 times" {
	expect_result "PAM_SUCCESS 20" login "$TOKEN" -n 20
}

@test "a wrong secret is refused with PAM_AUTH_ERR and no message" {
	id=$(token_id "$TOKEN")
	other=$(generate "$NAME-other" --user="$OWNER")
	# The id of a token with the secret of another one, and the right checksum.
	forged=$(python3 - "pat_${id}_${other:15:39}" <<-'EOF'
		import string, sys, zlib
		text, crc, digits = sys.argv[1], zlib.crc32(sys.argv[1].encode()), ""
		for _ in range(6):
		    digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[crc % 62] + digits
		    crc //= 62
		print(text + digits)
	EOF
	)
	expect_result PAM_AUTH_ERR login "$forged"
	expect_without error:
	expect_result PAM_SUCCESS login "$TOKEN"
}

@test "an unknown token is refused with PAM_AUTH_ERR and no message" {
	expect_result PAM_AUTH_ERR login "$UNKNOWN_TOKEN"
	expect_without error:
}

@test "a revoked token is refused with PAM_AUTH_ERR and a message until restore" {
	patctl revoke --user="$OWNER" "$NAME"
	expect_result PAM_AUTH_ERR login "$TOKEN"
	expect_line "error: This token has been revoked."
	patctl restore --user="$OWNER" "$NAME"
	expect_result PAM_SUCCESS login "$TOKEN"
}

@test "a revoked token with PAM_SILENT is refused without a message" {
	patctl revoke --user="$OWNER" "$NAME"
	expect_result PAM_AUTH_ERR login "$TOKEN" -s
	expect_without error:
}

@test "a deleted token is refused with PAM_AUTH_ERR and no message" {
	patctl revoke --user="$OWNER" "$NAME"
	patctl delete -y --user="$OWNER" "$NAME"
	expect_result PAM_AUTH_ERR login "$TOKEN"
	expect_without error:
}

@test "scope: another user's token is refused with PAM_AUTH_ERR and a message" {
	expect_result PAM_AUTH_ERR answered "$TOKEN" -- "$TOOLS/drive" "$WORLD/pam.d" pat "$OTHER_USER"
	expect_line "error: This token belongs to another user."
}

# login_with_passwd LINE USER: authenticates USER where passwd is that line
login_with_passwd() {
	passwd_entries "$1"
	preloaded libnss_wrapper.so -- "$TOOLS/drive" "$WORLD/pam.d" pat "$2" <<<"$TOKEN"
}

@test "scope: a token is refused for a new user with a recycled uid" {
	expect_result PAM_AUTH_ERR login_with_passwd "newcomer:x:$(id -u "$OWNER"):1::/:/bin/sh" newcomer
	expect_line "error: This token belongs to another user."
}

@test "scope: a token is refused for a recycled name with another uid" {
	expect_result PAM_AUTH_ERR login_with_passwd "$OWNER:x:4711:1::/:/bin/sh" "$OWNER"
	expect_line "error: This token belongs to another user."
}

@test "a missing user returns PAM_AUTH_ERR" {
	expect_result PAM_AUTH_ERR answered "$TOKEN" -- "$TOOLS/drive" "$WORLD/pam.d" pat no-such-user
}

@test "a name of 300 characters returns PAM_AUTH_ERR" {
	long=$(printf 'x%.0s' {1..300})
	expect_result PAM_AUTH_ERR answered "$TOKEN" -- "$TOOLS/drive" "$WORLD/pam.d" pat "$long"
	expect_result PAM_AUTH_ERR login_with_passwd "$long:x:1:1::/:/bin/sh" "$long"
}

# screen_locker USER: authenticates USER as OWNER, without root
screen_locker() {
	answered "$TOKEN" -- setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups \
		"$WORLD/drive" "$WORLD/pam.d" user "$1"
}

@test "an application without root verifies its own user only" {
	stack user <<<"auth required @module@ socket=$WORLD/run/user.sock"
	expect_result PAM_SUCCESS screen_locker "$OWNER"
	expect_result PAM_AUTH_ERR screen_locker "$OTHER_USER"
	expect_without error:
}

@test "an application without root cannot use root.sock" {
	stack user <<<"auth required @pat@"
	expect_result PAM_AUTHINFO_UNAVAIL screen_locker "$OWNER"
}

@test "setcred returns PAM_SUCCESS, also after a jump" {
	run login "$TOKEN" -k
	expect_line "setcred: PAM_SUCCESS"
	stack jump <<-EOF
		auth [success=1 default=ignore] @pat@
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
	expect_result PAM_SUCCESS answered "$TOKEN" -- "$TOOLS/drive" -k "$WORLD/pam.d" jump "$OWNER"
	expect_line "setcred: PAM_SUCCESS"
}

# The last test, as the time of patd never goes back.
@test "an expired token is refused with PAM_AUTH_ERR and the date of expiry" {
	day=$(date -u -d '+30 days' +%F)
	late=$(generate "$NAME-late" --user="$OWNER" --expires=never)
	patd_restart_later 31
	expect_result PAM_AUTH_ERR login "$TOKEN"
	[[ $output == *"error: This token expired on $day "*" UTC."* ]]
	expect_result PAM_SUCCESS login "$late"
}
