# SPDX-License-Identifier: LGPL-2.1-or-later
# super, which runs single commands as root.
packages super expect

configure() {
	echo 'test-id /usr/bin/id authtype=pam auth=y timeout=0 alice' >>/etc/super.tab
}

login_with() {
	on_terminal "$1" "$2" super test-id
}

row <<'END'
application  super
service      super
rhost        unset
tty          unset
ids          alice/root
phases       auth account
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         yes
longest      1023
advice       It asks PAM only where super.tab says "authtype=pam".
END
