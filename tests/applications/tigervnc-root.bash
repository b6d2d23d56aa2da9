# SPDX-License-Identifier: LGPL-2.1-or-later
# TigerVNC by the security type TLSPlain; the server is started by root, without a service of its own.
# shellcheck source=tests/applications/tigervnc.bash
. "$APPLICATIONS/tigervnc.bash"

configure() {
	systemd-run --quiet --unit=test-vnc-root --setenv=HOME=/root Xtigervnc :5 \
		-SecurityTypes TLSPlain -PlainUsers alice -localhost
	wait_until listens 5905
}

row <<'END'
application  TigerVNC, TLSPlain, as root
service      vnc
ids          root/root
advice       It has no PAM file, and uses that of the service other.
END
