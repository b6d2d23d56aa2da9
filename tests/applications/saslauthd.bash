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
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
advice       As Debian starts it, with the option -c, it caches: a password or token that was
             accepted once is accepted for eight hours more, revoked or not. Remove -c from
             OPTIONS in /etc/default/saslauthd.
END
