#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libpam-runtime 1.5.2-6+deb12u3 (Debian 12) and 1.7.0-5 (Debian 13), with the profile of
# libpam-winbind 2:4.17.12+dfsg-0+deb12u4 and 2:4.22.11+dfsg-0+deb13u1.
#
# An administrator of Debian 12 adds an option, debug, to the two lines of pam_winbind.so that
# pam-auth-update wrote to common-auth and common-account.  After the upgrade to Debian 13, one of
# the lines still has it, the other has not:
#
#   auth: [success=1 default=ignore] pam_winbind.so krb5_auth krb5_ccache_type=FILE cached_login
#     try_first_pass debug
#   account: [default=bad success=ok user_unknown=ignore] pam_winbind.so
#
# pam-auth-update says nothing, and exits 0.
#
# An expert would not have guessed it: pam-auth-update(8) says "Local modifications to the list of
# module options will be preserved", and where an administrator has added a module, it leaves the
# files alone and says so.  But it remembers an option by the module and the control of its line, not
# by the module and the profile.  The profile of Debian 13 has another control for account, so the
# option has no line to go to and is dropped.  Whether an option survives an upgrade thus depends on
# a part of the line that the administrator did not touch.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# pam-auth-update asks debconf, which needs the package's questions.
# shellcheck disable=SC2016,SC2034 # $1 is the folder, for the hook; root uses the variable
options=(--extract-hook='dpkg-deb --info "$1"/var/cache/apt/archives/libpam-runtime_*.deb templates \
	>"$1"/var/lib/dpkg/info/libpam-runtime.templates')
root bookworm libpam-runtime=1.5.2-6+deb12u3 libpam-winbind=2:4.17.12+dfsg-0+deb12u4 coreutils perl-base
root trixie libpam-runtime=1.7.0-5 libpam-winbind=2:4.22.11+dfsg-0+deb13u1 coreutils perl-base

# update SUITE [OPTION]: what a package's script runs; prints what it says, and its status.
update() {
	DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$tmp/$1" pam-auth-update --package "${@:2}" 2>&1
	echo "exit $?"
}
# line SUITE TYPE: prints that type's line of pam_winbind.so.
line() {
	sed -En "s/^$2[[:space:]]+(.*pam_winbind\\.so.*)/\\1/p" "$tmp/$1/etc/pam.d/common-$2" |
		tr -s ' \t' ' ' | sed 's/ $//'
}

for suite in bookworm trixie; do
	echo 'root:x:0:0::/:/bin/false' >"$tmp/$suite/etc/passwd"
done
expect 'pam-auth-update --force' 'exit 0' "$(update bookworm --force)" # as at the installation of libpam-runtime
for type in auth account; do
	sed -i '/pam_winbind\.so/s/ *$/ debug/' "$tmp/bookworm/etc/pam.d/common-$type"
done
auth='[success=1 default=ignore] pam_winbind.so krb5_auth krb5_ccache_type=FILE cached_login try_first_pass debug'
old='[success=1 new_authtok_reqd=done default=ignore] pam_winbind.so debug'
expect 'auth, as edited' "$auth" "$(line bookworm auth)"
expect 'account, as edited' "$old" "$(line bookworm account)"

expect 'pam-auth-update of Debian 12' 'exit 0' "$(update bookworm)"
expect 'auth, with the same profile' "$auth" "$(line bookworm auth)"
expect 'account, with the same profile' "$old" "$(line bookworm account)"

mkdir -p "$tmp/trixie/var/lib/pam"
cp "$tmp/bookworm/etc/pam.d/common-"* "$tmp/trixie/etc/pam.d"
cp "$tmp/bookworm/var/lib/pam/"* "$tmp/trixie/var/lib/pam"
expect 'pam-auth-update of Debian 13' 'exit 0' "$(update trixie)"
expect 'auth, with the profile of Debian 13' "$auth" "$(line trixie auth)"
expect 'account, with the profile of Debian 13' \
	'[default=bad success=ok user_unknown=ignore] pam_winbind.so' "$(line trixie account)"
