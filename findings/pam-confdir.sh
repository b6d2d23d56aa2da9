#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libpam0g and libpam-modules 1.5.2-6+deb12u3 (Debian 12), and 1.7.0-5 (Debian 13).
#
# An application has its PAM services in a folder of its own, and opens it with pam_start_confdir().
# The file of the service is read from there, and so is "other".  But a file that it names by
# include, substack or @include is read from /etc/pam.d.  With a file "common" in both folders, the
# one in /etc/pam.d without success:
#
#   service common: Success
#   include common: Authentication service cannot retrieve authentication info
#   substack common: Authentication service cannot retrieve authentication info
#   @include common: Authentication service cannot retrieve authentication info
#   include /conf/common: Success
#
# and a file that only the application's folder has is not found:
#
#   include only: Permission denied
#
# An expert would not have guessed it: pam_start_confdir(3) says that the folder overrides
# /etc/pam.d "for service policy files" and excepts none, and the source of Linux-PAM looks up the
# included ones there, too.  But Debian's patch for @include, which is older than
# pam_start_confdir(), puts /etc/pam.d/ before each plain name.  So a folder of services that is
# complete in itself is half of a policy on Debian, and the other half is that of the system.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# unpack SUITE VERSION: makes both folders, with services.
unpack() {
	root "$1" "libpam0g=$2" "libpam-modules=$2" python3
	pam=$tmp/$1
	mkdir -p "$pam/etc/pam.d" "$pam/conf"
	echo 'root:x:0:0::/:/bin/false' >"$pam/etc/passwd"
	echo 'auth required pam_debug.so auth=authinfo_unavail' >"$pam/etc/pam.d/common"
	cp "$pam/etc/pam.d/common" "$pam/etc/pam.d/other"
	echo 'auth required pam_permit.so' >"$pam/conf/common"
	cp "$pam/conf/common" "$pam/conf/only"
	echo 'auth required pam_debug.so auth=cred_unavail' >"$pam/conf/other"
}

# authenticate SERVICE: prints what pam_authenticate() returns for that service of /conf.
authenticate() {
	chroot "$pam" python3 -c '
import ctypes, sys

pam = ctypes.CDLL("libpam.so.0")
pam.pam_strerror.restype = ctypes.c_char_p
handle = ctypes.c_void_p()
conversation = (ctypes.c_void_p * 2)()
assert pam.pam_start_confdir(sys.argv[1].encode(), b"root", conversation, b"/conf",
                             ctypes.byref(handle)) == 0
ret = pam.pam_authenticate(handle, 0)
print(pam.pam_strerror(handle, ret).decode())
pam.pam_end(handle, ret)
' "$1"
}
# try LINE: the same for a service of that one line.
try() {
	echo "$1" >"$pam/conf/service"
	authenticate service
}

for release in 'bookworm 1.5.2-6+deb12u3' 'trixie 1.7.0-5'; do
	read -r suite version <<<"$release"
	unpack "$suite" "$version"
	echo "$suite:"
	outside='Authentication service cannot retrieve authentication info'
	expect 'service common' Success "$(authenticate common)"
	expect 'service missing, so other' 'Authentication service cannot retrieve user credentials' \
		"$(authenticate missing)"
	expect 'include common' "$outside" "$(try 'auth include common')"
	expect 'substack common' "$outside" "$(try 'auth substack common')"
	expect '@include common' "$outside" "$(try '@include common')"
	expect 'include /conf/common' Success "$(try 'auth include /conf/common')"
	expect 'include only' 'Permission denied' "$(try 'auth include only')"
done
