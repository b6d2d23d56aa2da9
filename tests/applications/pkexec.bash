# SPDX-License-Identifier: LGPL-2.1-or-later
# pkexec, which asks on its terminal.
packages polkitd pkexec expect

configure() {
	:
}

login_with() {
	on_terminal "$1" "$2" pkexec id -un
}

row <<'END'
application  polkit, pkexec
service      polkit-1
rhost        unset
tty          unset
ids          alice/root
phases       auth
password     accepted
token        refused
local        refused
address      refused
uses         0
once         refused refused
revoked      refused
told         no
advice       patd accepts no token for polkit-1, where one would let a thief generate another.
END
