# SPDX-License-Identifier: LGPL-2.1-or-later
# lighttpd with mod_authn_pam, by HTTP Basic.
packages lighttpd lighttpd-mod-authn-pam curl
versions lighttpd lighttpd-mod-authn-pam

configure() {
	verifier www-data http
	cat >/etc/lighttpd/conf-enabled/90-test.conf <<-'END'
		server.modules += ("mod_auth", "mod_authn_pam")
		auth.backend = "pam"
		auth.require = ("/" => ("method" => "basic", "realm" => "test", "require" => "valid-user"))
	END
	echo page >/var/www/html/page.html
	systemctl restart lighttpd.service
	wait_until listens 80
}

login_with() {
	by_http http://127.0.0.1/page.html "$1" "$2"
}

row <<'END'
application  lighttpd, mod_authn_pam
service      http
rhost        127.0.0.1
tty          unset
ids          www-data/www-data
phases       auth account
password     refused
token        accepted
local        refused
address      accepted
uses         1
once         accepted refused
revoked      refused
told         no
longest      511
advice       The service is http. Each request is a login, and takes a use.
END
