# SPDX-License-Identifier: LGPL-2.1-or-later
# ejabberd, by XMPP; without its cache.
# shellcheck source=tests/applications/xmpp.bash
. "$APPLICATIONS/xmpp.bash"
packages ejabberd erlang-p1-pam
versions ejabberd erlang-p1-pam

configure() {
	verifier ejabberd ejabberd
	cat >/etc/ejabberd/ejabberd.yml <<-'END'
		hosts: [localhost]
		listen:
		  - port: 5222
		    ip: "127.0.0.1"
		    module: ejabberd_c2s
		auth_method: [pam]
		pam_service: ejabberd
		auth_use_cache: false
		modules: {}
	END
	systemctl restart ejabberd.service
	wait_until listens 5222
}

login_with() {
	by_xmpp localhost "$1" "$2"
}

row <<'END'
application  ejabberd
service      ejabberd
rhost        empty
tty          unset
ids          ejabberd/ejabberd
phases       auth account
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      1023
advice       It caches unless ejabberd.yml has "auth_use_cache: false": a revoked token then opens
             for an hour more, and another token of the same user is refused meanwhile.
END
