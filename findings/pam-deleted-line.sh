#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libpam-runtime 1.5.2-6+deb12u3 (Debian 12).
#
# An administrator wants no "session opened" in the log for each job of cron, and takes the line of
# pam_unix.so out of common-session-noninteractive by hand.  pam-auth-update --package, which scripts
# of packages run, then does one of two things.  If the line was deleted, it is there again, without
# a word.  If it was commented out, it stays so, but pam-auth-update changes none of the files any
# more, also not those of the other types; it says so on stderr, and exits 0:
#
#   deleted: exit 0
#   lines of pam_unix.so: 1
#   commented out: pam-auth-update: Local modifications to /etc/pam.d/common-*, not updating. [...]
#   lines of pam_unix.so: 0
#   a module that another profile adds to common-session: 0
#
# But the line of pam_mkhomedir.so, deleted by hand in the same way, stays deleted.
#
# An expert would not have guessed it: to comment a line out and to delete it are the same to PAM,
# and pam-auth-update(8) speaks only of options and of modules that were added.  A deleted line is
# taken for the choice to disable its profile, but only if no other line of the profile is left in
# any of the files: pam_mkhomedir.so has one line, pam_unix.so has five.  And a comment between the
# lines counts as a module that was added.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# pam-auth-update asks debconf, which needs the package's questions.
# shellcheck disable=SC2016,SC2034 # $1 is the folder, for the hook; root uses the variable
options=(--extract-hook='dpkg-deb --info "$1"/var/cache/apt/archives/libpam-runtime_*.deb templates \
	>"$1"/var/lib/dpkg/info/libpam-runtime.templates')
root bookworm libpam-runtime=1.5.2-6+deb12u3 coreutils perl-base
pam=$tmp/bookworm/etc/pam.d
state=$tmp/bookworm/var/lib/pam
echo 'root:x:0:0::/:/bin/false' >"$tmp/bookworm/etc/passwd"

# update [OPTION]...: what a package's script runs; prints what it says, and its status.
update() {
	DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$tmp/bookworm" pam-auth-update --package "$@" 2>&1
	echo "exit $?"
}
# count TYPE MODULE: prints how many lines for it common-TYPE has.
count() { grep -c "^session.*$2" "$pam/common-$1" || :; }

expect 'pam-auth-update --force' 'exit 0' "$(update --force)" # as at the installation of libpam-runtime
expect 'lines of pam_unix.so' 1 "$(count session-noninteractive pam_unix.so)"
cp -a "$pam" "$tmp/pam.before"
cp -a "$state" "$tmp/state.before"

sed -i '/^session.*pam_unix\.so/d' "$pam/common-session-noninteractive"
expect 'lines of pam_unix.so, one deleted' 0 "$(count session-noninteractive pam_unix.so)"
expect 'deleted' 'exit 0' "$(update)"
expect 'lines of pam_unix.so' 1 "$(count session-noninteractive pam_unix.so)"
expect 'with a profile enabled' 'exit 0' "$(update --enable mkhomedir)"
expect 'a module that another profile adds to common-session' 1 "$(count session pam_mkhomedir.so)"

sed -i '/^session.*pam_mkhomedir\.so/d' "$pam/common-session"
expect 'deleted, the only line of a profile' 'exit 0' "$(update)"
expect 'lines of pam_mkhomedir.so' 0 "$(count session pam_mkhomedir.so)"

rm -r "$pam" "$state"
mv "$tmp/pam.before" "$pam"
mv "$tmp/state.before" "$state"
sed -i 's/^session.*pam_unix\.so/# &/' "$pam/common-session-noninteractive"
refusal='
pam-auth-update: Local modifications to /etc/pam.d/common-*, not updating.
pam-auth-update: Run pam-auth-update --force to override.

exit 0'
expect 'commented out' "$refusal" "$(update)"
expect 'lines of pam_unix.so' 0 "$(count session-noninteractive pam_unix.so)"
expect 'with a profile enabled' "$refusal" "$(update --enable mkhomedir)"
expect 'a module that another profile adds to common-session' 0 "$(count session pam_mkhomedir.so)"
