# SPDX-License-Identifier: LGPL-2.1-or-later
# Machines that are cloned, containers without credentials, and a patd that cannot start.

load system

SEALED=/etc/credstore.encrypted/patd.key
FILE=/var/lib/patd/key
BACKUP=/root/machines.backup
NO_NESTING=/run/systemd/system/service.d/zzz-lxc-service.conf

setup_file() {
	systemctl stop "${UNITS[@]}"
	systemctl start "${SOCKETS[@]}"
	TOKEN=$(token machines alice)
	export TOKEN
	rm -f "$BACKUP"
	patctl backup "$BACKUP"
	systemctl stop "${UNITS[@]}"
	cp -a /var/lib/patd /var/tmp/patd.machines
	cp -a "$SEALED" /var/tmp/machines.key
	cp -a /var/lib/systemd/credential.secret /var/tmp/machines.secret
	cp -a /etc/machine-id /var/tmp/machines.id
	systemctl start "${SOCKETS[@]}"
}

# Restores the state and the key for the next test.
restore_machine() {
	rm -rf "$NO_NESTING" /run/systemd/system/patd{,-bus}.service.d \
		/run/systemd/system/patd-root.socket.d /etc/patd/patd.conf.d/machines.conf
	systemctl daemon-reload
	systemctl stop "${UNITS[@]}"
	! mountpoint -q /var/lib/patd || umount /var/lib/patd
	rm -rf /var/lib/patd "$SEALED" "$SEALED".* /run/patd/key-*
	cp -a /var/tmp/patd.machines /var/lib/patd
	cp -a /var/tmp/machines.key "$SEALED"
	set_machine_id /var/tmp/machines.id
	cp -a /var/tmp/machines.secret /var/lib/systemd/credential.secret
	systemctl reset-failed
	systemctl start "${SOCKETS[@]}"
}

teardown() {
	restore_machine
}

teardown_file() {
	rm -rf /var/tmp/patd.machines /var/tmp/machines.* "$BACKUP" /var/lib/patd/before-restore-*
}

# As LXC and Incus write it into containers without nesting.
no_nesting() {
	mkdir -p "${NO_NESTING%/*}"
	printf '[Service]\nLoadCredential=\n' >"$NO_NESTING"
	systemctl daemon-reload
}

nesting() {
	rm "$NO_NESTING"
	systemctl daemon-reload
}

unsealed() {
	systemd-creds decrypt --name=patd.key "$SEALED" - 2>/dev/null
}

key_to_file() {
	(umask 077 && unsealed >"$FILE")
	chown patd:patd "$FILE"
}

# systemd of the container keeps the file where nspawn has bound it
set_machine_id() {
	cat "$1" >/etc/machine-id
}

new_machine_id() {
	tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
}

no_patd() {
	systemctl stop "${UNITS[@]}"
	rm -rf /var/lib/patd "$SEALED"*
	systemctl start "${SOCKETS[@]}"
}

# starts: how often systemd started patd since mark_journal()
starts() {
	journalctl --sync
	# With --unit the first entry after the cursor would be left out (systemd 252).
	journalctl --quiet --after-cursor="$MARK" -o cat | grep -c '^Starting patd.service' || :
}

# settled: nobody tries to start patd any more
settled() {
	[ "$(systemctl show --value --property=ActiveState patd.service)" = failed ] &&
		! systemctl --quiet is-active patd-bus.service &&
		! systemctl list-jobs | grep -Eq ' patd(-bus|-key)?[.]service '
}

# connect_and_leave N: as clients that have given up
connect_and_leave() {
	# shellcheck disable=SC2016 # for Perl
	perl -MSocket -e '
		for (1 .. shift) {
			socket(my $socket, AF_UNIX, SOCK_SEQPACKET, 0) or die;
			connect($socket, pack_sockaddr_un("/run/patd/root.sock")) or die "connect: $!";
		}' "$1"
}

started() {
	[ "$(starts)" -gt 0 ]
}

# refused_at_once: and not after the 3 seconds that a login waits
refused_at_once() {
	mark_journal
	! by_su alice "$TOKEN" &&
		logged "unavailable \(patd closed the connection\): token=$(id_of "$TOKEN") user=alice service=su "
}

