# SPDX-License-Identifier: LGPL-2.1-or-later
# ocserv, with a client that authenticates and opens no tunnel.
packages ocserv openconnect openssl

configure() {
	[ -e /etc/pam.d/ocserv ] || pam_service ocserv
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
		-keyout /etc/ocserv/key.pem -out /etc/ocserv/certificate.pem 2>/dev/null
	cat >/etc/ocserv/ocserv.conf <<-'END'
		auth = "pam"
		tcp-port = 4443
		run-as-user = nobody
		run-as-group = daemon
		socket-file = /run/ocserv-socket
		server-cert = /etc/ocserv/certificate.pem
		server-key = /etc/ocserv/key.pem
		device = vpns
		ipv4-network = 192.0.2.0/24
	END
	systemctl restart ocserv.service
	wait_until listens 4443
}

login_with() {
	local pin
	pin=$(openssl x509 -in /etc/ocserv/certificate.pem -noout -pubkey |
		openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
	timeout 60 openconnect --authenticate --user="$1" --passwd-on-stdin \
		--servercert="pin-sha256:$pin" https://127.0.0.1:4443 <<<"$2"
}

row <<'END'
application  ocserv
service      ocserv
rhost        127.0.0.1
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
advice       It takes no password above 63 characters: tokens of 64, which the first versions of patd
             made, do not get in. patctl rotate shortens them.
END
