# SPDX-License-Identifier: LGPL-2.1-or-later
# Installation of the packages on a running machine.

load system

@test "passwords are accepted by ssh, sudo, su and login before installation" {
	cp -a /etc/pam.d /var/tmp/pam.d.before
	accepted alice "$PASSWORD"
	by_ssh_interactive alice "$PASSWORD"
	by_console alice "$PASSWORD"
}

@test "apt installs the packages" {
	apt_get install /packages/*.deb
}

@test "both sockets listen with their modes after installation" {
	systemctl is-active patd-root.socket patd-front.socket patd-user.socket
	systemctl is-enabled patd-root.socket patd-front.socket patd-user.socket
	[ "$(stat -c '%A %U:%G' /run/patd)" = "drwxr-xr-x root:root" ]
	[ "$(stat -c '%A %U:%G' /run/patd/root.sock)" = "srw------- root:root" ]
	[ "$(stat -c '%A %U:%G' /run/patd/user.sock)" = "srw-rw-rw- root:root" ]
}

@test "patd is inactive until its first use" {
	[ "$(systemctl is-active patd.service)" = inactive ]
}

@test "systemd-analyze verify accepts the units" {
	systemd-analyze verify --man=no patd.service patd-root.socket patd-front.socket patd-user.socket
}

@test "installation adds the module before pam_unix and changes nothing else of PAM" {
	run diff -r /var/tmp/pam.d.before /etc/pam.d
	echo "$output"
	[ "$(grep -c '^diff' <<<"$output")" -eq 1 ]
	[[ $(grep -m 1 '^auth' /etc/pam.d/common-auth) == *"[success=2 default=ignore]"*pam_pat.so* ]]
	grep -q '^auth.*success=1 default=ignore.*pam_unix.so nullok try_first_pass' \
		/etc/pam.d/common-auth
}

@test "the first call on the bus starts patd" {
	[ "$(systemctl is-active patd.service)" = inactive ]
	patctl list
	systemctl is-active patd.service
}

@test "a call on the bus starts patd and its stopped sockets" {
	systemctl stop patd.service patd-root.socket patd-front.socket patd-user.socket
	patctl list
	systemctl is-active patd.service patd-root.socket patd-front.socket patd-user.socket
}

@test "the first login with a token starts patd" {
	token=$(token first alice)
	systemctl stop patd.service
	by_su alice "$token"
	systemctl is-active patd.service
}

@test "a login with a password does not start patd" {
	systemctl stop patd.service
	by_su alice "$PASSWORD"
	[ "$(systemctl is-active patd.service)" = inactive ]
}

@test "no unit has failed after installation" {
	no_failed_units
}
