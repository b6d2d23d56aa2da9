#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libpam-modules 1.5.2-6+deb12u3 (Debian 12) and 1.7.0-5 (Debian 13).
#
# A module asks for the password and keeps it for the next one, pam_unix.so.  Alice types another
# password first, that of an account elsewhere, and would then type the one of this machine:
#
#   auth optional pam_exec.so expose_authtok quiet /bin/true
#   auth required pam_unix.so OPTION
#
# What comes does not depend on the option, try_first_pass, use_first_pass or none: she is asked once
# and refused.  Only without a module before it is there a difference: use_first_pass does not ask.
#
# An expert would not have guessed it: pam_unix(8) of both versions says that with try_first_pass it
# tries the password of the module before "before prompting the user", and only of use_first_pass that
# it "will never prompt".  So without an option it should ask anew, and with try_first_pass if the first
# one is wrong.  But the module takes what pam_get_authtok() returns, which is the password typed
# before, with whatever option; it asks only if there is none.  So try_first_pass does nothing at all,
# although Debian's own profile has it for the case that another module stands before pam_unix.so.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# The hash of "secret".
# shellcheck disable=SC2016 # no variables
hash='$6$findings$yWPlCZ/kcUeKaZaTHa/q4uqXz5dZnuOqJt.Wa/CR6Bqg9BCm/pGyBfo3MVOZrKi1dx90HGgbvQ11kB50KU9J21'

# try ANSWER... <STACK: authenticates alice, who types these one after the other; prints how often she
# is asked, and what pamtester says.
try() {
	cat >"$system/etc/pam.d/service"
	printf '%s\n' "$@" | chroot "$system" pamtester service alice authenticate 2>&1 |
		awk '{ asked += gsub(/Password: /, ""); said = said $0 } END { print "asked " asked + 0 ": " said }'
}

for release in 'bookworm 1.5.2-6+deb12u3' 'trixie 1.7.0-5'; do
	read -r suite version <<<"$release"
	root "$suite" "libpam-modules=$version" "libpam-modules-bin=$version" pamtester=0.1.2-4 coreutils
	system=$tmp/$suite
	mkdir -p "$system/etc/pam.d"
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'alice:x:1000:1000::/:/bin/sh' >"$system/etc/passwd"
	echo "alice:$hash:19000:0:99999:7:::" >"$system/etc/shadow"
	refused='pamtester: Authentication failure'
	accepted='pamtester: successfully authenticated'
	for option in '' try_first_pass use_first_pass; do
		first='auth optional pam_exec.so expose_authtok quiet /bin/true'
		unix="auth required pam_unix.so nodelay $option"
		expect "$suite, after a module, the right one first, '$option'" "asked 1: $accepted" \
			"$(try secret wrong <<<"$first"$'\n'"$unix")"
		expect "$suite, after a module, the right one second, '$option'" "asked 1: $refused" \
			"$(try wrong secret <<<"$first"$'\n'"$unix")"
	done
	expect "$suite, alone, try_first_pass" "asked 1: $accepted" \
		"$(try secret <<<'auth required pam_unix.so nodelay try_first_pass')"
	expect "$suite, alone, use_first_pass" "asked 0: $refused" \
		"$(try secret <<<'auth required pam_unix.so nodelay use_first_pass')"
done
