# SPDX-License-Identifier: LGPL-2.1-or-later
# popa3d, a POP3 server.
packages popa3d curl

configure() {
	systemctl restart popa3d.service
	wait_until listens 110
}

login_with() {
	timeout 60 curl --silent --show-error --user "$1:$2" pop3://127.0.0.1/
}

row <<'END'
application  popa3d
service      popa3d
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
longest      64
advice       It does not say where a login comes from, so that no --from opens here.
END
