# SPDX-License-Identifier: LGPL-2.1-or-later
# The FTP server of GNU inetutils.
packages inetutils-ftpd curl

configure() {
	# As inetd starts it.
	systemd-run --quiet --unit=test-ftpd --socket-property=ListenStream=21 \
		--socket-property=Accept=yes --property=StandardInput=socket /usr/sbin/ftpd
	wait_until listens 21
}

login_with() {
	timeout 60 curl --silent --show-error --user "$1:$2" ftp://127.0.0.1/
}

row <<'END'
application  inetutils-ftpd
service
rhost
tty
ids
phases
password     accepted
token        refused
local        refused
address      refused
uses         0
once         refused refused
revoked      refused
told         no
advice       It does not ask PAM, though it ships a PAM file: tokens never open.
END
