#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libpam-modules 1.5.2-6+deb12u3 with systemd 252.39-1~deb12u2 (Debian 12), and libpam-modules 1.7.0-5
# with systemd 257.13-1~deb13u1 (Debian 13).
#
# A line of /etc/environment has a # in its value:
#
#   http_proxy="http://proxy.example:3128/#office"
#
# Two read that file for a session, pam_env.so and systemd's user manager.  What they make of it:
#
#   pam_env.so: http_proxy=http://proxy.example:3128/
#   systemd: http_proxy=http://proxy.example:3128/#office
#
# An expert would not have guessed it: a # after a character that is no space begins no comment in a
# shell, nor in systemd, and in quotes it never does; pam_env.conf(5) knows it only "at start of
# line".  But pam_env.so cuts /etc/environment at the first #, and then removes the quotes, of which
# one is left.  Systemd reads the file through a link in /usr/lib/environment.d.  So in one session a
# program has the whole value or a part of it, by whether a shell or the user manager started it.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# by_pam: prints the environment that a session gets from pam_env.so.
by_pam() {
	chroot "$system" /usr/bin/python3 -c '
import ctypes

pam = ctypes.CDLL("libpam.so.0")
pam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
handle = ctypes.c_void_p()
conversation = (ctypes.c_void_p * 2)()
assert pam.pam_start(b"service", b"root", conversation, ctypes.byref(handle)) == 0
assert pam.pam_open_session(handle, 0) == 0
for line in pam.pam_getenvlist(handle):
    if line is None:
        break
    print(line.decode())
pam.pam_end(handle, 0)
' | sort
}
# by_systemd: prints what the user manager reads.
by_systemd() {
	local folder=/usr/lib/systemd/user-environment-generators
	chroot "$system" env HOME=/root $folder/30-systemd-environment-d-generator | sort
}

for release in 'bookworm 1.5.2-6+deb12u3 252.39-1~deb12u2' 'trixie 1.7.0-5 257.13-1~deb13u1'; do
	read -r suite pam systemd <<<"$release"
	root "$suite" "libpam-modules=$pam" "systemd=$systemd" python3 coreutils
	system=$tmp/$suite
	mkdir -p "$system/etc/pam.d"
	echo 'root:x:0:0::/root:/bin/sh' >"$system/etc/passwd"
	echo 'session required pam_env.so' >"$system/etc/pam.d/service"
	cat >"$system/etc/environment" <<'CONF'
# a comment
http_proxy="http://proxy.example:3128/#office"
PLAIN=http://proxy.example:3128/#office
WHOLE="http://proxy.example:3128/"
CONF
	url=http://proxy.example:3128/
	expect "$suite, pam_env.so" "PLAIN=$url"$'\n'"WHOLE=$url"$'\n'"http_proxy=$url" "$(by_pam)"
	expect "$suite, systemd" "PLAIN=$url#office"$'\n'"WHOLE=$url"$'\n'"http_proxy=$url#office" \
		"$(by_systemd)"
done
