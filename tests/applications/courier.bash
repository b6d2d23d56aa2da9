# SPDX-License-Identifier: LGPL-2.1-or-later
# Courier, IMAP.
packages courier-imap curl
versions courier-imap courier-authdaemon

configure() {
	[ -d /home/alice/Maildir ] || as alice maildirmake /home/alice/Maildir
	systemctl restart courier-authdaemon.service courier-imap.service
	wait_until listens 143
}

login_with() {
	by_imap "$1" "$2" --fail
}

row <<'END'
application  Courier, IMAP
service      imap
rhost        ::ffff:127.0.0.1
tty          unset
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
