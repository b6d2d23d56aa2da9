# SPDX-License-Identifier: LGPL-2.1-or-later
# Squid, with its cache of credentials as by default.
# shellcheck source=tests/applications/squid.bash
. "$APPLICATIONS/squid.bash"

configure() {
	verifier proxy squid
	squid_asks
}

row <<'END'
application  Squid
once         accepted accepted
revoked      accepted
advice       Squid caches what its helper accepted, for two hours: set "credentialsttl" of auth_param
             to the time for which a revoked token may go on to be accepted. It does not say where a
             login comes from, so that no --from opens here.
END
