# SPDX-License-Identifier: LGPL-2.1-or-later
# OpenVPN with its plugin for PAM; the client renegotiates TLS before it ends.
packages openvpn openssl

# The server that the recipe begins with.
prepare() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=server \
		-keyout /etc/openvpn/server/server.key -out /etc/openvpn/server/server.crt
	cat >/etc/openvpn/server/server.conf <<-'END'
		port 1194
		proto udp
		dev tun
		server 10.8.0.0 255.255.255.0
		ca server.crt
		cert server.crt
		key server.key
		dh none
	END
	systemctl start openvpn-server@server.service
}

in_recipe() {
	: # it has started the server anew
}

configure() {
	pam_service openvpn
	cat >>/etc/openvpn/server/server.conf <<-'END'
		plugin /usr/lib/openvpn/openvpn-plugin-auth-pam.so openvpn
		auth-gen-token
	END
	systemctl restart openvpn-server@server.service
}

# seen TEXT NUMBER: whether the client has said it so often, or has ended
seen() {
	[ "$(grep -c "$1" "$folder/log")" -ge "$2" ] || grep -Eq 'AUTH_FAILED|process exiting' "$folder/log"
}

login_with() {
	local folder
	folder=$(mktemp -d)
	printf '%s\n' "$1" "$2" >"$folder/secret"
	openvpn --client --dev tun --ifconfig-noexec --route-noexec --remote 127.0.0.1 --nobind \
		--ca /etc/openvpn/server/server.crt --cert /etc/openvpn/server/server.crt \
		--key /etc/openvpn/server/server.key --auth-user-pass "$folder/secret" --auth-retry none \
		--reneg-sec 2 --daemon --log "$folder/log" --writepid "$folder/pid"
	wait_until seen 'Control Channel:' 3
	grep -v '^Options' "$folder/log"
	kill "$(cat "$folder/pid")" 2>/dev/null
	grep -q 'Initialization Sequence Completed' "$folder/log" && ! grep -q AUTH_FAILED "$folder/log"
}

row <<'END'
application  OpenVPN, auth-pam
service      openvpn
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
longest      64
advice       Without auth-gen-token in the server's configuration each renegotiation of TLS, one an
             hour, is a login: it takes a use, and the tunnel ends when the token does.
END
