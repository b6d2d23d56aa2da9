#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Logins with limited fleet tokens, whose uses the hub counts before a program goes on.

load pam
bats_require_minimum_version 1.5.0

setup_file() {
	pam_world
	mkdir -m 0755 "$WORLD/etc"
	(
		umask 022
		printf '%s\n' '[fleet]' 'issuer = hq' 'hub = host=db.example.org sslmode=verify-full' \
			>"$WORLD/etc/patd.conf"
	)
	patd_stop
	patd_start
}

# hub ANSWER TOKEN: a login with TOKEN while a patd-fleet runs that answers its claim: with the number
# of a use, "none" if none is left, or "nothing"
hub() {
	answered "$2" -- /usr/bin/python3 -B -c "
import subprocess, sys
sys.path.insert(0, '$BATS_TEST_DIRNAME/../lib')
import fleet
answer, *command = sys.argv[1:]
link = fleet.Link('$WORLD/run/fleet.sock')
link.hello()
with subprocess.Popen(command) as login:
    asked = link.event(fleet.CLAIM)
    if answer == 'none':
        link.done(fleet.PUT_CLAIM, fleet.claim(asked, fleet.USED_UP))
    elif answer != 'nothing':
        link.done(fleet.PUT_CLAIM, fleet.claim(asked, uses=int(answer)))
sys.exit(login.returncode)" "$1" "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER"
}

@test "limited uses: a use that the hub gives lets the user in" {
	expect_result PAM_SUCCESS hub 2 "$(generate given --user="$OWNER" --fleet --max-uses=3)"
}

@test "limited uses: a token that is used up in the fleet is refused as one" {
	expect_result PAM_AUTH_ERR hub none "$(generate none --user="$OWNER" --fleet --max-uses=3)"
	expect_line "error: This token has reached its maximum number of uses."
}

@test "limited uses: a hub that does not answer refuses while pam_pat waits, and the person is told" {
	expect_result PAM_AUTHINFO_UNAVAIL \
		hub nothing "$(generate mute --user="$OWNER" --fleet --max-uses=3)"
	expect_line "error: The uses of this token cannot be counted at present."
}

@test "limited uses: without patd-fleet a login is refused at once, and the person is told" {
	expect_result PAM_AUTHINFO_UNAVAIL \
		login "$(generate alone --user="$OWNER" --fleet --max-uses=3)"
	expect_line "error: The uses of this token cannot be counted at present."
}
