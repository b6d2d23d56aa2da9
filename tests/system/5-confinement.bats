# SPDX-License-Identifier: LGPL-2.1-or-later
# The sandbox of patd, and what users can see of others.

load system

setup_file() {
	patctl list
}

# status FIELD: of /proc/PID/status of patd
status() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(patd_pid)/status"
}

@test "systemd-analyze security rates patd at 1.0 or below" {
	score=$(systemd-analyze security --no-pager patd.service |
		sed -n 's/.*Overall exposure level for patd.service: \([0-9]*\.[0-9]\).*/\1/p')
	echo "# exposure: $score" >&3
	[ "${score/./}" -le 10 ]
}

@test "patd runs as user patd without capabilities and with seccomp" {
	uid=$(id -u patd)
	[ "$(status Uid | tr '\t' ' ')" = "$uid $uid $uid $uid" ]
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		[ "$(status "$set")" = 0000000000000000 ]
	done
	[ "$(status NoNewPrivs)" = 1 ]
	[ "$(status Seccomp)" = 2 ]
}

@test "patd has a core limit of 0 and locked memory" {
	grep -q '^Max core file size *0 *0 ' "/proc/$(patd_pid)/limits"
	[ "$(status VmLck | tr -dc 0-9)" -gt 0 ]
}

@test "the state is owned by patd and inaccessible to others" {
	[ "$(stat -c '%A %U:%G' /var/lib/patd)" = "drwx------ patd:patd" ]
	run find /var/lib/patd -mindepth 1 \
		! \( -user patd -group patd \( -type f -perm 0600 -o -type d -perm 0700 \) \)
	echo "$output"
	[ -z "$output" ]
}

@test "user patd has no shell and no password" {
	[ "$(getent passwd patd | cut -d: -f7)" = /usr/sbin/nologin ]
	[[ $(getent shadow patd | cut -d: -f2) == [!*]* ]]
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

@test "root.sock is inaccessible to ordinary users" {
	# shellcheck disable=SC2016 # for Perl
	run runuser -u bob -- perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_SEQPACKET, 0) or die;
		print connect($s, sockaddr_un("/run/patd/$_")) ? "in" : $!, "\n" for @ARGV' \
		root.sock user.sock
	[ "$output" = $'Permission denied\nin' ]
}
