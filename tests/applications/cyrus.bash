# SPDX-License-Identifier: LGPL-2.1-or-later
# Cyrus IMAP, with saslauthd, which has no cache here.
packages cyrus-imapd sasl2-bin curl
versions cyrus-imapd sasl2-bin

configure() {
	sed -i 's/^OPTIONS="-c /OPTIONS="/' /etc/default/saslauthd
	echo START=yes >>/etc/default/saslauthd
	adduser --quiet cyrus sasl
	systemctl restart saslauthd.service
	pam_service imap
	sed -i 's/^#*sasl_pwcheck_method:.*/sasl_pwcheck_method: saslauthd/
		s/^#*sasl_mech_list:.*/sasl_mech_list: PLAIN/; s/^allowplaintext:.*/allowplaintext: yes/' /etc/imapd.conf
	sed -i -E 's/^[ \t]+(pop3|nntp|http)[ \t]/#&/' /etc/cyrus.conf # packages that are not installed
	systemctl restart cyrus-imapd.service
	wait_until listens 143
}

login_with() {
	by_imap "$1" "$2"
}

row <<'END'
application  Cyrus IMAP, saslauthd
service      imap
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
advice       saslauthd does not say where a login comes from, so that no --from opens here, and it
             caches: see there.
END
