# SPDX-License-Identifier: LGPL-2.1-or-later
# Machines that are cloned, containers without credentials, and a patd that cannot start.

load system

SEALED=/etc/credstore.encrypted/patd.key
FILE=/var/lib/patd/key
BACKUP=/root/machines.backup
NOTE=/run/patd/no-credential
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
	rm -rf /var/lib/patd "$SEALED" "$SEALED".* /run/patd/key-* "$NOTE" \
		/run/systemd/system/patd-key.service.d
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

# held: patd-bus has ended, or refuses for a while
held() {
	! systemctl --quiet is-active patd-bus.service ||
		[ "$(systemctl show --value --property=StatusText patd-bus.service)" = "patd does not start" ]
}

# settled: nobody tries to start patd any more
settled() {
	[ "$(systemctl show --value --property=ActiveState patd.service)" = failed ] && held &&
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
	[[ $output == *"$1"*"; ask an administrator" ]]
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
	run -8 patctl list
	[[ $output == *"patd does not start: the key is missing"*"patctl doctor"* ]]
	run -0 /usr/libexec/patd-seal-key
	[[ $output == *"is not given the key, which is sealed in $SEALED: see patctl doctor"* ]]
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

# Each changes what patd.service loads, or seems to: systemd itself says which.
DROP_INS=(
	'[Service]\nLoadCredentialEncrypted=\n'
	'[Service]\n  LoadCredential  =  \n'
	'[Service]\nLoadCredential\\\n=\n'
	'[Service]\n#LoadCredential=\n;LoadCredential=\n'
	'[Service]\nEnvironment=A=B \\\nLoadCredential=\n'
	'[Service]\nLoadCredential=\n[X-Other]\nLoadCredentialEncrypted=patd.key\n'
	'[Service]\nLoadCredential=patd.key\n'
	'[Service]\nLoadCredential=\\\n# comment\n  patd.key:/a\n'
	'[Service]\nLoadCredential=patd.key:/a\nLoadCredentialEncrypted=patd.key\n'
	'[Service]\nLoadCredential=other:/a\n'
	'[Service]\nLoadCredential=patd.key:other\n'
	'[Service]\nLoadCredential=patd.key:relative/path\n'
	'[Unit]\nLoadCredential=\n'
)

# loads_sealed: by the word of systemd
loads_sealed() {
	busctl get-property org.freedesktop.systemd1 \
		/org/freedesktop/systemd1/unit/patd_2eservice \
		org.freedesktop.systemd1.Service LoadCredentialEncrypted | grep -q '"patd.key" "patd.key"'
}

@test "doctor reads drop-ins of patd.service as systemd does" {
	# Then doctor asks no patd, and none is started in vain.
	systemctl stop "${UNITS[@]}"
	seen=
	mkdir -p /run/systemd/system/patd.service.d
	for drop_in in "${DROP_INS[@]}"; do
		# shellcheck disable=SC2059
		printf "$drop_in" >/run/systemd/system/patd.service.d/test.conf
		systemctl daemon-reload
		loads=0
		loads_sealed || loads=1
		given=0
		run patctl doctor
		[[ $output != *"patd.service is not given the key"* ]] || given=1
		echo "$loads $given: $drop_in"
		[ "$loads" -eq "$given" ]
		seen+=$loads
	done
	[[ $seen == *0* && $seen == *1* ]]
}

@test "no key is sealed if another line loads it, or if systemd does not answer" {
	systemctl stop "${UNITS[@]}"
	key_to_file
	rm "$SEALED"
	mkdir -p /run/systemd/system/patd.service.d /run/systemd/system/patd-key.service.d
	printf '[Service]\nLoadCredential=patd.key\n' >/run/systemd/system/patd.service.d/test.conf
	systemctl daemon-reload
	mark_journal
	systemctl start patd-key.service
	logged 'The key is not sealed: patd.service is given no credential'
	[ ! -e "$SEALED" ]
	rm -r /run/systemd/system/patd.service.d
	printf '[Service]\nInaccessiblePaths=/run/dbus\n' >/run/systemd/system/patd-key.service.d/test.conf
	systemctl daemon-reload
	mark_journal
	systemctl start patd-key.service
	logged 'systemd does not say what patd.service is given'
	[ ! -e "$SEALED" ]
	cp -a /var/tmp/machines.key "$SEALED"
	systemctl start "${SOCKETS[@]}"
	by_su alice "$TOKEN"
	[ -e "$FILE" ]
	rm -r /run/systemd/system/patd-key.service.d
	systemctl daemon-reload
	systemctl restart patd.service
	by_su alice "$TOKEN"
	[ ! -e "$FILE" ]
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
	run -0 patctl restore-backup --yes "$BACKUP"
	[[ $output == *"Revoke and disable again what was revoked"* ]]
	by_su alice "$TOKEN"
	systemctl restart patd.service
	by_su alice "$TOKEN"
	[ ! -e "$FILE" ]
}

# Of a key that is not handed to a patd that runs.
stop_patd() {
	systemctl stop "${UNITS[@]}"
	systemctl start patd-root.socket
}

# doctor_says WHY: in what it prints, which becomes SAID
doctor_says() {
	local code=0
	SAID=$(patctl doctor --quiet) || code=$?
	echo "$SAID"
	[ "$code" -eq 1 ]
	[[ $SAID == *"key: this machine cannot decrypt the key in $SEALED: $1"* ]]
}

SECRET=/var/lib/systemd/credential.secret

@test "doctor says of a key that cannot be decrypted only what is known" {
	stop_patd
	[ ! -e /dev/tpmrm0 ]
	sed -i '1s/^....../AAAAAA/' "$SEALED"
	doctor_says 'it is damaged, or was encrypted by another installation or TPM2, or before /etc/machine-id'
	# systemd's id of what is encrypted with the TPM2, too.
	sed -i '1s/^.\{21\}/k6iUCUh0RJCQyvL8k8q1U/' "$SEALED"
	doctor_says 'it was encrypted with a TPM2, and there is none'
	[[ $SAID == *'start the machine with the TPM2'* ]]
	cp -a /var/tmp/machines.key "$SEALED"
	chmod 0600 "$SECRET"
	doctor_says 'systemd-creds fails with other credentials, too'
	[[ $SAID != *'discard all tokens'* ]]
	rm "$SECRET"
	doctor_says "$SECRET is missing"
	[ ! -e "$SECRET" ]
	cp -a /var/tmp/machines.secret "$SECRET"
	run patctl doctor
	[[ $output == *"ok       key: the key is a credential"* ]]
}

@test "doctor on a clone names the machine-id and changes nothing, not even the secret of the installation" {
	stop_patd
	new_machine_id
	before=$(sha256sum "$SECRET" "$SEALED")
	doctor_says "/etc/machine-id is not the one for which $SECRET was made; restore a backup"
	[ "$(sha256sum "$SECRET" "$SEALED")" = "$before" ]
	set_machine_id /var/tmp/machines.id
	systemctl start "${SOCKETS[@]}"
	by_su alice "$TOKEN"
}

@test "a cloned container without credentials and with tokens is told both, and a backup heals it" {
	systemctl stop patd.service
	no_nesting
	new_machine_id
	run -8 patctl list
	[[ $output == *"patd does not start: the key is missing"* ]]
	run -1 patctl doctor --quiet
	echo "$output"
	[[ $output == *"key: patd.service is not given the key that is sealed in $SEALED: $NO_NESTING empties LoadCredential=; see patd-seal-key(8)"* ]]
	[[ $output == *"key: this machine cannot decrypt the key in $SEALED: /etc/machine-id is not"*"restore a backup"* ]]
	patctl restore-backup --yes "$BACKUP"
	by_su alice "$TOKEN"
	nesting
	systemctl restart patd.service
	by_su alice "$TOKEN"
	[ ! -e "$FILE" ]
}

@test "a cloned container without credentials and tokens generates a key, and keeps it with credentials" {
	no_patd
	systemctl start patd-key.service
	[ -e "$SEALED" ]
	no_nesting
	new_machine_id
	token=$(token contained alice)
	by_su alice "$token"
	[ -e "$FILE" ]
	run patctl doctor --quiet
	echo "$output"
	[[ $output == *"warning  key: patd.service is not given the key that is sealed in $SEALED"* ]]
	[[ $output != *"cannot decrypt"* ]]
	nesting
	systemctl restart patd.service
	by_su alice "$token"
	[ ! -e "$FILE" ]
	[ -e "$SEALED.undecryptable" ]
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
	# It was no fault of the key.
	[ ! -e "$NOTE" ]
	rm /etc/patd/patd.conf.d/machines.conf
	by_su alice "$TOKEN"
	# For some seconds patd-bus remembers the failure.
	wait_until runuser -u alice -- patctl list
}

@test "availability: a user who asks without pause does not start a patd that cannot start each time" {
	mkdir -p /etc/patd/patd.conf.d
	printf '[tokens]\nmax_lifetime = 30\n' >/etc/patd/patd.conf.d/machines.conf
	systemctl stop "${UNITS[@]}"
	systemctl start "${SOCKETS[@]}"
	mark_journal
	# shellcheck disable=SC2016 # for Perl
	runuser -u alice -- perl -MSocket -e '
		for (1 .. 200) {
			socket(my $socket, AF_UNIX, SOCK_SEQPACKET, 0) or die;
			connect($socket, pack_sockaddr_un("/run/patd/user.sock")) or die "connect: $!";
			recv($socket, my $end, 1, 0);
		}'
	for _ in {1..20}; do
		run ! runuser -u alice -- busctl call org.patd.Tokens1 /org/patd/Tokens1 \
			org.freedesktop.DBus.Properties GetAll s org.patd.Tokens1.Manager
	done
	[ "$(starts)" -gt 0 ]
	[ "$(starts)" -le 20 ]
	systemctl is-active "${SOCKETS[@]}"
	# Root is not held up.
	rm /etc/patd/patd.conf.d/machines.conf
	by_su alice "$TOKEN"
	wait_until runuser -u alice -- patctl list
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
	[ -e "$NOTE" ]
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

@test "a patd that crashes whenever it starts is said at once, and not started for ever" {
	systemctl stop patd.service
	# shellcheck disable=SC2016 # for the shell of the unit
	override ExecStart= 'ExecStart=/bin/sh -c "kill -SEGV $$$$"'
	cannot_start 'patd.service does not start (signal)'
	mended
	systemctl stop "${UNITS[@]}"
	systemctl start "${SOCKETS[@]}"
	# As soon as it is ready.
	# shellcheck disable=SC2016
	override NotifyAccess=all ExecStart= 'ExecStart=/bin/sh -c "systemd-notify --ready; kill -SEGV $$$$"'
	mark_journal
	run ! patctl list
	wait_until settled
	[ "$(starts)" -le 5 ]
	mended
}

# restarts_after_crash SERVICE: by itself
restarts_after_crash() {
	wait_until has_run "$1"
	OLD=$(pid_of "$1")
	kill -SEGV "$OLD"
	wait_until replaced "$1"
}

# has_run SERVICE: as long as patd-stopped wants it
has_run() {
	local ready
	ready=$(systemctl show --value --property=ActiveEnterTimestampMonotonic "$1")
	[ "$(awk '{ printf "%.0f", $1 * 1000000 }' /proc/uptime)" -gt $((ready + 10000000)) ]
}

replaced() {
	[ "$(pid_of "$1")" != "$OLD" ] && systemctl is-active "$1"
}

@test "a patd or patd-bus that crashes is started again before anybody asks" {
	systemctl stop patd-user.socket patd-bus.service
	by_su alice "$TOKEN"
	restarts_after_crash patd.service
	by_su alice "$TOKEN"
	runuser -u alice -- patctl list
	restarts_after_crash patd-bus.service
	runuser -u alice -- patctl list
}
