# SPDX-License-Identifier: LGPL-2.1-or-later
# chsh, as the user; it changes the shell to the one that he has.
packages passwd expect

configure() {
	:
}

login_with() {
	on_terminal "$1" "$2" chsh -s /bin/bash
}

row <<'END'
application  chsh
service      chsh
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
