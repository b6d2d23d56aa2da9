# SPDX-License-Identifier: LGPL-2.1-or-later
# sudo, with the password from standard input.
packages sudo

configure() {
	:
}

login_with() {
	printf '%s\n' "$2" | as "$1" sudo -k -S -p '' id -un
}

row <<'END'
application  sudo
service      sudo
rhost        unset
tty          unset
ids          alice/root
phases       auth account setcred session
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      511
END
