# SPDX-License-Identifier: LGPL-2.1-or-later
# TigerVNC by the security type Plain; the server runs as its user.
packages tigervnc-standalone-server

configure() {
	systemd-run --quiet --unit=test-vnc --uid=alice --setenv=HOME=/home/alice Xtigervnc :5 \
		-SecurityTypes Plain -PlainUsers alice -PAMService tigervnc -localhost
	wait_until listens 5905
}

login_with() {
	printf '%s\n' "$2" | perl vnc.pl "$1"
}

row <<'END'
application  TigerVNC, Plain
service      tigervnc
rhost        unset
tty          unset
ids          alice/alice
phases       auth account
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
advice       The server of a user opens by the tokens of that user. Xtigervnc that is started
             without tigervncserver asks for the service vnc, which has no PAM file, unless it is
             told -PAMService. It does not say where a login comes from, so that no --from opens
             here.
END
