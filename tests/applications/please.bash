# SPDX-License-Identifier: LGPL-2.1-or-later
# pleaser, on a terminal.
packages pleaser expect

configure() {
	printf '[alice]\nname=alice\ntarget=root\nrule=.*\n' >/etc/please.ini
}

login_with() {
	on_terminal "$1" "$2" please id -un
}

row <<'END'
application  please
service      please
rhost        unset
tty          unset
ids          root/alice
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
END
