# SPDX-License-Identifier: LGPL-2.1-or-later
# ngIRCd that looks up no names.
# shellcheck source=tests/applications/ngircd.bash
. "$APPLICATIONS/ngircd.bash"

configure() {
	verifier irc ngircd
	sed -i -e 's/^\tPAM = no/\tPAM = yes/' -e 's/^\[Options\]$/&\n\tDNS = no/' /etc/ngircd/ngircd.conf
	systemctl restart ngircd.service
	wait_until listens 6667
}

row <<'END'
application  ngIRCd, DNS = no
rhost        127.0.0.1
address      accepted
advice       As its configuration must be for --from.
END
