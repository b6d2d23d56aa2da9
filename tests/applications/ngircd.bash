# SPDX-License-Identifier: LGPL-2.1-or-later
# ngIRCd.
packages ngircd

configure() {
	verifier irc ngircd
	sed -i 's/^\tPAM = no/\tPAM = yes/' /etc/ngircd/ngircd.conf
	systemctl restart ngircd.service
	wait_until listens 6667
}

# It goes on reading until the server has closed, which then knows the name no more.
login_with() {
	local line status=1
	exec 4<>/dev/tcp/127.0.0.1/6667
	printf '%s\r\n' "PASS $2" "NICK $1" "USER $1 0 * :$1" >&4
	while IFS= read -r -t 50 -u 4 line; do
		printf '%s\n' "$line"
		case $line in
		:*" 001 $1 "*) status=0; printf 'QUIT\r\n' >&4 ;;
		ERROR*) break ;;
		esac
	done
	exec 4>&-
	return "$status"
}

row <<'END'
application  ngIRCd
service      ngircd
rhost        localhost
tty          unset
ids          irc/irc
phases       auth
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      255
advice       The source is a host name, which no --from matches. With "DNS = no" in ngircd.conf, it
             is the address.
END
