# SPDX-License-Identifier: LGPL-2.1-or-later
# saslauthd as Debian starts it, with its cache.
packages sasl2-bin

configure() {
	pam_service imapx
	echo START=yes >>/etc/default/saslauthd
	systemctl restart saslauthd.service
	wait_until test -S /run/saslauthd/mux
}

login_with() {
	timeout 60 testsaslauthd -s imapx -u "$1" -p "$2"
}

row <<'END'
application  Cyrus SASL, saslauthd -c
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
once         accepted accepted
revoked      accepted
told         no
longest      255
advice       With its cache, as Debian starts it: what was accepted once is accepted for eight
             hours more, revoked or not. Remove -c from OPTIONS in /etc/default/saslauthd.
END
