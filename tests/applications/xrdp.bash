# SPDX-License-Identifier: LGPL-2.1-or-later
# xrdp, by the program that asks its session manager for a session, with Xvnc.
packages xrdp tigervnc-standalone-server

configure() {
	systemctl restart xrdp-sesman.service
	wait_until listens 3350
}

in_recipe() {
	configure
}

login_with() {
	printf '%s\n' "$2" | timeout 60 xrdp-sesrun -s 127.0.0.1 -t Xvnc -F 0 "$1" |
		awk '{ print } /^ok / { ok = 1 } END { exit !ok }'
}

row <<'END'
application  xrdp
service      xrdp-sesman
rhost        unset
tty          xrdp-sesman
ids          root/root
phases       auth account setcred session
password     accepted
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      511
advice       A reconnection to an open desktop is a login of its own. It does not say where a
             login comes from, so that no --from opens here.
END
