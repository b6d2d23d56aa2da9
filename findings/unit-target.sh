#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# init-system-helpers 1.65.2+deb12u1 with systemd 252.39-1~deb12u2 (Debian 12), and 1.69~deb13u1 with
# 257.13-1~deb13u1 (Debian 13).
#
# A package with a service has WantedBy=multi-user.target in version 1.  Version 2 adds
# graphical.target, or has graphical.target instead.  Where the service is enabled after the upgrade,
# and what the script of a later version finds:
#
#   added: graphical.target multi-user.target; was enabled
#   instead: multi-user.target; was not enabled
#   version 2 installed anew: graphical.target; was enabled
#
# An expert would not have guessed it: the script of the package, which dh_installsystemd writes, says
# of the call that it "creates new symlinks on upgrades if the unit file has changed".  But
# deb-systemd-helper creates them only if a link of the new file is there already; it takes a unit that
# has none for one that the administrator disabled.  The link of version 1 does not count, and stays.
# So two machines with the same version start the service in different targets, and on the one that was
# upgraded the next version believes that somebody has disabled it.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# configure TARGET: what the script of the package does after its files have come, with the unit of
# that WantedBy=; prints whether it finds the unit enabled.
configure() {
	printf '%s\n' '[Service]' ExecStart=/bin/true '[Install]' "WantedBy=$1" \
		>"$system/usr/lib/systemd/system/example.service"
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
# upgrade TARGET...: installs a version for each of these; prints where the last one is enabled, and
# what another upgrade finds.
upgrade() {
	local target
	rm -rf "$system"/{etc/systemd/system,var/lib/systemd}/*
	for target in "$@"; do configure "$target" >"$tmp/log.configure"; done
	(cd "$system/etc/systemd/system" && echo *.wants | sed 's/\.wants//g') | tr '\n' ';'
	echo " $(configure "$target")"
}

for release in 'bookworm 1.65.2+deb12u1 252.39-1~deb12u2' 'trixie 1.69~deb13u1 257.13-1~deb13u1'; do
	read -r suite helpers systemd <<<"$release"
	root "$suite" "init-system-helpers=$helpers" "systemd=$systemd" dash perl-base coreutils
	system=$tmp/$suite
	mkdir -p "$system/etc/systemd/system"
	one=multi-user.target two=graphical.target
	expect "$suite, version 1" "$one; was enabled" "$(upgrade $one)"
	expect "$suite, added" "$two $one; was enabled" "$(upgrade $one "$one $two")"
	expect "$suite, instead" "$one; was not enabled" "$(upgrade $one $two)"
	expect "$suite, version 2 installed anew" "$two; was enabled" "$(upgrade $two)"
done
