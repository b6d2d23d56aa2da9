# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs and removes other PAM modules, whose packages and dependencies the root has as files.
# shellcheck shell=bash

# install_module PACKAGE: pam-auth-update adds its profile
install_module() {
	apt_get install "/var/cache/modules/$1"/*.deb
}

# remove_module PACKAGE: also if it is not installed
remove_module() {
	local file packages=()
	for file in "/var/cache/modules/$1"/*.deb; do
		packages+=("$(dpkg-deb --field "$file" Package)")
	done
	dpkg --purge "${packages[@]}"
}
