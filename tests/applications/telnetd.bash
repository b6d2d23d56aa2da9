# SPDX-License-Identifier: LGPL-2.1-or-later
# telnetd of GNU Inetutils, which starts login.
packages inetutils-telnetd telnet expect
versions inetutils-telnetd login

configure() {
	systemd-run --quiet --unit=telnetd systemd-socket-activate --inetd --accept \
		--listen=127.0.0.1:23 /usr/sbin/telnetd
	wait_until listens 23
}

login_with() {
	ANSWER=$2 LOGIN=$1 timeout 60 expect -f "$APPLICATIONS/remote.exp" telnet 127.0.0.1
}

row <<'END'
application  GNU Inetutils, telnetd
service      login
rhost        localhost
tty          /dev/pts/N
ids          root/root
phases       auth account session setcred
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      1023
advice       The source is a host name, which no --from matches.
END
