# SPDX-License-Identifier: LGPL-2.1-or-later
# Squid's helper for PAM, as Squid starts it.
packages squid

configure() {
	verifier proxy squid
}

# What Squid sends its helper, and what it answers, are lines; no cache of Squid is in between.
login_with() {
	printf '%s %s\n' "$1" "$2" | timeout 60 setpriv --reuid=proxy --regid=proxy --init-groups \
		/usr/lib/squid/basic_pam_auth | tee /dev/stderr | grep '^OK'
}

row <<'END'
application  Squid, basic_pam_auth
service      squid
rhost        unset
tty          unset
ids          proxy/proxy
phases       auth account
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
advice       Squid itself caches what its helper accepted, for two hours: set "credentialsttl" of
             auth_param to the time for which a revoked token may go on to be accepted.
END
