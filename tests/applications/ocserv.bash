# SPDX-License-Identifier: LGPL-2.1-or-later
# ocserv, a VPN server, with its method "pam"; openconnect logs in, and makes no tunnel.
packages ocserv openconnect openssl ssl-cert

# No client is banned, however many of its logins are refused.
prepare() {
	sed -i 's/^max-ban-score = .*/max-ban-score = 0/
		s|^#*server-cert = .*|server-cert = /etc/ssl/certs/ssl-cert-snakeoil.pem|
		s|^#*server-key = .*|server-key = /etc/ssl/private/ssl-cert-snakeoil.key|' /etc/ocserv/ocserv.conf
}

in_recipe() {
	wait_until listens 443
}

configure() {
	sed -i 's/^auth = .*/auth = "pam"/' /etc/ocserv/ocserv.conf
	systemctl restart ocserv.service
	wait_until listens 443
}

login_with() {
	local pin
	pin=$(openssl x509 -in /etc/ssl/certs/ssl-cert-snakeoil.pem -noout -pubkey |
		openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
	printf '%s\n' "$2" | timeout 60 openconnect --non-inter --user="$1" --passwd-on-stdin \
		--authenticate --servercert="pin-sha256:$pin" https://127.0.0.1/ 2>&1
}

row <<'END'
application  ocserv, pam
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
longest      60
advice       It refuses a secret of more than 63 characters without asking PAM: tokens of 64
             characters, which the first versions of patd made, do not open it. patctl rotate
             shortens them.
END
