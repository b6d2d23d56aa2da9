# SPDX-License-Identifier: LGPL-2.1-or-later
# Shell In A Box, which starts login.
# shellcheck source=tests/applications/shellinabox.bash
. "$APPLICATIONS/shellinabox.bash"
versions shellinabox login

configure() {
	systemd-run --quiet --unit=test-shellinabox-login shellinaboxd --disable-ssl --localhost-only \
		--port=4201 --service=/:LOGIN
	wait_until listens 4201
}

row <<'END'
application  Shell In A Box, LOGIN
service      login
rhost        127.0.0.1
tty          /dev/pts/N
phases       auth account session setcred
told         yes
advice       The service is login, which is in "name_services" of patd.conf(5), so that no --from
             opens here.
END
