# SPDX-License-Identifier: LGPL-2.1-or-later
# vlock, on a terminal.
packages vlock expect

configure() {
	:
}

login_with() {
	on_terminal "$1" "$2" vlock
}

row <<'END'
application  vlock
service      vlock
rhost        unset
tty          /dev/pts/N
ids          alice/root
phases       auth
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      511
advice       It has no PAM file: /etc/pam.d/other decides. Whoever is refused is asked for root's
             password.
END
