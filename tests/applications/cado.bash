# SPDX-License-Identifier: LGPL-2.1-or-later
# cado, which gives a user single capabilities.
packages cado expect

configure() {
	echo 'cap_kill: alice' >/etc/cado.conf
	cado --setcap # those of the file
}

login_with() {
	on_terminal "$1" "$2" cado cap_kill -- id -un
}

row <<'END'
application  cado
service      cado
rhost        unset
tty          unset
ids          alice/alice
phases       auth
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      1023
advice       It has no PAM file, and uses that of the service other.
END
