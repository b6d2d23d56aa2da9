# SPDX-License-Identifier: LGPL-2.1-or-later
# ProFTPD.
packages proftpd-core curl

configure() {
	systemctl restart proftpd.service
	wait_until listens 21
}

login_with() {
	timeout 60 curl --silent --show-error --user "$1:$2" ftp://127.0.0.1/
}

row <<'END'
application  ProFTPD
service      proftpd
rhost        localhost
tty          /dev/ftpdN
ids          root/root
phases       auth account session setcred
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      511
advice       The source is a host name, which no --from matches. With "UseReverseDNS off" in its
             configuration, and without proftpd in "name_services" of patd.conf(5), it is the
             address.
END
