# SPDX-License-Identifier: LGPL-2.1-or-later
# What AppArmor has denied to patd in all of these tests, where the kernel has it.

load system

@test "separation: the AppArmor profile has denied nothing that patd does" {
	[ -e /sys/kernel/security/apparmor/profiles ] || skip "the kernel has no AppArmor"
	journalctl --sync
	# But what 5-confinement tries as root.
	run journalctl --quiet --no-pager -o cat \
		--grep='apparmor="DENIED".*profile="patd(//.*)?"(?!.* fsuid=0 )'
	echo "$output"
	[ -z "$output" ]
}
