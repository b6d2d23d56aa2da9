#!/usr/bin/env bats
# What patd is told of the account, from a shadow file of the test's own.

load pam

setup_file() {
	pam_world
}

teardown_file() {
	patd_world_end
}

# account ENTRY [WRAPPER...]: the request of the module, run by WRAPPER, where shadow is ENTRY
account() {
	echo "$1" >"$WORLD/shadow"
	shift
	run with_shadow "$TOOLS/peer" "$WORLD/peer.sock" accepted \
		"$@" "$WORLD/drive" "$WORLD/pam.d" peer "$OWNER" <<<"$STRANGER"
	says "authenticate: PAM_SUCCESS"
}

@test "an account in order" {
	account "$OWNER:*:19000:0:99999:7:::"
	says "peer: account: seen"
	account "$OWNER:\$y\$hash:19000:0:99999:7::99999:"
	says "peer: account: seen"
}

@test "one whose date has come" {
	account "$OWNER:*:19000:0:99999:7::$(($(date +%s) / 86400)):"
	says "peer: account: seen expired"
	account "$OWNER:*:19000:0:99999:7::1:"
	says "peer: account: seen expired"
}

@test "one whose password is locked" {
	account "$OWNER:!\$y\$hash:19000:0:99999:7:::"
	says "peer: account: seen locked"
}

@test "both" {
	account "$OWNER:!:19000:0:99999:7::1:"
	says "peer: account: seen expired locked"
}

@test "one that refers to an entry which is not there was not seen" {
	account "$STRANGE_USER:!:19000:0:99999:7::1:"
	says "peer: account:"
}

@test "one that needs no entry was seen" {
	: >"$WORLD/group"
	export NSS_WRAPPER_PASSWD=$WORLD/passwd NSS_WRAPPER_GROUP=$WORLD/group
	echo "$OWNER:*:1:1::/:/bin/sh" >"$WORLD/passwd"
	account "$STRANGE_USER:!:19000:0:99999:7::1:" \
		env LD_PRELOAD="$(asan_preload) libnss_wrapper.so"
	says "peer: account: seen"
	echo "$OWNER:!*:1:1::/:/bin/sh" >"$WORLD/passwd"
	account "$STRANGE_USER:!:19000:0:99999:7::1:" \
		env LD_PRELOAD="$(asan_preload) libnss_wrapper.so"
	says "peer: account: seen locked"
}

@test "without root nobody can look" {
	account "$OWNER:!:19000:0:99999:7::1:" \
		setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups
	says "peer: account:"
}

@test "nor can a confined root" {
	: >"$WORLD/shadow"
	chown "$STRANGE_USER" "$WORLD/shadow"
	chmod 0600 "$WORLD/shadow"
	account "$OWNER:!:19000:0:99999:7::1:" \
		setpriv --bounding-set=-dac_override,-dac_read_search
	says "peer: account:"
	rm "$WORLD/shadow"
}

@test "the password's hash goes nowhere" {
	hash="\$6\$saltsalt\$ThisHashIsNobodysBusiness"
	echo "$OWNER:!$hash:19000:0:99999:7::1:" >"$WORLD/shadow"
	run with_shadow "$TOOLS/peer" "$WORLD/peer.sock" account-closed \
		strace -f -s 4096 -o "$WORLD/trace" -e 'trace=!read,pread64' \
		"$TOOLS/drive" "$WORLD/pam.d" peer "$OWNER" <<<"$STRANGER"
	says "authenticate: PAM_AUTH_ERR"
	says "peer: account: seen expired locked"
	run cat "$WORLD/trace"
	[[ $output == *peer.sock* ]]
	silent_about ThisHash
}
