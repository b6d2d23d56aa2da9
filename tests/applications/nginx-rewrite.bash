# SPDX-License-Identifier: LGPL-2.1-or-later
# The same as nginx-index.bash, with the rewrite of pat(7), Uses.
# shellcheck source=tests/applications/nginx-index.bash
. "$APPLICATIONS/nginx-index.bash"

eval "configure_index() $(declare -f configure | sed 1d)"

configure() {
	configure_index
	# shellcheck disable=SC2016 # variables of nginx
	sed -i '/auth_pam "test"/i rewrite ^(.*)/$ $1/index.html last;' /etc/nginx/sites-available/default
	systemctl restart nginx.service
	wait_until listens 80
}

# What is different from nginx-index.bash.
row <<'END'
application  nginx, auth_pam, an index file by rewrite
uses         1
once         accepted refused
advice
END