# cannot_start REASON: patctl and doctor say it at once, logins do not wait, and systemd does not go on
# to start patd, neither for a patd-bus that was connected nor for clients that have left
cannot_start() {
	run -8 patctl list
	echo "$output"
	[[ $output == *"$1"* ]]
	run -8 runuser -u alice -- patctl list
	echo "$output"
	[[ $output == *"$1"* ]]
	run -1 patctl doctor
	echo "$output"
	[[ $output == *"problem  daemon: "*"$1"* ]]
	wait_until settled
	wait_until refused_at_once
	wait_until settled
	mark_journal
	run ! by_su alice "$TOKEN"
	by_su alice "$PASSWORD"
	wait_until settled
	[ "$(starts)" -le 2 ]
	mark_journal
	connect_and_leave 5
	wait_until started
	wait_until settled
	[ "$(starts)" -le 5 ]
	systemctl is-active "${SOCKETS[@]}"
}

# --- a unit that gets no credentials -----------------------------------------------------------

@test "no key is sealed for a unit that gets no credentials, and tokens are accepted after restarts" {
	no_patd
	no_nesting
	token=$(token contained alice)
	[ -e "$FILE" ]
	[ ! -e "$SEALED" ]
	systemctl restart patd.service
	by_su alice "$token"
	[ -e "$FILE" ]
	[ ! -e "$SEALED" ]
	run patctl doctor
	grep -q "^ok       key: only user patd has access to $FILE" <<<"$output"
}

@test "a key file is sealed and removed once the unit gets credentials" {
	no_patd
	no_nesting
	token=$(token contained alice)
	nesting
	systemctl restart patd.service
	[ ! -e "$FILE" ]
	[ -e "$SEALED" ]
	by_su alice "$token"
}

@test "a sealed key that the unit does not get is named with the drop-in, and the remedy of doctor heals" {
	systemctl stop patd.service
	no_nesting
	mark_journal
	run -8 patctl list
	[[ $output == *"patd does not start: the key is missing"*"patctl doctor"* ]]
	logged "sealed in $SEALED, because $NO_NESTING empties LoadCredential="
	run -1 patctl doctor --quiet
	[[ $output == *"key: patd.service is not given the key that is sealed in $SEALED: $NO_NESTING empties"* ]]
	[ -e "$SEALED" ]
	found=$(grep -F "key: patd.service is not given" <<<"$output")
	# What cannot be decrypted leaves no file: patd would take it for a key.
	mv "$SEALED" /run/sealed
	run ! bash -ec "${found#*LoadCredential=; }"
	[ ! -e "$FILE" ]
	mv /run/sealed "$SEALED"
	bash -ec "${found#*LoadCredential=; }"
	by_su alice "$TOKEN"
	# The rescue is not undone by the next start, nor by credentials later.
	systemctl restart patd.service
	by_su alice "$TOKEN"
	[ -e "$FILE" ]
	run patctl doctor --quiet
	[[ $output == *"warning  key: patd.service is not given the key that is sealed"* ]]
	nesting
	systemctl restart patd.service
	by_su alice "$TOKEN"
	[ ! -e "$FILE" ]
}

@test "a drop-in after the one that empties LoadCredential= gives the key back" {
	systemctl stop patd.service
	no_nesting
	mkdir -p /run/systemd/system/patd.service.d
	printf '[Service]\nLoadCredentialEncrypted=patd.key\n' >/run/systemd/system/patd.service.d/zzzz.conf
	systemctl daemon-reload
	key_to_file
	by_su alice "$TOKEN"
	[ ! -e "$FILE" ]
	patctl doctor | grep -q "^ok       key: the key is a credential"
	rm -r /run/systemd/system/patd.service.d
}

@test "tokens are accepted after a restore in a container without credentials" {
	no_nesting
	patctl restore-backup --yes "$BACKUP"
	by_su alice "$TOKEN"
	systemctl restart patd.service
	by_su alice "$TOKEN"
	[ -e "$FILE" ]
}

# --- a cloned machine --------------------------------------------------------------------------

