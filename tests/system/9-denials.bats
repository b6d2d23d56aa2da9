# SPDX-License-Identifier: LGPL-2.1-or-later
# What AppArmor has denied to patd in all of these tests, where the kernel has it.

load system

# denied PATTERN: what the journal has of it that matches
denied() {
	journalctl --sync
	journalctl --quiet --no-pager -o cat --grep="apparmor=\"DENIED\".* profile=\"patd(//.*)?\"$1"
}

@test "separation: the AppArmor profile has denied nothing that patd does" {
	[ -e /sys/kernel/security/apparmor/profiles ] || skip "the kernel has no AppArmor"
	# Of root, as in 5-confinement: the journal has it.
	run ! aa-exec --profile=patd -- /bin/sh -c 'read line </etc/shadow'
	wait_until denied '.* name="/etc/shadow".* fsuid=0 '
	run denied '(?!.* fsuid=0 )'
	echo "$output"
	[ -z "$output" ]
}
