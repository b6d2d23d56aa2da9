# SPDX-License-Identifier: LGPL-2.1-or-later
# FreeRADIUS with rlm_pam.
packages freeradius freeradius-utils

configure() {
	verifier freerad radiusd
	local folder=/etc/freeradius/3.0
	ln -s ../mods-available/pam "$folder/mods-enabled/pam"
	sed -i 's/^#[ \t]*pam$/pam/' "$folder/sites-available/default"
	sed -i '1i DEFAULT Auth-Type := PAM' "$folder/mods-config/files/authorize"
	systemctl restart freeradius.service
}

login_with() {
	timeout 60 radtest "$1" "$2" 127.0.0.1 0 testing123
}

row <<'END'
application  FreeRADIUS, rlm_pam
service      radiusd
rhost        unset
tty          unset
ids          freerad/freerad
phases       auth account
password     refused
token        accepted
local        refused
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      128
advice       The service is radiusd. RADIUS takes 128 characters, so a token fits. Debian's
             freerad is in the group shadow: with common-auth in its PAM file, passwords work,
             too.
END
