# SPDX-License-Identifier: LGPL-2.1-or-later
# schroot, by bob to become alice.
packages schroot expect

configure() {
	printf '%s\n' '[test]' type=plain directory=/ users=alice,bob >/etc/schroot/chroot.d/test
}

login_with() {
	on_terminal bob "$2" schroot -c test -u "$1" -d / -- id -un
}

row <<'END'
application  schroot
service      schroot
rhost        patd-test
tty          /dev/pts/N
ids          bob/root
phases       auth account setcred session
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      511
advice       It reports the machine's own name as the remote host, so that no --from opens here.
END
