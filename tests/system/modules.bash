# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs and removes other PAM modules, which the root has as files only.
# shellcheck shell=bash

# install_modules PACKAGE...: pam-auth-update adds their profiles
install_modules() {
	apt_get -o Dir::Cache::archives=/var/cache/pam-modules --no-download \
		--no-install-recommends install "$@"
}

remove_modules() {
	apt_get --auto-remove purge "$@"
}
