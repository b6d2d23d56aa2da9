# SPDX-License-Identifier: LGPL-2.1-or-later
# saslauthd, which servers of mail and LDAP ask; without its cache.
packages sasl2-bin

configure() {
	pam_service imapx
	sed -i 's/^OPTIONS="-c /OPTIONS="/' /etc/default/saslauthd
	echo START=yes >>/etc/default/saslauthd
	systemctl restart saslauthd.service
	wait_until test -S /run/saslauthd/mux
}

login_with() {
	timeout 60 testsaslauthd -s imapx -u "$1" -p "$2"
}

row <<'END'
application  Cyrus SASL, saslauthd
service      imapx
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
longest      255
advice       Without its cache, as Debian does not start it: see the one with -c. It does not say
             where a login comes from, so that no --from opens here.
END