@test "a clone without tokens generates a new key, with and without a database" {
	for database in no yes; do
		no_patd
		if [ "$database" = yes ]; then
			patctl list --all
			systemctl stop patd.service
		else
			systemctl start patd-key.service
		fi
		[ -e "$SEALED" ]
		before=$(sha256sum "$SEALED")
		new_machine_id
		by_su alice "$PASSWORD"
		patctl list --all
		token=$(token cloned alice)
		by_su alice "$token"
		systemctl restart patd.service
		by_su alice "$token"
		[ "$(sha256sum "$SEALED")" != "$before" ]
		[ "$(sha256sum <"$SEALED.undecryptable")" = "${before%% *}  -" ]
		[ ! -e "$FILE" ]
		patctl log --verify
	done
}

@test "a clone with tokens says at once that its key cannot be decrypted, and what to do" {
	systemctl stop patd.service
	new_machine_id
	# The journal is that of the new machine-id.
	run -8 patctl list
	echo "$output"
	[[ $output == *"patd does not start: the key is missing"*"patctl doctor"* ]]
	run -1 patctl doctor --quiet
	echo "$output"
	[[ $output == *"key: this machine cannot decrypt the key in $SEALED.undecryptable"*"; restore a backup"*"discard all tokens"* ]]
	by_su alice "$PASSWORD"
	run ! by_su alice "$TOKEN"
	patctl restore-backup --yes "$BACKUP"
	by_su alice "$TOKEN"
	systemctl restart patd.service
	by_su alice "$TOKEN"
	[ ! -e "$FILE" ]
}

@test "doctor finds a key that cannot be decrypted before patd is started" {
	systemctl stop "${UNITS[@]}"
	systemctl start patd-root.socket
	sed -i '1s/^....../AAAAAA/' "$SEALED"
	run -1 patctl doctor --quiet
	[[ $output == *"key: this machine cannot decrypt the key in $SEALED"* ]]
	systemctl start "${SOCKETS[@]}"
}

@test "doctor on a clone changes nothing, not even the secret of the installation" {
	systemctl stop "${UNITS[@]}"
	systemctl start patd-root.socket
	new_machine_id
	before=$(sha256sum /var/lib/systemd/credential.secret "$SEALED")
	run -1 patctl doctor --quiet
	echo "$output"
	[[ $output == *"key: this machine cannot decrypt the key in $SEALED:"* ]]
	[ "$(sha256sum /var/lib/systemd/credential.secret "$SEALED")" = "$before" ]
	set_machine_id /var/tmp/machines.id
	systemctl start "${SOCKETS[@]}"
	by_su alice "$TOKEN"
}

@test "a key that can be decrypted again returns to its place" {
	systemctl stop patd.service
	mv "$SEALED" "$SEALED.undecryptable"
	by_su alice "$TOKEN"
	[ -e "$SEALED" ]
	[ ! -e "$SEALED.undecryptable" ]
}

# --- a patd that cannot start ------------------------------------------------------------------

@test "a slip in patd.conf is said at once, and mended by the next login" {
	runuser -u alice -- patctl list
	patctl log --all --follow >/run/follow 2>&1 3>&- &
	wait_until grep -q machines /run/follow
	mkdir -p /etc/patd/patd.conf.d
	printf '[tokens]\nmax_lifetime = 30\n' >/etc/patd/patd.conf.d/machines.conf
	systemctl kill --signal=KILL patd.service
	cannot_start '/etc/patd/patd.conf.d/machines.conf:2: max_lifetime cannot be'
	# Who follows the history would start it again and again.
	wait $! || followed=$?
	cat /run/follow
	[ "$followed" -eq 8 ]
	rm /etc/patd/patd.conf.d/machines.conf
	runuser -u alice -- patctl list
	by_su alice "$TOKEN"
}

@test "a lost key and a damaged database are said at once" {
	systemctl stop patd.service
	mv "$SEALED" /run/sealed
	cannot_start 'the key is missing'
	mv /run/sealed "$SEALED"
	by_su alice "$TOKEN"
	systemctl stop "${UNITS[@]}"
	systemctl start "${SOCKETS[@]}"
	printf 'no database' | dd of=/var/lib/patd/patd.db conv=notrunc status=none
	cannot_start '/var/lib/patd/patd.db'
}

