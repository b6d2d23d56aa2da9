# SPDX-License-Identifier: LGPL-2.1-or-later
# Apache with mod_authnz_external and pwauth, by HTTP Basic.
packages pwauth apache2 libapache2-mod-authnz-external curl
versions pwauth apache2 libapache2-mod-authnz-external

configure() {
	a2enmod -q authnz_external auth_basic
	cat >/etc/apache2/conf-enabled/test.conf <<-'END'
		DefineExternalAuth pwauth pipe /usr/sbin/pwauth
		<Location />
			AuthType Basic
			AuthName test
			AuthBasicProvider external
			AuthExternal pwauth
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
application  Apache, pwauth
service      pwauth
rhost        unset
tty          unset
ids          www-data/root
phases       auth account
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       Each request is a login, and takes a use. pwauth does not say where a login comes
             from, so that no --from opens here.
END
