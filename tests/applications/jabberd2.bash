# SPDX-License-Identifier: LGPL-2.1-or-later
# jabberd2 with its module for PAM, by XMPP.
# shellcheck source=tests/applications/xmpp.bash
. "$APPLICATIONS/xmpp.bash"
packages jabberd2

configure() {
	verifier jabber jabberd
	sed -i "s|<id register-enable='mu'>localhost.localdomain</id>|<id realm=''>localhost</id>|
		s|<module>sqlite</module>|<module>pam</module>|" /etc/jabberd2/c2s.xml
	systemctl restart jabberd.service
	wait_until listens 5222
}

login_with() {
	by_xmpp localhost "$1" "$2"
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
advice       It gives PAM the user as alice@REALM unless c2s.xml has <id realm="">.
END
