# SPDX-License-Identifier: LGPL-2.1-or-later
# nginx with its PAM module, by HTTP Basic; a page without a redirect.
packages nginx-light libnginx-mod-http-auth-pam curl
versions nginx-light libnginx-mod-http-auth-pam

configure() {
	verifier www-data nginx
	cat >/etc/nginx/sites-available/default <<-'END'
		server {
			listen 127.0.0.1:80;
			root /var/www/html;
			auth_pam "test";
			auth_pam_service_name "nginx";
		}
	END
	echo page >/var/www/html/page.html
	systemctl restart nginx.service
	wait_until listens 80
}

login_with() {
	timeout 60 curl --silent --show-error --fail --user "$1:$2" http://127.0.0.1/page.html
}

row <<'END'
application  nginx, auth_pam
service      nginx
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
advice       Each request is a login, and takes a use. A page that nginx redirects within itself,
             such as / to /index.html, takes two.
END
