# SPDX-License-Identifier: LGPL-2.1-or-later
# ProFTPD that looks up no names, and is trusted to.
# shellcheck source=tests/applications/proftpd.bash
. "$APPLICATIONS/proftpd.bash"

configure() {
	echo 'UseReverseDNS off' >/etc/proftpd/conf.d/test.conf
	echo /etc/proftpd/conf.d/test.conf >>"$STATE/files"
	no_name_services
	systemctl restart proftpd.service
	wait_until listens 21
}

row <<'END'
application  ProFTPD, UseReverseDNS off
rhost        127.0.0.1
address      accepted
advice       As its configuration and patd.conf(5) must be for --from.
END
