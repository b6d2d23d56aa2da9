# SPDX-License-Identifier: LGPL-2.1-or-later
# vsftpd, trusted to report addresses.
# shellcheck source=tests/applications/vsftpd.bash
. "$APPLICATIONS/vsftpd.bash"

configure() {
	no_name_services
	systemctl restart vsftpd.service
	wait_until listens 21
}

row <<'END'
application  vsftpd, not in name_services
address      accepted
advice       As patd.conf(5) must be for --from.
END
