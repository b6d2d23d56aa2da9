# SPDX-License-Identifier: LGPL-2.1-or-later
# Apache with mod_authnz_pam, by HTTP Basic.
packages apache2 libapache2-mod-authnz-pam curl
versions apache2 libapache2-mod-authnz-pam

configure() {
	verifier www-data apache
	a2enmod -q authnz_pam auth_basic
	cat >/etc/apache2/conf-enabled/test.conf <<-'END'
		<Location />
			AuthType Basic
			AuthName test
			AuthBasicProvider PAM
			AuthPAMService apache
			Require valid-user
		</Location>
	END
	systemctl restart apache2.service
	wait_until listens 80
}

login_with() {
	by_http http://127.0.0.1/ "$1" "$2"
}

row <<'END'
application  Apache, mod_authnz_pam
service      apache
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
longest      1023
advice       Each request is a login, and takes a use.
END
