# SPDX-License-Identifier: LGPL-2.1-or-later
# rlogind of rsh-redone, with a PAM file as others have.
packages rsh-redone-server rsh-redone-client expect

configure() {
	pam_service rlogin
	systemd-run --quiet --unit=test-rlogind systemd-socket-activate --inetd --accept \
		--listen=127.0.0.1:513 /usr/sbin/in.rlogind
	wait_until listens 513
}

login_with() {
	ANSWER=$2 LOGIN=$1 timeout 60 expect -f "$APPLICATIONS/remote.exp" \
		rsh-redone-rlogin -l "$1" 127.0.0.1
}

row <<'END'
application  rsh-redone, rlogind
service      rlogin
rhost        localhost
tty          /dev/pts/N
ids          root/root
phases       auth account setcred session
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      1023
advice       The package's own PAM file asks pam_unix itself: include common-auth in its place. The
             source is a host name, which no --from matches.
END
