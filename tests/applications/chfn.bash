# SPDX-License-Identifier: LGPL-2.1-or-later
# chfn, as the user.
packages passwd expect

configure() {
	:
}

login_with() {
	on_terminal "$1" "$2" chfn -r 1
}

row <<'END'
application  chfn
service      chfn
rhost        unset
tty          unset
ids          alice/root
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
