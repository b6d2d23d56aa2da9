# SPDX-License-Identifier: LGPL-2.1-or-later
# The sandboxes of patd and patd-bus, and what users can see of others.

load system

setup_file() {
	runuser -u alice -- patctl list
}

# status SERVICE FIELD: of /proc/PID/status
status() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$(pid_of "$1")/status"
}

@test "systemd-analyze security rates patd and patd-bus at 0.5 or below" {
	for service in patd patd-bus; do
		score=$(systemd-analyze security --no-pager "$service.service" |
			sed -n 's/.*Overall exposure level for .*: \([0-9]*\.[0-9]\).*/\1/p')
		echo "# exposure of $service: $score" >&3
		[ "${score/./}" -le 5 ]
	done
}

@test "each service runs as its own user without capabilities and with seccomp" {
	for service in patd patd-bus; do
		uid=$(id -u "$service")
		[ "$(status "$service.service" Uid | tr '\t' ' ')" = "$uid $uid $uid $uid" ]
		for set in CapInh CapPrm CapEff CapBnd CapAmb; do
			[ "$(status "$service.service" "$set")" = 0000000000000000 ]
		done
		[ "$(status "$service.service" NoNewPrivs)" = 1 ]
		[ "$(status "$service.service" Seccomp)" = 2 ]
	done
}

@test "neither service dumps core, and patd has locked memory" {
	for service in patd patd-bus; do
		grep -q '^Max core file size *0 *0 ' "/proc/$(pid_of "$service.service")/limits"
	done
	[ "$(status patd.service VmLck | tr -dc 0-9)" -gt 0 ]
}

# The kernel's word, where it counts the swap of a cgroup.
@test "secrecy: nothing of patd and patd-bus is swapped out" {
	for service in patd patd-bus; do
		[ "$(systemctl show -P MemorySwapMax "$service.service")" = 0 ]
		max=/sys/fs/cgroup$(systemctl show -P ControlGroup "$service.service")/memory.swap.max
		[ ! -e "$max" ] || [ "$(cat "$max")" = 0 ]
	done
}

@test "separation: patd runs under its AppArmor profile in enforce mode" {
	[ -e /sys/kernel/security/apparmor/profiles ] || skip "the kernel has no AppArmor"
	[ "$(cat "/proc/$(patd_pid)/attr/current")" = "patd (enforce)" ]
}

# By the shell, which may do what patd may do, and as root, whom no mode of a file stops.
@test "separation: the AppArmor profile keeps patd to its own files" {
	[ -e /sys/kernel/security/apparmor/profiles ] || skip "the kernel has no AppArmor"
	confined() {
		aa-exec --profile=patd -- /bin/sh -c "$1"
	}
	confined 'read line </etc/patd/patd.conf'
	for own in /var/lib/patd /var/tmp; do
		runuser -u patd -- aa-exec --profile=patd -- /bin/sh -c ": >$own/etilqs_test"
		rm "$own/etilqs_test"
	done
	for never in 'read line </etc/shadow' 'read line </etc/ssh/ssh_host_ed25519_key' \
		'read line </etc/credstore.encrypted/patd.key' 'read line </root/.profile' \
		': >>/etc/patd/patd.conf' ': >/etc/pam.d/patd-was-here' ': >/run/patd/other' \
		'/bin/true' '/usr/bin/patctl list'; do
		run confined "$never"
		echo "$never: $output"
		[ "$status" -ne 0 ]
		[[ $output == *"ermission denied"* ]]
	done
}

@test "availability: patd does not link libdbus, and is not on the bus" {
	run ! grep -q libdbus "/proc/$(patd_pid)/maps"
	run ! grep -qw "$(patd_pid)" <(busctl list --no-legend)
	[ "$(busctl status org.patd.Tokens1 | sed -n 's/^PID=//p')" = "$(pid_of patd-bus.service)" ]
}

@test "separation: patd-bus cannot read the state of patd" {
	run ! setpriv --reuid=patd-bus --regid=patd-bus --clear-groups ls /var/lib/patd
}

@test "the state is owned by patd and inaccessible to others" {
	[ "$(stat -c '%A %U:%G' /var/lib/patd)" = "drwx------ patd:patd" ]
	run find /var/lib/patd -mindepth 1 \
		! \( -user patd -group patd \( -type f -perm 0600 -o -type d -perm 0700 \) \)
	echo "$output"
	[ -z "$output" ]
}

@test "users patd and patd-bus have no shell and no password" {
	for user in patd patd-bus; do
		[ "$(getent passwd "$user" | cut -d: -f7)" = /usr/sbin/nologin ]
		[[ $(getent shadow "$user" | cut -d: -f2) == [!*]* ]]
	done
}

@test "users list and show only their own tokens" {
	mine=$(token visible bob)
	theirs=$(token hidden alice)
	run runuser -u bob -- patctl list --no-legend
	[ "$status" -eq 0 ]
	[[ $output == *visible* ]]
	[[ $output != *alice* && $output != *hidden* ]]
	runuser -u bob -- patctl show "$(id_of "$mine")"
	run runuser -u bob -- patctl show "$(id_of "$theirs")"
	[ "$status" -eq 4 ]
	run runuser -u bob -- patctl revoke "$(id_of "$theirs")"
	[ "$status" -eq 4 ]
	run runuser -u bob -- patctl list --all
	[ "$status" -eq 5 ]
	run runuser -u bob -- patctl list --user=alice
	[ "$status" -eq 5 ]
	by_su alice "$theirs"
}

@test "a user revokes and deletes its own token" {
	mine=$(token ended bob)
	runuser -u bob -- patctl revoke ended
	run ! by_su bob "$mine"
	runuser -u bob -- patctl delete --yes ended
}

@test "availability: root.sock and front.sock are inaccessible to ordinary users" {
	# shellcheck disable=SC2016 # for Perl
	run runuser -u bob -- perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or die;
		print connect($s, sockaddr_un("/run/patd/$_")) ? "in" : $!, "\n" for @ARGV' \
		root.sock front.sock user.sock
	[ "$output" = $'Permission denied\nPermission denied\nin' ]
}
