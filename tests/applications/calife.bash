# SPDX-License-Identifier: LGPL-2.1-or-later
# calife, a small sudo.
packages calife expect

configure() {
	echo 'alice:/usr/bin/id' >/etc/calife.auth
}

login_with() {
	on_terminal "$1" "$2" calife
}

row <<'END'
application  calife
service
rhost
tty
ids
phases
password     accepted
token        refused
advice       It does not ask PAM, though it ships a PAM file: tokens never open.
END
