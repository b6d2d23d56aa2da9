#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# sudo 1.9.13p3-1+deb12u4 (Debian 12) and 1.9.16p2-3+deb13u5 (Debian 13), with pam_debug.so of
# libpam-modules 1.5.2-6+deb12u3 and 1.7.0-5.
#
# A module of the auth stack fails.  sudo asks three times if it returns PAM_AUTH_ERR, and also if it
# returns PAM_MAXTRIES.  If it returns PAM_USER_UNKNOWN or PAM_CRED_INSUFFICIENT, sudo asks once, and
# tells the user of an error:
#
#   auth_err: Sorry, try again.  Sorry, try again.  sudo: 3 incorrect password attempts
#   maxtries: Sorry, try again.  Sorry, try again.  sudo: 3 incorrect password attempts
#   user_unknown: sudo: PAM authentication error: User not known to the underlying [...] module
#   cred_insufficient: sudo: PAM authentication error: Insufficient credentials to access [...]
#
# An expert would not have guessed it: of all results of pam_authenticate(3) only PAM_MAXTRIES has the
# words "Do not try again".  sudo does the opposite: it tries again, and gives up on the others, of
# which the manual says nothing of the kind, so that which code a module prefers decides whether who
# mistypes a password has another try.  sudoers(5) knows only the option passwd_tries.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# run CODE: lets alice run sudo, with a module that returns CODE; prints what is printed, in one line.
run() {
	printf '%s\n' "auth required pam_debug.so auth=$1" 'account required pam_permit.so' \
		'session required pam_permit.so' >"$system/etc/pam.d/sudo"
	LC_ALL=C chroot --userspec=1000:1000 "$system" sudo -k -S id -un </dev/null >"$tmp/printed" 2>&1 || :
	grep -v '^auth=' "$tmp/printed" | paste -s -d ' ' # pam_debug.so prints what it returns
}

if findmnt --noheadings --output OPTIONS --target "$tmp" | grep -qw nosuid; then
	echo "$0: $tmp does not permit setuid programs" >&2
	exit 2
fi
tried='Sorry, try again. Sorry, try again. sudo: 3 incorrect password attempts'
error='sudo: PAM authentication error:'
for release in 'bookworm 1.9.13p3-1+deb12u4 1.5.2-6+deb12u3' \
	'trixie 1.9.16p2-3+deb13u5 1.7.0-5'; do
	read -r suite sudo modules <<<"$release"
	echo "$suite:"
	root "$suite" "sudo=$sudo" "libpam-modules=$modules" coreutils
	system=$tmp/$suite
	chmod 755 "$tmp" # for alice
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'alice:x:1000:1000::/:/bin/sh' >"$system/etc/passwd"
	printf '%s\n' 'root:x:0:' 'alice:x:1000:' >"$system/etc/group"
	echo 'alice ALL=(ALL) ALL' >"$system/etc/sudoers"
	chmod 440 "$system/etc/sudoers"
	echo "127.0.0.1 $(uname -n)" >"$system/etc/hosts"
	echo 'auth required pam_deny.so' >"$system/etc/pam.d/other"

	expect success root "$(run success)"
	expect auth_err "$tried" "$(run auth_err)"
	expect maxtries "$tried" "$(run maxtries)"
	expect user_unknown "$error User not known to the underlying authentication module \
sudo: a password is required" "$(run user_unknown)"
	expect cred_insufficient "$error Insufficient credentials to access authentication data \
sudo: a password is required" "$(run cred_insufficient)"
done
