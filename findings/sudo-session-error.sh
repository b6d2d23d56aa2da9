#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# sudo 1.9.13p3-1+deb12u4 (Debian 12) and 1.9.16p2-3+deb13u5 (Debian 13), with pam_debug.so of
# libpam-modules 1.5.2-6+deb12u3 and 1.7.0-5, and su of util-linux 2.38.1-5+deb12u3 and
# 2.41.5-0+deb13u1.
#
# The session stack of a service has one line, `session required`, of a module that fails.  If the
# module returns PAM_SESSION_ERR, sudo runs the command, says nothing, and closes no session at the
# end.  If it returns any other code, sudo refuses.  su refuses both:
#
#   sudo, session_err: alice
#   sudo, perm_denied: sudo: pam_open_session: Permission denied
#   su, session_err: su: cannot open session: Cannot make/remove an entry for the specified session
#   su, perm_denied: su: cannot open session: Permission denied
#
# An expert would not have guessed it: `required` means that the session is refused if the module
# fails, and pam_open_session(3) has PAM_SESSION_ERR for "Session failure".  But sudo takes this one
# code for a failure that is not fatal, which sudoers(5) does not say, and it is the one that
# pam_sm_open_session(3) offers to modules: pam_loginuid, pam_namespace and pam_tty_audit return it,
# pam_limits and pam_exec return others.  So what a line means in /etc/pam.d/sudo depends on which of
# the errors its module prefers.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# run PROGRAM CODE: lets it run `id -un` as alice, with a module that returns CODE; prints what is
# printed, and the status if that is not 0.
run() {
	local command=(sudo -u alice id -un) status=0
	[ "$1" = sudo ] || command=(su alice -c 'id -un')
	printf '%s\n' 'auth required pam_permit.so' 'account required pam_permit.so' \
		"session required pam_debug.so open_session=$2 close_session=success" \
		>"$system/etc/pam.d/$1"
	LC_ALL=C chroot "$system" "${command[@]}" >"$tmp/printed" 2>&1 || status=$?
	grep -v '^open_session=' "$tmp/printed" || : # by pam_debug.so, as is "close_session="
	[ "$status" = 0 ] || echo "exit $status"
}

for release in 'bookworm 1.9.13p3-1+deb12u4 1.5.2-6+deb12u3 2.38.1-5+deb12u3' \
	'trixie 1.9.16p2-3+deb13u5 1.7.0-5 2.41.5-0+deb13u1'; do
	read -r suite sudo modules su <<<"$release"
	echo "$suite:"
	root "$suite" "sudo=$sudo" "libpam-modules=$modules" "util-linux=$su" coreutils dash
	system=$tmp/$suite
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'alice:x:1000:1000::/:/bin/sh' >"$system/etc/passwd"
	printf '%s\n' 'root:x:0:' 'alice:x:1000:' >"$system/etc/group"
	echo 'root ALL=(ALL) ALL' >"$system/etc/sudoers"
	echo "127.0.0.1 $(uname -n)" >"$system/etc/hosts"
	echo 'auth required pam_deny.so' >"$system/etc/pam.d/other"

	expect 'sudo, success' $'alice\nclose_session=success' "$(run sudo success)"
	expect 'sudo, session_err' alice "$(run sudo session_err)"
	refused=$'sudo: policy plugin failed session initialization\nexit 1'
	expect 'sudo, perm_denied' $'sudo: pam_open_session: Permission denied\n'"$refused" \
		"$(run sudo perm_denied)"
	expect 'su, success' alice "$(run su success)"
	expect 'su, session_err' \
		$'su: cannot open session: Cannot make/remove an entry for the specified session\nexit 1' \
		"$(run su session_err)"
	expect 'su, perm_denied' $'su: cannot open session: Permission denied\nexit 1' \
		"$(run su perm_denied)"
done
