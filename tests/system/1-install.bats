# The packages go onto a machine that runs.

load system

@test "before, passwords open ssh, sudo, su and the console" {
	cp -a /etc/pam.d /var/tmp/pam.d.before
	accepted alice "$PASSWORD"
	by_ssh_interactive alice "$PASSWORD"
	by_console alice "$PASSWORD"
}

@test "apt installs the packages" {
	DEBIAN_FRONTEND=noninteractive apt-get install --yes /packages/*.deb
}

@test "both sockets listen, each for those it is for" {
	systemctl is-active patd-root.socket patd-user.socket
	systemctl is-enabled patd-root.socket patd-user.socket
	[ "$(stat -c '%A %U:%G' /run/patd)" = "drwxr-xr-x root:root" ]
	[ "$(stat -c '%A %U:%G' /run/patd/root.sock)" = "srw------- root:root" ]
	[ "$(stat -c '%A %U:%G' /run/patd/user.sock)" = "srw-rw-rw- root:root" ]
}

@test "patd waits to be needed" {
	[ "$(systemctl is-active patd.service)" = inactive ]
}

@test "the units are free of mistakes" {
	systemd-analyze verify --man=no patd.service patd-root.socket patd-user.socket
}

@test "the module stands before the password, and nothing else of PAM is changed" {
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

@test "a call on the bus starts patd and its sockets, when all were stopped" {
	systemctl stop patd.service patd-root.socket patd-user.socket
	patctl list
	systemctl is-active patd.service patd-root.socket patd-user.socket
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

@test "no unit has failed" {
	run systemctl list-units --failed --no-legend
	echo "$output"
	[ -z "$output" ]
}
