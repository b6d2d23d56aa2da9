# SPDX-License-Identifier: LGPL-2.1-or-later
# Dovecot, by IMAP.
packages dovecot-imapd curl

configure() {
	systemctl restart dovecot.service
	wait_until listens 143
}

login_with() {
	timeout 60 curl --silent --user "$1:$2" --insecure --ssl-reqd \
		imap://127.0.0.1/ --request NOOP --verbose 2>&1 | grep "^<"
}

row <<'END'
application  Dovecot, IMAP
service      dovecot
rhost        127.0.0.1
tty          dovecot
ids          root/root
phases       auth account
password     accepted
token        accepted
local        refused
address      accepted
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
END
