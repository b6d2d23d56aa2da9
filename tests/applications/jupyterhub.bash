# SPDX-License-Identifier: LGPL-2.1-or-later
# JupyterHub, by its login page.
packages jupyterhub curl
versions jupyterhub python3-pamela

configure() {
	systemctl restart jupyterhub.service
	wait_until listens 8000
}

login_with() {
	local jar
	jar=$(mktemp)
	timeout 60 curl --silent --output /dev/null --cookie-jar "$jar" http://127.0.0.1:8000/hub/login
	timeout 60 curl --silent --show-error --cookie "$jar" --cookie-jar "$jar" --write-out '%{http_code}\n' \
		--data-urlencode "username=$1" --data-urlencode "password=$2" \
		"http://127.0.0.1:8000/hub/login?_xsrf=$(sed -n 's/.*_xsrf\t//p' "$jar")" | grep -x 302
}

row <<'END'
application  JupyterHub
service      login
rhost        unset
tty          unset
ids          root/root
phases       auth setcred account
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       The service is login. It does not say where a login comes from, so that no --from
             opens here.
END
