# SPDX-License-Identifier: LGPL-2.1-or-later
# Squid's helper for PAM, started by root.
packages squid

configure() {
	pam_service squid
}

login_with() {
	printf '%s %s\n' "$1" "$2" | timeout 60 /usr/lib/squid/basic_pam_auth |
		tee /dev/stderr | grep '^OK'
}

row <<'END'
application  Squid, basic_pam_auth as root
service      squid
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
advice       It caches as the helper that is not root does.
END
