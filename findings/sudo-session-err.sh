#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# sudo 1.9.13p3-1+deb12u4 (Debian 12) and 1.9.16p2-3+deb13u5 (Debian 13), with su of util-linux beside it.
#
# The session stack of a service has one line, and its module refuses:
#
#   session required pam_debug.so open_session=CODE
#
# With session_err, the code that pam_sm_open_session(3) has for "the session failed", su runs nothing
# and says so, and sudo runs the command.  With perm_denied neither runs it: sudo says
# "pam_open_session: Permission denied".
#
# An expert would not have guessed it: "required" means that the stack fails, as it does for su with
# either code, and the manual of pam_open_session(3) names PAM_SESSION_ERR as the one failure there is.
# sudo alone tells codes apart, takes that one for no reason to stop, and does not say so in any of its
# manuals.  A module that means its refusal must return another code.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# try PROGRAM CODE: what the program says with that code, on one line.
try() {
	local program=$1 code=$2
	printf '%s\n' 'auth required pam_permit.so' 'account required pam_permit.so' \
		"session required pam_debug.so open_session=$code" >"$system/etc/pam.d/$program"
	case $program in
	sudo) set -- sudo -n -u root -- echo ran ;;
	su) set -- su root -c 'echo ran' ;;
	esac
	{ chroot "$system" "$@" 2>&1 || true; } | head -n 1
}

for release in 'bookworm 1.9.13p3-1+deb12u4' 'trixie 1.9.16p2-3+deb13u5'; do
	read -r suite version <<<"$release"
	root "$suite" "sudo=$version" util-linux libpam-modules dash coreutils
	system=$tmp/$suite
	mkdir -p "$system/etc/pam.d" "$system/run/sudo"
	echo 'root:x:0:0::/root:/bin/sh' >"$system/etc/passwd"
	echo 'root:*:19000:0:99999:7:::' >"$system/etc/shadow"
	echo 'root:x:0:' >"$system/etc/group"
	printf '%s\n' 'root ALL=(ALL) NOPASSWD: ALL' >"$system/etc/sudoers"
	chmod 0440 "$system/etc/sudoers"
	echo '127.0.0.1 '"$(hostname)" >"$system/etc/hosts"
	printf '%s required pam_deny.so\n' auth account password session >"$system/etc/pam.d/other"
	error='cannot open session: Cannot make/remove an entry for the specified session'
	expect "$suite, su, session_err" "su: $error" "$(try su session_err)"
	expect "$suite, su, perm_denied" 'su: cannot open session: Permission denied' \
		"$(try su perm_denied)"
	expect "$suite, sudo, session_err" ran "$(try sudo session_err)"
	expect "$suite, sudo, perm_denied" 'sudo: pam_open_session: Permission denied' \
		"$(try sudo perm_denied)"
done
