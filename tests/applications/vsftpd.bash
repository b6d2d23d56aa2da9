# SPDX-License-Identifier: LGPL-2.1-or-later
# vsftpd.
packages vsftpd curl

configure() {
	systemctl restart vsftpd.service
	wait_until listens 21
}

login_with() {
	timeout 60 curl --silent --show-error --user "$1:$2" ftp://127.0.0.1/
}

row <<'END'
application  vsftpd
service      vsftpd
rhost        ::ffff:127.0.0.1
tty          ftp
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
longest      128
advice       Other systems' vsftpd reports host names, so it is in "name_services" of patd.conf(5),
             and no --from matches. Debian's reports addresses: remove it from that list.
END
