# SPDX-License-Identifier: LGPL-2.1-or-later
# OpenDoas, on a terminal.
packages opendoas expect

configure() {
	echo 'permit alice' >/etc/doas.conf
}

login_with() {
	on_terminal "$1" "$2" doas id -un
}

row <<'END'
application  OpenDoas
service      doas
rhost        unset
tty          pts/N
ids          alice/root
phases       auth account setcred session
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      511
END