# override LINE...: in [Service] of patd.service, whichever state it has
override() {
	mkdir -p /run/systemd/system/patd.service.d
	printf '%s\n' '[Service]' "$@" >/run/systemd/system/patd.service.d/test.conf
	systemctl daemon-reload
}

mended() {
	rm -r /run/systemd/system/patd.service.d
	systemctl daemon-reload
	by_su alice "$TOKEN"
}

@test "what keeps systemd from starting patd is said at once, and logins do not wait" {
	systemctl stop patd.service
	override BindPaths=/no/such/path
	cannot_start 'systemd cannot start patd.service: status=226/NAMESPACE'
	mended
	systemctl stop patd.service
	override LoadCredentialEncrypted=other:/etc/hostname
	cannot_start 'systemd cannot start patd.service: status=243/CREDENTIALS'
	# It is not the key of patd.
	[ -e "$SEALED" ]
	mended
	systemctl stop patd.service
	override ExecStart= ExecStart=/no/such/program
	cannot_start 'systemd cannot start patd.service: status=203/EXEC'
	mended
}

@test "what keeps systemd from starting patd-bus is said at once, and root is served" {
	systemctl stop patd-bus.service
	mkdir -p /run/systemd/system/patd-bus.service.d
	printf '%s\n' '[Service]' BindPaths=/no/such/path >/run/systemd/system/patd-bus.service.d/test.conf
	systemctl daemon-reload
	run -8 runuser -u alice -- patctl list
	rm -r /run/systemd/system/patd-bus.service.d
	systemctl daemon-reload
	[[ $output == *"systemd cannot start patd-bus.service: status=226/NAMESPACE"* ]]
	patctl list --user=alice
}

@test "many logins while patd cannot start do not end the socket" {
	systemctl stop "${UNITS[@]}"
	# With the limit of systemd, the second start would be one too many.
	mkdir -p /run/systemd/system/patd-root.socket.d
	printf '%s\n' '[Socket]' TriggerLimitBurst=1 >/run/systemd/system/patd-root.socket.d/test.conf
	override ExecStart= ExecStart=/bin/false
	systemctl start "${SOCKETS[@]}"
	for _ in 1 2 3 4 5; do
		mark_journal
		connect_and_leave 1
		wait_until started
		wait_until settled
	done
	systemctl is-active patd-root.socket
	rm -r /run/systemd/system/patd-root.socket.d
	mended
}

@test "a wrong option in a drop-in and a disk that is read-only are said at once" {
	systemctl stop patd.service
	override ExecStart= ExecStart='/usr/libexec/patd --no-such-option'
	cannot_start 'patd does not start: its command line is wrong'
	mended
	systemctl stop "${UNITS[@]}"
	mount --bind /var/lib/patd /var/lib/patd
	mount -o remount,bind,ro /var/lib/patd
	systemctl start "${SOCKETS[@]}"
	cannot_start 'Read-only file system'
}

@test "a disk without inodes is said at once" {
	systemctl stop "${UNITS[@]}"
	mount -t tmpfs -o nr_inodes=12,mode=0700,uid="$(id -u patd)",gid="$(id -g patd)" tmpfs /var/lib/patd
	systemctl start "${SOCKETS[@]}"
	cp -a /var/tmp/patd.machines/. /var/lib/patd/
	rm -f /var/lib/patd/patd.db-*
	until ! touch /var/lib/patd/"full.$((n += 1))" 2>/dev/null; do :; done
	cannot_start '/var/lib/patd'
	rm /var/lib/patd/full.*
	by_su alice "$TOKEN"
}

@test "a patd that crashes is restarted before anybody asks" {
	systemctl stop patd-user.socket patd-bus.service
	by_su alice "$TOKEN"
	old=$(patd_pid)
	kill -SEGV "$old"
	wait_until restarted
	[ "$(patd_pid)" != "$old" ]
	by_su alice "$TOKEN"
}

restarted() {
	[ "$(systemctl show --value --property=NRestarts patd.service)" -eq 1 ] &&
		systemctl is-active patd.service
}
