# SPDX-License-Identifier: LGPL-2.1-or-later
# GNU Screen, which locks its terminal.
packages screen expect

configure() {
	echo 'startup_message off' >>/etc/screenrc
}

login_with() {
	local status=0
	ANSWER=$2 as "$1" expect -f "$APPLICATIONS/screen.exp" || status=$?
	pkill --euid "$1" --exact screen || :
	return "$status"
}

row <<'END'
application  GNU Screen, its lock
service      screen
rhost        unset
tty          pts/N
ids          alice/alice
phases       auth
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It has no PAM file, and uses that of the service other.
END
