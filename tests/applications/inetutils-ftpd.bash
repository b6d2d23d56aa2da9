# SPDX-License-Identifier: LGPL-2.1-or-later
# The FTP server of GNU inetutils.
packages inetutils-ftpd curl

configure() {
	# As inetd starts it.
	printf '%s\n' '[Socket]' ListenStream=21 Accept=yes >/run/systemd/system/test-ftpd.socket
	printf '%s\n' '[Service]' ExecStart=/usr/sbin/ftpd StandardInput=socket \
		>/run/systemd/system/test-ftpd@.service
	systemctl daemon-reload
	systemctl start test-ftpd.socket
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
advice       It does not ask PAM, though it ships a PAM file: tokens never open.
END
