# SPDX-License-Identifier: LGPL-2.1-or-later
# Yaws, by HTTP Basic.
packages yaws curl
versions yaws erlang-yaws

configure() {
	verifier yaws yaws
	mkdir -p /run/test-yaws
	echo page >/run/test-yaws/index.html
	cat >/etc/yaws/conf.d/test.conf <<-'END'
		<server localhost>
			port = 8081
			listen = 127.0.0.1
			docroot = /run/test-yaws
			<auth>
				realm = test
				dir = /
				pam service = yaws
			</auth>
		</server>
	END
	systemctl restart yaws.service
	wait_until listens 8081
}

login_with() {
	by_http http://127.0.0.1:8081/index.html "$1" "$2"
}

row <<'END'
application  Yaws
service      yaws
rhost        unset
tty          unset
ids          yaws/yaws
phases       auth
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       Each request is a login, and takes a use. It does not say where a login comes from,
             so that no --from opens here.
END
