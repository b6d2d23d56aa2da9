# SPDX-License-Identifier: LGPL-2.1-or-later
# Pure-FTPd.
packages pure-ftpd curl

configure() {
	systemctl restart pure-ftpd.service
	wait_until listens 21
}

login_with() {
	timeout 60 curl --silent --show-error --user "$1:$2" ftp://127.0.0.1/
}

row <<'END'
application  Pure-FTPd
service      pure-ftpd
rhost        patd-test
tty          pure-ftpd
ids          root/root
phases       auth account setcred session
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      511
advice       It reports the server's own name, whoever the client is, so that no --from opens here.
             DontResolve in its configuration changes what it logs, not what PAM is told.
END
