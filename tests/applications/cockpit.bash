# SPDX-License-Identifier: LGPL-2.1-or-later
# Cockpit, by the request with which its login page logs in.
packages cockpit-ws cockpit-bridge curl

configure() {
	systemctl start cockpit.socket
	wait_until listens 9090
}

login_with() {
	by_http http://127.0.0.1:9090/cockpit/login "$1" "$2"
}

row <<'END'
application  Cockpit
service      cockpit
rhost        ::ffff:127.0.0.1
tty          unset
ids          root/root
phases       auth account setcred session
password     accepted
token        accepted
local        refused
address      accepted
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
END
