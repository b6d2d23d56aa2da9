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
	printf '[tokens]\nmax_tokens = 77\n' >/etc/patd/patd.conf.d/doctor.conf
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
	grep -q '^problem  socket: /run/patd/root.sock does not exist; systemctl stop patd.service' <<<"$output"
	grep -q "^problem  database: users other than patd have access to /var/lib/patd/patd.db: .* mode 0644" <<<"$output"
	grep -q '^problem  pam: vault: a correct password is refused: /etc/pam.d/vault:1' <<<"$output"
}

# The sockets are there, and serve root and users.
sockets_serve() {
	local found socket
	found=$(patctl doctor) || :
	for socket in root front user; do
		grep -qxF "ok       socket: listening on /run/patd/$socket.sock" <<<"$found" || return
	done
	runuser -u alice -- patctl list
}

@test "the remedies of doctor for sockets heal, whether patd runs or not" {
	for socket in root front user; do
		for running in yes no; do
			for fault in "rm /run/patd/$socket.sock" "systemctl stop patd-$socket.socket"; do
				systemctl start patd.service patd-bus.service
				[ "$running" = yes ] || systemctl stop patd.service patd-bus.service
				$fault
				heal "/run/patd/$socket.sock does not exist"
				sockets_serve
			done
		done
		systemctl start patd.service patd-bus.service
		chmod 0640 "/run/patd/$socket.sock"
		heal "/run/patd/$socket.sock is not a socket owned by"
		sockets_serve
	done
}

@test "doctor does not start the socket that it reports as missing" {
	for socket in root front user; do
		systemctl stop "${UNITS[@]}"
		systemctl start "${SOCKETS[@]}"
		systemctl stop "patd-$socket.socket"
		run patctl doctor --quiet
		grep -q "socket: /run/patd/$socket.sock does not exist" <<<"$output"
		run runuser -u alice -- patctl doctor --quiet
		grep -q "socket: /run/patd/$socket.sock does not exist" <<<"$output"
		run patctl doctor --quiet
		grep -q "socket: /run/patd/$socket.sock does not exist" <<<"$output"
		run ! systemctl is-active "patd-$socket.socket"
	done
}

@test "the remedies of doctor for units, files and settings heal" {
	systemctl disable patd-user.socket
	heal "patd-user.socket does not start at boot"
	systemctl mask patd.service
	heal "patd.service is masked"
	systemctl mask patd-root.socket
	heal "patd-root.socket is masked"
	chmod 0777 /run/patd
	heal "users other than root can write /run/patd"
	chmod 0755 /var/lib/patd
	heal "other users have access to /var/lib/patd"
	chmod 0644 /var/lib/patd/patd.db
	heal "users other than patd have access to /var/lib/patd/patd.db"
	chmod 0644 /etc/credstore.encrypted/patd.key
	heal "users other than root have access to /etc/credstore.encrypted/patd.key"
	mkdir -p /etc/patd/patd.conf.d
	printf '[tokens]\nmax_tokens = 77\n' >/etc/patd/patd.conf.d/doctor.conf
	heal "/etc/patd was changed since patd read it"
	rm /etc/patd/patd.conf.d/doctor.conf
	systemctl reload patd.service
	pam-auth-update --disable pat
	heal "no service accepts tokens"
	pam-auth-update --disable pat-password
	heal "a login with a token can change the password"
}

@test "the remedy of doctor for a missing user heals" {
	cp -a /etc/passwd /etc/group /etc/shadow /var/tmp
	sed -i '/^patd-bus:/d' /etc/passwd /etc/group /etc/shadow
	heal "there is no user patd-bus"
	cp -a /var/tmp/passwd /var/tmp/group /var/tmp/shadow /etc
}

@test "the remedies of doctor for the ageing of service accounts heal" {
	useradd --system aged
	patctl generate -q aged --user=aged >/dev/null
	chage -d 2020-01-01 -M 90 aged
	heal "user aged has tokens, which are refused: the password has expired"
	chage -E 0 aged
	heal "user aged has tokens, which are refused: the account has expired"
	chage -d 0 aged
	heal "user aged has tokens, which are refused: the password must be changed"
	# userdel would revoke the token.
	sed -i '/^aged:/d' /etc/passwd /etc/shadow
	heal "user aged does not exist, and"
}

@test "a masked patd exits 8 for root and for users, and one that cannot start says why at once" {
	systemctl stop "${UNITS[@]}"
	systemctl mask patd.service
	run -8 patctl list
	run -8 runuser -u alice -- patctl list
	systemctl unmask patd.service
	systemctl stop "${UNITS[@]}"
	systemctl start "${SOCKETS[@]}"
	systemctl mask patd-bus.service
	run -8 runuser -u alice -- patctl list
	systemctl unmask patd-bus.service
	systemctl stop "${UNITS[@]}"
	systemctl start "${SOCKETS[@]}"

	mkdir -p /etc/patd/patd.conf.d
	printf '[tokens]\nmax_lifetime = 30\n' >/etc/patd/patd.conf.d/doctor.conf
	run -8 patctl list
	[[ $output == *"patd does not start: /etc/patd/patd.conf.d/doctor.conf:2: max_lifetime cannot be"* ]]
	run -8 runuser -u alice -- patctl list
	[[ $output == *"patd does not start: /etc/patd/patd.conf.d/doctor.conf:2: max_lifetime cannot be"* ]]
	run -1 patctl doctor
	[[ $output == *"policy: patd refuses its configuration: /etc/patd/patd.conf.d/doctor.conf:2:"* ]]
	rm /etc/patd/patd.conf.d/doctor.conf
	patctl list
}

@test "the remedies of doctor for pam_faillock and for sudo heal" {
	local token now bit
	mkdir -p /run/faillock
	now=$(date +%s)
	for _ in 1 2 3; do
		# A record of 64 bytes that is valid, and its time.
		head -c 54 /dev/zero
		printf '\1\0'
		for bit in 0 8 16 24 32 40 48 56; do
			printf '%b' "\\x$(printf %x $((now >> bit & 255)))"
		done
	done >/run/faillock/alice
	heal "pam_faillock counts 3 wrong passwords of user alice"

	token=$(token remembered alice)
	# Without -k, as people type it.
	[ "$(printf '%s\n' "$token" | runuser -u alice -- sudo -S -p '' id -un)" = root ]
	patctl revoke remembered --user=alice
	heal "was revoked, and sudo may still remember a login with it"
	patctl delete -y remembered --user=alice
}
