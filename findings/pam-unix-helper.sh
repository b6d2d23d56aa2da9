#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libpam-modules 1.5.2-6+deb12u3 (Debian 12) and 1.7.0-5 (Debian 13).
#
# A service that runs as root checks passwords with pam_unix.so.  It runs no other program, and its
# unit permits none, with NoExecPaths=.  After the upgrade to Debian 13 the right password is refused:
#
#   Debian 12: pamtester: successfully authenticated
#   Debian 13: pamtester: Authentication service cannot retrieve authentication info
#
# An expert would not have guessed it: unix_chkpwd is there for programs that cannot read
# /etc/shadow, as pam_unix(8) of both versions says, and root can.  But since Linux-PAM 1.6.0
# pam_unix.so reads shadow passwords only by that helper, whoever asks: one process for the auth
# phase, one for account.  Neither the stack nor the service changes by the upgrade, and the error is
# that of a user database that cannot be reached.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# The hash of "secret".
# shellcheck disable=SC2016 # no variables
hash='$6$findings$yWPlCZ/kcUeKaZaTHa/q4uqXz5dZnuOqJt.Wa/CR6Bqg9BCm/pGyBfo3MVOZrKi1dx90HGgbvQ11kB50KU9J21'

# try COMMAND: lets root check alice's password in a mount namespace after COMMAND; prints what
# pamtester says.
try() {
	unshare --mount bash -c "$1
		exec chroot \"\$1\" pamtester service alice authenticate acct_mgmt" - "$system" \
		<<<secret 2>&1 | sed 's/^Password: //'
}

for release in 'bookworm 1.5.2-6+deb12u3' 'trixie 1.7.0-5'; do
	read -r suite version <<<"$release"
	root "$suite" "libpam-modules=$version" "libpam-modules-bin=$version" pamtester=0.1.2-4
	system=$tmp/$suite
	mkdir -p "$system/etc/pam.d"
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'alice:x:1000:1000::/:/bin/sh' >"$system/etc/passwd"
	echo "alice:$hash:19000:0:99999:7:::" >"$system/etc/shadow"
	chmod 640 "$system/etc/shadow"
	printf '%s\n' 'auth required pam_unix.so' 'account required pam_unix.so' \
		>"$system/etc/pam.d/service"

	good=$'pamtester: successfully authenticated\npamtester: account management done.'
	bad='pamtester: Authentication service cannot retrieve authentication info'
	expect "$suite" "$good" "$(try :)"
	# As NoExecPaths= does it.
	helper=$system/usr/sbin/unix_chkpwd
	[ "$suite" = trixie ] || bad=$good
	expect "$suite, no other program can be executed" "$bad" \
		"$(try "mount --bind $helper $helper && mount -o remount,bind,noexec $helper")"
done
