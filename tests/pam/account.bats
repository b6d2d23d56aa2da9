#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the module reports to patd of the account, from a shadow file of the test.

load pam

# account ENTRY [WRAPPER...]: runs the module under WRAPPER, with the shadow file ENTRY
account() {
	echo "$1" >"$WORLD/shadow"
	shift
	expect_result PAM_SUCCESS with_shadow "$TOOLS/peer" "$WORLD/peer.sock" accepted \
		"$@" "$WORLD/drive" "$WORLD/pam.d" peer "$OWNER" <<<"$UNKNOWN_TOKEN"
}

@test "a valid account is reported as seen" {
	account "$OWNER:*:19000:0:99999:7:::"
	expect_line "peer: account: seen"
	account "$OWNER:\$y\$hash:19000:0:99999:7::99999:"
	expect_line "peer: account: seen"
}

@test "an expired account is reported as expired" {
	account "$OWNER:*:19000:0:99999:7::$(($(date +%s) / 86400)):"
	expect_line "peer: account: seen expired"
	account "$OWNER:*:19000:0:99999:7::1:"
	expect_line "peer: account: seen expired"
}

@test "an account with a locked password is reported as locked" {
	account "$OWNER:!\$y\$hash:19000:0:99999:7:::"
	expect_line "peer: account: seen locked"
}

@test "an expired account with a locked password is reported as both" {
	account "$OWNER:!:19000:0:99999:7::1:"
	expect_line "peer: account: seen expired locked"
}

@test "an account without its shadow entry is reported as not seen" {
	account "$OTHER_USER:!:19000:0:99999:7::1:"
	expect_line "peer: account:"
}

@test "an account with its password in passwd is reported as seen" {
	passwd_entries "$OWNER:*:1:1::/:/bin/sh"
	account "$OTHER_USER:!:19000:0:99999:7::1:" \
		env LD_PRELOAD="$(asan_preload) libnss_wrapper.so"
	expect_line "peer: account: seen"
	passwd_entries "$OWNER:!*:1:1::/:/bin/sh"
	account "$OTHER_USER:!:19000:0:99999:7::1:" \
		env LD_PRELOAD="$(asan_preload) libnss_wrapper.so"
	expect_line "peer: account: seen locked"
}

@test "an account is reported as not seen without root" {
	account "$OWNER:!:19000:0:99999:7::1:" \
		setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups
	expect_line "peer: account:"
}

@test "an account is reported as not seen by root without access to shadow" {
	: >"$WORLD/shadow"
	chown "$OTHER_USER" "$WORLD/shadow"
	chmod 0600 "$WORLD/shadow"
	account "$OWNER:!:19000:0:99999:7::1:" \
		setpriv --inh-caps=-dac_override,-dac_read_search \
		--bounding-set=-dac_override,-dac_read_search
	expect_line "peer: account:"
	rm "$WORLD/shadow"
}

@test "the password hash is in no system call but the read" {
	hash="\$6\$saltsalt\$ThisHashIsNobodysBusiness"
	echo "$OWNER:!$hash:19000:0:99999:7::1:" >"$WORLD/shadow"
	expect_result PAM_AUTH_ERR with_shadow "$TOOLS/peer" "$WORLD/peer.sock" account-closed \
		strace -f -s 4096 -o "$WORLD/trace" -e 'trace=!read,pread64' \
		"$TOOLS/drive" "$WORLD/pam.d" peer "$OWNER" <<<"$UNKNOWN_TOKEN"
	expect_line "peer: account: seen expired locked"
	run cat "$WORLD/trace"
	[[ $output == *peer.sock* ]]
	expect_without ThisHash
}
