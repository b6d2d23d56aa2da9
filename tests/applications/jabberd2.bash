# SPDX-License-Identifier: LGPL-2.1-or-later
# jabberd2 with its module for PAM, by XMPP.
# shellcheck source=tests/applications/xmpp.bash
. "$APPLICATIONS/xmpp.bash"
packages jabberd2

configure() {
	verifier jabber jabberd
	sed -i "s|<id register-enable='mu'>localhost.localdomain</id>|<id realm=''>localhost.localdomain</id>|
		s|<module>sqlite</module>|<module>pam</module>|" /etc/jabberd2/c2s.xml
	systemctl restart jabberd.service
	wait_until listens 5222
	wait_until complete
}

# complete: whether the session manager has found the others
complete() {
	! by_xmpp localhost.localdomain nobody none | grep -q host-gone
}

login_with() {
	by_xmpp localhost.localdomain "$1" "$2"
}

row <<'END'
application  jabberd2
service      jabberd
rhost        unset
tty          unset
ids          jabber/jabber
phases       auth account
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It gives PAM the user as alice@REALM unless c2s.xml has <id realm="">.
END
