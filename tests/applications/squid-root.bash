# SPDX-License-Identifier: LGPL-2.1-or-later
# Squid, with a helper that is root.
# shellcheck source=tests/applications/squid.bash
. "$APPLICATIONS/squid.bash"

configure() {
	pam_service squid
	chgrp proxy /usr/lib/squid/basic_pam_auth
	chmod 4750 /usr/lib/squid/basic_pam_auth
	squid_asks 'auth_param basic credentialsttl 1 second'
}

unconfigure() {
	chown root:root /usr/lib/squid/basic_pam_auth
	chmod 0755 /usr/lib/squid/basic_pam_auth
}

row <<'END'
application  Squid, credentialsttl 1 second, basic_pam_auth setuid root
ids          proxy/root
password     accepted
advice       Passwords are accepted, too.
END
