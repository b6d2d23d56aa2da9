# SPDX-License-Identifier: LGPL-2.1-or-later
# Pure-FTPd that looks up no names for its log; the client has an address without a name, which patd
# would believe.
# shellcheck source=tests/applications/pure-ftpd.bash
. "$APPLICATIONS/pure-ftpd.bash"
packages iproute2

configure() {
	echo yes >/etc/pure-ftpd/conf/DontResolve
	echo /etc/pure-ftpd/conf/DontResolve >>"$STATE/files"
	no_name_services
	ip address add 10.9.8.7/32 dev lo
	systemctl restart pure-ftpd.service
	wait_until listens 21
}

unconfigure() {
	ip address delete 10.9.8.7/32 dev lo
}

login_with() {
	timeout 60 curl --silent --show-error --interface 10.9.8.7 --user "$1:$2" ftp://127.0.0.1/
}

row <<'END'
application  Pure-FTPd, DontResolve
advice       It reports the server's name, whoever the client is, so that no --from opens here.
END
