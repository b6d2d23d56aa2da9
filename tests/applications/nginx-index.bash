# SPDX-License-Identifier: LGPL-2.1-or-later
# nginx with its PAM module, and a path for which it serves an index file.
# shellcheck source=tests/applications/nginx.bash
. "$APPLICATIONS/nginx.bash"

eval "configure_nginx() $(declare -f configure | sed 1d)"

configure() {
	configure_nginx
	mkdir -p /var/www/html/folder
	echo page >/var/www/html/folder/index.html
}

login_with() {
	timeout 60 curl --silent --show-error --fail --user "$1:$2" http://127.0.0.1/folder/
}

# What is different from nginx.bash.
row <<'END'
application  nginx, auth_pam, an index file
uses         2
once         refused refused
advice       nginx redirects a path that ends in / to the index file within itself, and authenticates
             for each, so one request takes two uses. "rewrite ^(.*)/$ $1/index.html last;" in the
             block "server" makes it one.
END
