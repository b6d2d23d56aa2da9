# SPDX-License-Identifier: LGPL-2.1-or-later
# CUPS, by HTTP Basic, for its configuration.
packages cups-daemon curl

configure() {
	adduser --quiet alice lpadmin
	systemctl restart cups.service
	wait_until listens 631
}

login_with() {
	by_http http://127.0.0.1:631/admin/conf/cupsd.conf "$1" "$2"
}

row <<'END'
application  CUPS
service      cups
rhost        localhost
tty          cups
ids          root/root
phases       auth setcred account
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      128
advice       Each request is a login, and takes a use. It calls this machine localhost instead of
             giving its address, so that no --from opens here.
END
