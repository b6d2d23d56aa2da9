# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Unpacks pinned Debian packages in $tmp, a temporary folder, for the scripts beside this file.

: "${tmp:?}"
cleanup() { :; } # what a script has to end or unmount first
options=()       # of mmdebstrap, for a script that needs more than the files of the packages
trap 'cleanup; rm -rf --one-file-system "$tmp"' EXIT
if [ "$(id -u)" != 0 ]; then
	echo "$0: run as root: it uses chroot and mount" >&2
	exit 2
fi
umask 022

# root SUITE PACKAGE[=VERSION]...: unpacks them, and all that they depend on, in $tmp/SUITE.  Runs
# none of their scripts.  Uses this machine's sources of Debian packages, for SUITE.
root() {
	local suite=$1 here mirror
	shift
	# shellcheck disable=SC1091
	here=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # variables of apt
	mirror=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
		grep -E " $here(-updates|-security)? " | sed "s/ $here\\( \\|-\\)/ $suite\\1/" | sort -u)
	if ! mmdebstrap --variant=extract --include="$(IFS=, && echo "$*")" \
		--aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
		--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr "${options[@]}" \
		"$suite" "$tmp/$suite" ${mirror:+-} <<<"$mirror" >"$tmp/log" 2>&1; then
		tail -n 5 "$tmp/log" >&2
		echo "$0: the packages cannot be had: $*" >&2
		exit 2
	fi
}

# expect WHAT WANTED SEEN: ends the script unless both are equal.
expect() {
	printf '%s: %s\n' "$1" "$3"
	if [ "$2" != "$3" ]; then
		printf '%s: the behaviour has changed: expected %s\n' "$0" "$2" >&2
		exit 1
	fi
}
