# SPDX-License-Identifier: LGPL-2.1-or-later
# poppassd, up to the question for the new password.
packages poppassd netcat-openbsd

configure() {
	systemd-run --quiet --unit=poppassd systemd-socket-activate --inetd --accept \
		--listen=127.0.0.1:106 /usr/sbin/poppassd
	wait_until listens 106
}

login_with() {
	printf 'user %s\r\npass %s\r\nquit\r\n' "$1" "$2" | timeout 60 nc -N 127.0.0.1 106 |
		tee /dev/stderr | grep 'new password'
}

row <<'END'
application  poppassd
service      poppassd
rhost        unset
tty          unset
ids          root/root
phases       auth
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      64
advice       The change of a password needs the password: a token only gets as far as the question
             for a new one.
END
