# SPDX-License-Identifier: LGPL-2.1-or-later
# Monit, its page by HTTP Basic.
packages monit curl

configure() {
	adduser --quiet alice users
	printf 'set httpd port 2812\n\tuse address 127.0.0.1\n\tallow @users\n' >/etc/monit/conf.d/test
	systemctl restart monit.service
	wait_until listens 2812
}

login_with() {
	by_http http://127.0.0.1:2812/ "$1" "$2"
}

row <<'END'
application  Monit
service      monit
rhost        unset
tty          unset
ids          root/root
phases       auth account
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      128
advice       Each request is a login, and takes a use. It does not say where a login comes from,
             so that no --from opens here.
END
