# SPDX-License-Identifier: LGPL-2.1-or-later
# su, of util-linux, on a terminal.
packages util-linux expect

configure() {
	:
}

# By another user: root is not asked.
login_with() {
	ANSWER=$2 timeout 60 setpriv --reuid=nobody --regid=nogroup --clear-groups \
		expect -f "$APPLICATIONS/prompt.exp" su "$1" -c 'id -un'
}

row <<'END'
application  su
service      su
rhost        unset
tty          /dev/pts/N
ids          nobody/root
phases       auth account setcred session
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
