# SPDX-License-Identifier: LGPL-2.1-or-later
# login, on a terminal as of a console.
packages login

configure() {
	:
}

login_with() {
	LOGIN_USER=$1 LOGIN_SECRET=$2 LOGIN_SHOW=1 timeout 60 expect -f /test/console.exp
}

row <<'END'
application  login
service      login
rhost        empty
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
advice       Measured on a pseudo terminal, as telnet servers give it one; on a terminal of the
             console a token for local logins opens.
END
