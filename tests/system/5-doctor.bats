# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl doctor on a healthy machine and on one with faults.

load system

teardown() {
	# After a failed test.
	rm -f /etc/pam.d/vault /etc/patd/patd.conf.d/doctor.conf
	# systemd does not start a socket while its service runs.
	systemctl stop "${UNITS[@]}"
	systemctl start "${UNITS[@]}"
}

@test "doctor on a healthy machine reports no problem" {
	systemctl start patd.service patd-bus.service
	run patctl doctor
	echo "$output"
	[ "$status" -eq 0 ]
	for line in 'daemon: patd answers on the bus' 'name: user patd-bus owns org.patd.Tokens1' \
		'socket: listening on /run/patd/root.sock' 'socket: listening on /run/patd/user.sock' \
		'socket: listening on /run/patd/front.sock' 'unit: patd-root.socket is enabled' \
		'unit: patd-front.socket is enabled' 'unit: patd-user.socket is enabled' \
		"polkit: polkit knows patd's actions" 'policy: patd uses the current /etc/patd' \
		"key: the key is a credential: only root has access to /etc/credstore.encrypted/patd.key" \
		"database: only user patd has access to /var/lib/patd/patd.db"; do
		grep -qxF "ok       $line" <<<"$output"
	done
	[[ $output =~ ok\ +pam:\ .*login,.*sshd,\ su,.*sudo,.*:\ tokens\ and\ passwords\ are\ accepted ]]
}

@test "doctor by an ordinary user reports what it could not read" {
	run runuser -u alice -- patctl doctor
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^unseen   key: .*; needs root$' <<<"$output"
	grep -q '^unseen   socket: cannot connect to /run/patd/root.sock' <<<"$output"
	grep -q '^ok       pam: ' <<<"$output"
}

@test "doctor warns of a changed configuration until it is reloaded" {
	mkdir -p /etc/patd/patd.conf.d
	echo '# nothing' >/etc/patd/patd.conf.d/doctor.conf
	patctl doctor | grep -q '^warning  policy: .*; systemctl reload patd$'
	systemctl reload patd.service
	patctl doctor | grep -q '^ok       policy: '
}

@test "doctor reports a stopped socket, a readable database and a service that locks out" {
	systemctl stop patd-root.socket
	chmod 0644 /var/lib/patd/patd.db
	printf 'auth required pam_pat.so\n@include common-auth\n' >/etc/pam.d/vault
	run patctl doctor --quiet
	chmod 0600 /var/lib/patd/patd.db
	echo "$output"
	[ "$status" -eq 1 ]
	grep -q '^problem  socket: /run/patd/root.sock does not exist; systemctl enable --now' <<<"$output"
	grep -q "^problem  database: users other than patd have access to /var/lib/patd/patd.db: .* mode 0644" <<<"$output"
	grep -q '^problem  pam: vault: a correct password is refused: /etc/pam.d/vault:1' <<<"$output"
}
