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

@test "the sockets listen with their modes after installation" {
	systemctl is-active "${SOCKETS[@]}"
	systemctl is-enabled "${SOCKETS[@]}"
	[ "$(stat -c '%A %U:%G' /run/patd)" = "drwxr-xr-x root:root" ]
	[ "$(stat -c '%A %U:%G' /run/patd/root.sock)" = "srw------- root:root" ]
	[ "$(stat -c '%A %U:%G' /run/patd/front.sock)" = "srw------- patd-bus:patd-bus" ]
	[ "$(stat -c '%A %U:%G' /run/patd/user.sock)" = "srw-rw-rw- root:root" ]
}

@test "patd and patd-bus are inactive until their first use" {
	[ "$(systemctl is-active patd.service)" = inactive ]
	[ "$(systemctl is-active patd-bus.service)" = inactive ]
}

@test "systemd-analyze verify accepts the units" {
	systemd-analyze verify --man=no "${UNITS[@]}"
}

@test "installation adds a line before pam_unix and one each for passwords and sessions, and no more to PAM" {
	run diff -r /var/tmp/pam.d.before /etc/pam.d
	echo "$output"
	[ "$(grep -c '^diff' <<<"$output")" -eq 4 ]
	[ "$(grep -c '^> [a-z].*pam_pat' <<<"$output")" -eq 4 ]
	line='[success=2 auth_err=die authinfo_unavail=die default=ignore]'
	[[ $(grep -m 1 '^auth' /etc/pam.d/common-auth) == *"$line"*pam_pat.so* ]]
	[[ $(grep '^password' /etc/pam.d/common-password | tail -n 1) == \
		*'[perm_denied=die default=ignore]'*pam_pat.so* ]]
	grep -q '^auth.*success=1 default=ignore.*pam_unix.so nullok try_first_pass' \
		/etc/pam.d/common-auth
	grep -q '^session.*pam_systemd.so' /etc/pam.d/common-session
	for file in common-session common-session-noninteractive; do
		[[ $(grep '^session' "/etc/pam.d/$file" | tail -n 1) == \
			*'[success=ok perm_denied=die default=ignore]'*pam_pat.so* ]]
	done
}

@test "root's patctl starts patd and not patd-bus" {
	patctl list
	systemctl is-active patd.service
	[ "$(systemctl is-active patd-bus.service)" = inactive ]
}

@test "the first call on the bus starts patd-bus and patd" {
	systemctl stop patd.service
	runuser -u alice -- patctl list
	systemctl is-active patd-bus.service patd.service
}

@test "a call on the bus starts patd-bus, patd and their stopped sockets" {
	systemctl stop "${UNITS[@]}"
	runuser -u alice -- patctl list
	systemctl is-active "${UNITS[@]}"
}

@test "the first login with a token starts patd" {
	token=$(token first alice)
	systemctl stop patd-bus.service patd.service
	by_su alice "$token"
	systemctl is-active patd.service
	[ "$(systemctl is-active patd-bus.service)" = inactive ]
}

@test "a login with a password does not start patd" {
	systemctl stop patd.service
	by_su alice "$PASSWORD"
	[ "$(systemctl is-active patd.service)" = inactive ]
}

@test "no unit has failed after installation" {
	no_failed_units
}
