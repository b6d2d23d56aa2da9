# SPDX-License-Identifier: LGPL-2.1-or-later
# vtysh, the shell of FRRouting, with a PAM file that asks for a password.
packages frr expect

configure() {
	pam_service frr
	usermod -aG frrvty alice
	systemctl restart frr.service || :
}

login_with() {
	# It succeeds, whatever PAM says.
	on_terminal "$1" "$2" vtysh -c 'show version' | tee /dev/stderr | grep '^FRRouting [0-9]'
}

row <<'END'
application  FRRouting, vtysh
service      frr
rhost        unset
tty          unset
ids          alice/alice
phases       auth account
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      1023
advice       The package's own PAM file asks for no password at all.
END
