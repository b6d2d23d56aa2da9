#!/usr/bin/env bats
# What each kind of token comes to, with the real patd.

load pam

setup_file() {
	pam_world
}

teardown_file() {
	patd_world_end
}

setup() {
	NAME=t$BATS_TEST_NUMBER
	TOKEN=$(generate "$NAME" --user="$OWNER")
}

@test "a good token is accepted, and its use recorded" {
	run login "$TOKEN"
	says "authenticate: PAM_SUCCESS"
	silent_about error:
	run patctl show --user="$OWNER" "$NAME"
	silent_about "Not used"
}

@test "a good token is accepted again and again" {
	run login "$TOKEN" -n 20
	says "authenticate: PAM_SUCCESS 20"
}

@test "a wrong secret is refused without a word" {
	id=$(token_id "$TOKEN")
	other=$(generate "$NAME-other" --user="$OWNER")
	# The secret of one under the id of another, with the right checksum.
	forged=$(python3 - "pat_${id}_${other:15:43}" <<-'EOF'
		import string, sys, zlib
		text, crc, digits = sys.argv[1], zlib.crc32(sys.argv[1].encode()), ""
		for _ in range(6):
		    digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[crc % 62] + digits
		    crc //= 62
		print(text + digits)
	EOF
	)
	run login "$forged"
	says "authenticate: PAM_AUTH_ERR"
	silent_about error:
	run login "$TOKEN"
	says "authenticate: PAM_SUCCESS"
}

@test "an unknown token is refused without a word" {
	run login "$STRANGER"
	says "authenticate: PAM_AUTH_ERR"
	silent_about error:
}

@test "a revoked token is refused, and its holder told; restored it is accepted" {
	patctl revoke --user="$OWNER" "$NAME"
	run login "$TOKEN"
	says "authenticate: PAM_AUTH_ERR"
	says "error: This token has been revoked."
	patctl restore --user="$OWNER" "$NAME"
	run login "$TOKEN"
	says "authenticate: PAM_SUCCESS"
}

@test "PAM_SILENT: nothing is told" {
	patctl revoke --user="$OWNER" "$NAME"
	run login "$TOKEN" -s
	says "authenticate: PAM_AUTH_ERR"
	silent_about error:
}

@test "a deleted token is refused as if it had never been" {
	patctl revoke --user="$OWNER" "$NAME"
	patctl delete -y --user="$OWNER" "$NAME"
	run login "$TOKEN"
	says "authenticate: PAM_AUTH_ERR"
	silent_about error:
}

@test "another user's token is refused, and its holder told" {
	run typed "$TOKEN" -- "$TOOLS/drive" "$WORLD/pam.d" pat "$STRANGE_USER"
	says "authenticate: PAM_AUTH_ERR"
	says "error: This token is another user's."
}

# as_if PASSWD-LINE USER: logs in where the user database is one line
as_if() {
	echo "$1" >"$WORLD/passwd"
	: >"$WORLD/group"
	NSS_WRAPPER_PASSWD=$WORLD/passwd NSS_WRAPPER_GROUP=$WORLD/group \
		preloaded libnss_wrapper.so -- "$TOOLS/drive" "$WORLD/pam.d" pat "$2" <<<"$TOKEN"
}

@test "a recycled uid inherits nothing" {
	run as_if "newcomer:x:$(id -u "$OWNER"):1::/:/bin/sh" newcomer
	says "authenticate: PAM_AUTH_ERR"
	says "error: This token is another user's."
}

@test "nor does a recycled name" {
	run as_if "$OWNER:x:4711:1::/:/bin/sh" "$OWNER"
	says "authenticate: PAM_AUTH_ERR"
	says "error: This token is another user's."
}

@test "a user who does not exist is unknown" {
	run typed "$TOKEN" -- "$TOOLS/drive" "$WORLD/pam.d" pat no-such-user
	says "authenticate: PAM_USER_UNKNOWN"
}

@test "a name longer than any user's is unknown" {
	long=$(printf 'x%.0s' {1..300})
	run typed "$TOKEN" -- "$TOOLS/drive" "$WORLD/pam.d" pat "$long"
	says "authenticate: PAM_USER_UNKNOWN"
	run as_if "$long:x:1:1::/:/bin/sh" "$long"
	says "authenticate: PAM_USER_UNKNOWN"
}

# screen_locker USER: asks as OWNER, without root, about USER
screen_locker() {
	typed "$TOKEN" -- setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups \
		"$WORLD/drive" "$WORLD/pam.d" user "$1"
}

@test "without root: the own user is verified, another is not asked about" {
	stack user <<<"auth required @module@ socket=$WORLD/run/user.sock"
	run screen_locker "$OWNER"
	says "authenticate: PAM_SUCCESS"
	run screen_locker "$STRANGE_USER"
	says "authenticate: PAM_AUTH_ERR"
	silent_about error:
}

@test "without root: root's socket is out of reach" {
	stack user <<<"auth required @pat@"
	run screen_locker "$OWNER"
	says "authenticate: PAM_AUTHINFO_UNAVAIL"
}

@test "setcred succeeds, alone and behind a jump" {
	run login "$TOKEN" -k
	says "setcred: PAM_SUCCESS"
	stack jump <<-EOF
		auth [success=1 default=ignore] @pat@
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOF
	run typed "$TOKEN" -- "$TOOLS/drive" -k "$WORLD/pam.d" jump "$OWNER"
	says "authenticate: PAM_SUCCESS"
	says "setcred: PAM_SUCCESS"
}

# Last: it takes the clock of patd on, and patd never lets it go back.
@test "an expired token is refused, and its holder told when that was" {
	day=$(date -u -d '+30 days' +%F)
	late=$(generate "$NAME-late" --user="$OWNER" --expires=never)
	patd_stop
	patd_start env LATER=$((31 * 86400)) LD_PRELOAD="$(asan_preload) $TOOLS/later.so"
	run login "$TOKEN"
	says "authenticate: PAM_AUTH_ERR"
	[[ $output == *"error: This token expired on $day "*" UTC."* ]]
	run login "$late"
	says "authenticate: PAM_SUCCESS"
}
