# patctl doctor on a machine that is well, and on one that is not.

load system

teardown() {
	# What a failed test may have left.
	rm -f /etc/pam.d/vault /etc/patd/patd.conf.d/doctor.conf
	# A socket is not opened while the service runs without it.
	systemctl stop patd-root.socket patd-user.socket patd.service
	systemctl start patd-root.socket patd-user.socket patd.service
}

@test "on a machine that is well nothing is a problem" {
	systemctl start patd.service
	run patctl doctor
	echo "$output"
	[ "$status" -eq 0 ]
	for line in 'daemon: patd answers on the bus' 'name: user patd owns org.patd.Tokens1' \
		'socket: /run/patd/root.sock is listened on' 'socket: /run/patd/user.sock is listened on' \
		'unit: patd-root.socket is enabled' 'unit: patd-user.socket is enabled' \
		"polkit: polkit knows patd's actions" 'policy: patd has read what is in /etc/patd' \
		"key: the key is a credential: /etc/credstore.encrypted/patd.key is root's alone" \
		"database: /var/lib/patd/patd.db is patd's alone"; do
		grep -qxF "ok       $line" <<<"$output"
	done
	[[ $output =~ ok\ +pam:\ .*login,.*sshd,\ su,.*sudo,.*:\ tokens\ and\ passwords\ open ]]
}

@test "a user is told the same, but for what only root can see" {
	run runuser -u alice -- patctl doctor
	echo "$output"
	[ "$status" -eq 0 ]
	grep -q '^unseen   key: .*; root may$' <<<"$output"
	grep -q '^unseen   socket: whether something listens on /run/patd/root.sock' <<<"$output"
	grep -q '^ok       pam: ' <<<"$output"
}

@test "a configuration that patd has not read is a warning, until it is reloaded" {
	mkdir -p /etc/patd/patd.conf.d
	echo '# nothing' >/etc/patd/patd.conf.d/doctor.conf
	patctl doctor | grep -q '^warning  policy: .*; systemctl reload patd$'
	systemctl reload patd.service
	patctl doctor | grep -q '^ok       policy: '
}

@test "a socket that nobody listens on, a database for all to read, a service that locks out" {
	systemctl stop patd-root.socket
	chmod 0644 /var/lib/patd/patd.db
	printf 'auth required pam_pat.so\n@include common-auth\n' >/etc/pam.d/vault
	run patctl doctor --quiet
	chmod 0600 /var/lib/patd/patd.db
	echo "$output"
	[ "$status" -eq 1 ]
	grep -q '^problem  socket: /run/patd/root.sock is not there; systemctl enable --now' <<<"$output"
	grep -q "^problem  database: /var/lib/patd/patd.db is not patd's alone: .* mode 0644" <<<"$output"
	grep -q '^problem  pam: vault: a right password does not open: /etc/pam.d/vault:1' <<<"$output"
}
