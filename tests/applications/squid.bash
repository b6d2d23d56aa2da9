# SPDX-License-Identifier: LGPL-2.1-or-later
# Squid, which asks its helper for PAM at each request.
packages squid curl

# squid_asks LINE...: it asks with these lines in its configuration
squid_asks() {
	cat >/etc/squid/squid.conf <<-'END'
		http_port 127.0.0.1:3128
		auth_param basic program /usr/lib/squid/basic_pam_auth
		acl users proxy_auth REQUIRED
		http_access allow users
		http_access deny all
		shutdown_lifetime 0 seconds
	END
	printf '%s\n' "$@" >>/etc/squid/squid.conf
	systemctl restart squid.service
	cat >/run/test-pages <<-'END'
		#!/bin/sh
		while read -r line && [ "${#line}" -gt 1 ]; do :; done
		printf 'HTTP/1.0 200 OK\r\n\r\npage\n'
	END
	chmod +x /run/test-pages
	systemd-run --quiet --unit=test-pages systemd-socket-activate --inetd --accept \
		--listen=127.0.0.1:8080 /run/test-pages
	wait_until listens 3128
	wait_until listens 8080
}

configure() {
	verifier proxy squid
	squid_asks 'auth_param basic credentialsttl 1 second'
}

# forgotten: whether Squid has, what was accepted at the last login
forgotten() {
	[ ! -e "$STATE/asked" ] || [ "$EPOCHSECONDS" -gt $(($(<"$STATE/asked") + 1)) ]
}

login_with() {
	local status=0
	wait_until forgotten
	timeout 60 curl --silent --show-error --fail --proxy-user "$1:$2" --proxy http://127.0.0.1:3128 \
		http://127.0.0.1:8080/page || status=$?
	echo "$EPOCHSECONDS" >"$STATE/asked"
	return "$status"
}

row <<'END'
application  Squid, credentialsttl 1 second
service      squid
rhost        unset
tty          unset
ids          proxy/proxy
phases       auth account
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       As its configuration must be for a revoked token to be refused soon. With "0 seconds"
             Squid asks without end, and answers no request.
END
