# SPDX-License-Identifier: LGPL-2.1-or-later
# Dante, a SOCKS server.
packages dante-server curl

configure() {
	cat >/etc/danted.conf <<-'END'
		logoutput: syslog
		internal: 127.0.0.1 port = 1080
		external: 127.0.0.1
		socksmethod: pam.username
		user.privileged: root
		user.unprivileged: nobody
		client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
		socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
	END
	systemctl restart danted.service
	wait_until listens 1080
}

login_with() {
	# The server that it connects to is ssh's.
	timeout 60 curl --silent --show-error --http0.9 --proxy-user "$1:$2" --proxy socks5://127.0.0.1:1080 \
		http://127.0.0.1:22/
}

row <<'END'
application  Dante
service      sockd
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
longest      255
advice       The service is sockd.
END
