#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# sudo 1.9.13p3-1+deb12u4 (Debian 12) and 1.9.16p2-3+deb13u5 (Debian 13).
#
# While a PAM module of sudo works, as one that waits for a second factor or a person, sudo is told to
# end: by Ctrl-C, because its terminal is closed, or by kill.  It goes on, and acts on the signal when
# PAM is done.  When that is differs by the signal, and by the result of PAM:
#
#   INT, then PAM refuses: calls of PAM: 1, status 1, the command did not run
#   INT, then PAM accepts: calls of PAM: 1, status 130, the command did not run
#   HUP, then PAM refuses: calls of PAM: 3, status 1, the command did not run
#   HUP, then PAM accepts: calls of PAM: 1, status 129, the command did not run
#   TERM, then PAM refuses: calls of PAM: 3, status 1, the command did not run
#   TERM, then PAM accepts: calls of PAM: 1, status 143, the command did not run
#
# An expert would not have guessed it: su and doas, which leave the signals alone, are gone at once, and
# sudo(8) says of signals only how it relays them to the command.  So a sudo whose terminal is closed,
# or that was killed, authenticates twice more, for a command that it will not run whatever the answer
# is; and a module that waits for a person has to look for pending signals itself, or asks for minutes
# about a program that nobody waits for.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# unpack SUITE VERSION: sudo for alice, whose PAM module counts its calls and then waits
unpack() {
	root "$1" "sudo=$2" libpam-modules libpam-modules-bin dash coreutils
	system=$tmp/$1
	printf '%s\n' 'root:x:0:0::/:/bin/sh' 'alice:x:1000:1000::/:/bin/sh' >"$system/etc/passwd"
	printf '%s\n' 'root:x:0:' 'alice:x:1000:' >"$system/etc/group"
	printf '%s\n' 'root:*:19000::::::' 'alice:*:19000::::::' >"$system/etc/shadow"
	printf '%s\n' 'Defaults !lecture' 'alice ALL=(ALL) ALL' >"$system/etc/sudoers"
	chmod 0440 "$system/etc/sudoers"
	printf '%s\n' 'auth [success=1 default=ignore] pam_exec.so quiet expose_authtok /module' \
		'auth requisite pam_deny.so' 'auth required pam_permit.so' \
		'account required pam_permit.so' 'session required pam_permit.so' >"$system/etc/pam.d/sudo"
	# shellcheck disable=SC2016 # a variable of that script
	printf '%s\n' '#!/bin/sh' 'echo called >>/calls' 'echo >/waits' 'read result </result' \
		'exit $result' >"$system/module"
	chmod 0755 "$system/module"
	mkfifo "$system/waits" "$system/result"
	# The module has the real user of sudo.
	chmod 0777 "$system" "$system/waits" "$system/result"
}

# run SIGNAL RESULT: sends it to sudo while the module waits, which then has that result, each time that
# it is called
run() {
	local sudo status=0
	rm -rf "$system/calls" "$system/ran" "$system/run/sudo"
	# The shell has its jobs ignore SIGINT.
	env --default-signal=INT chroot --userspec=1000:1000 "$system" \
		/usr/bin/sudo -S /usr/bin/touch /ran <<<$'one\ntwo\nthree' &>/dev/null &
	sudo=$!
	read -r <"$system/waits"
	kill "-$1" "$sudo"
	echo "$2" >"$system/result"
	# The further calls, until sudo ends.
	while read -r <"$system/waits"; do
		echo "$2" >"$system/result"
	done &
	wait "$sudo" || status=$?
	kill "$!" 2>/dev/null || :
	printf 'calls of PAM: %s, status %s, the command %s\n' "$(wc -l <"$system/calls")" "$status" \
		"$([ -e "$system/ran" ] && echo ran || echo 'did not run')"
}

for release in 'bookworm 1.9.13p3-1+deb12u4' 'trixie 1.9.16p2-3+deb13u5'; do
	read -r suite version <<<"$release"
	unpack "$suite" "$version"
	expect "$suite, no signal, then PAM accepts" 'calls of PAM: 1, status 0, the command ran' \
		"$(run 0 0)"
	expect "$suite, INT, then PAM refuses" 'calls of PAM: 1, status 1, the command did not run' \
		"$(run INT 1)"
	expect "$suite, INT, then PAM accepts" 'calls of PAM: 1, status 130, the command did not run' \
		"$(run INT 0)"
	expect "$suite, HUP, then PAM refuses" 'calls of PAM: 3, status 1, the command did not run' \
		"$(run HUP 1)"
	expect "$suite, HUP, then PAM accepts" 'calls of PAM: 1, status 129, the command did not run' \
		"$(run HUP 0)"
	expect "$suite, TERM, then PAM refuses" 'calls of PAM: 3, status 1, the command did not run' \
		"$(run TERM 1)"
	expect "$suite, TERM, then PAM accepts" 'calls of PAM: 1, status 143, the command did not run' \
		"$(run TERM 0)"
done
