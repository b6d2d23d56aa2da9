# SPDX-License-Identifier: LGPL-2.1-or-later
# TigerVNC by the security type TLSPlain; the server runs as its user.
packages tigervnc-standalone-server libio-socket-ssl-perl

# server [OPTION...]: starts alice's, without a session
server() {
	systemd-run --quiet --unit=test-vnc --uid=alice --setenv=HOME=/home/alice --setenv=USER=alice \
		tigervncserver :5 -fg -noxstartup -autokill no "$@"
	wait_until listens 5905
}

in_recipe() {
	server
}

configure() {
	systemctl stop test-vnc.service || :
	server -SecurityTypes TLSPlain
}

login_with() {
	printf '%s\n' "$2" | perl vnc.pl "$1"
}

row <<'END'
application  TigerVNC, TLSPlain
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
longest      1023
advice       The server of a user opens by the tokens of that user. Xtigervnc that is started
             without tigervncserver asks for the service vnc, which has no PAM file, unless it is
             told -PAMService. It does not say where a login comes from, so that no --from opens
             here.
END
