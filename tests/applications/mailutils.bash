# SPDX-License-Identifier: LGPL-2.1-or-later
# GNU Mailutils, by IMAP.
packages mailutils-imap4d curl

configure() {
	# Its unit, of the type forking, ends at once in a container.
	systemctl stop mailutils-imap4d.service
	systemd-run --quiet --unit=test-imap4d /usr/sbin/imap4d --foreground --daemon
	wait_until listens 143
}

login_with() {
	by_imap "$1" "$2" --login-options AUTH=PLAIN
}

row <<'END'
application  Mailutils, imap4d
service      mailutils
rhost        unset
tty          unset
ids          root/root
phases       auth account setcred
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       The service is mailutils. It looks into /etc/shadow first: a password does not reach
             PAM. It does not say where a login comes from, so that no --from opens here.
END
