#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libpam0g and libpam-modules 1.5.2-6+deb12u3 (Debian 12), pamtester 0.1.2-4.
#
# A module succeeds in pam_authenticate() and then fails in pam_setcred().  What pam_setcred()
# returns to the application depends on how the line names the success:
#
#   [success=1 default=ignore], a jump over pam_deny: credential info has successfully been set.
#   [success=ok default=ignore]: Failure setting user credentials
#
# An expert would not have guessed either.  pam_setcred() does not look up the module's result among
# the actions of the line: it repeats the action that was taken in pam_authenticate().  So
# default=ignore, which matches the failure, is not applied to it, and it counts.  But where the
# action was a jump, the failure counts for nothing, although pam.conf(5) of the same version says
# that for pam_setcred a jump is "one of ignore, ok, or bad depending on the module's return value".
# pam-auth-update writes all primary modules as jumps: in Debian's common-auth, no application hears
# that the module which accepted the user could not set the credentials.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

root bookworm libpam0g=1.5.2-6+deb12u3 libpam-modules=1.5.2-6+deb12u3 pamtester=0.1.2-4
pam=$tmp/bookworm/etc/pam.d
mkdir -p "$pam"
echo 'root:x:0:0::/:/bin/false' >"$tmp/bookworm/etc/passwd"
echo 'auth required pam_deny.so' >"$pam/other"
cat >"$pam/jump" <<'STACK'
auth [success=1 default=ignore] pam_debug.so auth=success cred=cred_err
auth requisite pam_deny.so
auth required pam_permit.so
STACK
cat >"$pam/ok" <<'STACK'
auth [success=ok default=ignore] pam_debug.so auth=success cred=cred_err
auth required pam_permit.so
STACK

# Prints what pamtester says of pam_setcred() with that stack.
setcred() {
	chroot "$tmp/bookworm" pamtester "$1" root authenticate setcred </dev/null 2>&1 |
		grep -i 'cred' | grep '^pamtester: ' || :
}

expect 'success=1, a jump' 'pamtester: credential info has successfully been set.' "$(setcred jump)"
expect 'success=ok' 'pamtester: Failure setting user credentials' "$(setcred ok)"
