#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# init-system-helpers 1.65.2+deb12u1 with systemd 252.39-1~deb12u2 (Debian 12), and 1.69~deb13u1 with
# 257.13-1~deb13u1 (Debian 13).
#
# The unit of a package has two aliases, in two lines or in one.  The links are the same after the
# installation; what the package's script finds at the next upgrade, and which links are left after a
# purge, is not:
#
#   two lines: was enabled; none
#   one line: was not enabled; one.service two.service
#
# An expert would not have guessed it: systemd.unit(5) says that Alias= takes "a space-separated list",
# and systemctl makes both links of it.  deb-systemd-helper, which remembers for the package what was
# enabled, splits the list, too, but then notes the whole of it for each alias, as one link with a
# space in its name.  It never finds that one.  So it takes the unit for one that the administrator has
# disabled, while systemctl says that it is enabled, and leaves links in /etc that lead nowhere.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# configure: what the script of the package does after its files have come; prints whether it finds
# the unit enabled.
configure() {
	DPKG_MAINTSCRIPT_PACKAGE=example chroot "$system" sh -e -c '
		deb-systemd-helper unmask example.service
		if deb-systemd-helper --quiet was-enabled example.service; then
			echo "was enabled"
			deb-systemd-helper enable example.service
		else
			echo "was not enabled"
			deb-systemd-helper update-state example.service
		fi' 2>"$tmp/log"
}
# links: prints the names of the links in /etc.
links() { (cd "$system/etc/systemd/system" && find . -type l -printf '%f\n') | sort | paste -sd ' '; }
# try LINE...: installs the package with these lines in its unit, upgrades and purges it; prints what
# is enabled, what the upgrade finds, and which links are left.
try() {
	local unit=$system/usr/lib/systemd/system/example.service
	rm -rf "$system"/{etc/systemd/system,var/lib/systemd}/*
	printf '%s\n' '[Service]' ExecStart=/bin/true '[Install]' WantedBy=multi-user.target "$@" >"$unit"
	configure >"$tmp/log.configure"
	echo "installed: $(links)"
	echo "upgrade: $(configure), $(chroot "$system" systemctl is-enabled example.service 2>"$tmp/log")"
	rm "$unit"
	DPKG_MAINTSCRIPT_PACKAGE=example chroot "$system" deb-systemd-helper purge example.service 2>"$tmp/log"
	echo "purged: $(links)"
}

for release in 'bookworm 1.65.2+deb12u1 252.39-1~deb12u2' 'trixie 1.69~deb13u1 257.13-1~deb13u1'; do
	read -r suite helpers systemd <<<"$release"
	root "$suite" "init-system-helpers=$helpers" "systemd=$systemd" dash perl-base coreutils
	system=$tmp/$suite
	mkdir -p "$system/etc/systemd/system"
	installed='installed: example.service one.service two.service'
	expect "$suite, two lines" "$installed"$'\nupgrade: was enabled, enabled\npurged: ' \
		"$(try Alias=one.service Alias=two.service)"
	expect "$suite, one line" \
		"$installed"$'\nupgrade: was not enabled, enabled\npurged: one.service two.service' \
		"$(try 'Alias=one.service two.service')"
done
