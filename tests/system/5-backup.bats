# SPDX-License-Identifier: LGPL-2.1-or-later
# Backup and restore with patd as a service and its key as a credential.

load system

SEALED=/etc/credstore.encrypted/patd.key
BACKUP=/root/tokens.backup

unsealed() {
	systemd-creds decrypt --name=patd.key "$SEALED" - 2>/dev/null | sha256sum
}

setup_file() {
	TOKEN=$(token saved alice)
	export TOKEN
	rm -f "$BACKUP"
	patctl backup "$BACKUP"
}

# Former states have the key as a plain file if patd was stopped.
teardown_file() {
	rm -rf /var/lib/patd/before-restore-*
}

@test "a backup has mode 0600 and contains the sealed key" {
	[ "$(stat -c '%A %U:%G' "$BACKUP")" = "-rw------- root:root" ]
	[ "$(tail -c +25 "$BACKUP" | head -c 32 | sha256sum)" = "$(unsealed)" ]
	run -5 runuser -u alice -- patctl backup /tmp/mine
	[ ! -e /tmp/mine ]
}

@test "a damaged backup is refused and patd keeps running" {
	before=$(patd_pid)
	cp "$BACKUP" /root/damaged.backup
	printf x | dd of=/root/damaged.backup bs=1 seek=5000 conv=notrunc status=none
	run ! patctl restore-backup --yes /root/damaged.backup
	[ "$(patd_pid)" = "$before" ]
	by_su alice "$TOKEN"
	rm /root/damaged.backup
}

@test "a restore brings back the tokens of the backup and keeps the former state" {
	late=$(token late alice)
	patctl revoke --user=alice saved
	key=$(unsealed)
	patctl restore-backup --yes "$BACKUP"
	by_su alice "$TOKEN"
	run ! by_su alice "$late"
	run -4 patctl show --user=alice late
	ls -d /var/lib/patd/before-restore-*
	[ "$(unsealed)" = "$key" ]
	[ ! -e /var/lib/patd/key ]
	patctl log --verify
	systemctl is-active "${SOCKETS[@]}" patd.service
}

@test "tokens are accepted after a restore on a new machine" {
	systemctl stop "${UNITS[@]}"
	rm -rf /var/lib/patd "$SEALED" "$SEALED.before-restore"
	systemctl start "${UNITS[@]}"
	run ! by_su alice "$TOKEN"
	patctl restore-backup --yes "$BACKUP"
	by_su alice "$TOKEN"
	[ ! -e /var/lib/patd/key ]
	patctl doctor | grep -q '^ok       key: the key is a credential'
	systemctl restart patd.service
	by_su alice "$TOKEN"
}

@test "patd starts after a restore that replaces a damaged database" {
	systemctl stop patd.service
	printf 'no database' | dd of=/var/lib/patd/patd.db conv=notrunc status=none
	run ! by_su alice "$TOKEN"
	run ! systemctl is-active patd.service
	patctl restore-backup --yes "$BACKUP"
	# Also before the first login, which would start it and wait.
	systemctl is-active patd.service
	by_su alice "$TOKEN"
	patctl log --verify
}

# The states of the units, to be compared.
units() {
	systemctl is-active "${UNITS[@]}" || :
}

# The files that only a restore changes, and not the start of patd.
files() {
	find /etc/credstore* /var/lib/patd -type f ! -name 'patd.db*' ! -name usage -exec sha256sum {} +
	ls -d /var/lib/patd/before-restore-*
}

# expect_units_unchanged STATUS COMMAND...: the command exits with STATUS and does not change which
# units are active
expect_units_unchanged() {
	local before status=0
	before=$(units)
	"${@:2}" || status=$?
	[ "$status" = "$1" ]
	[ "$(units)" = "$before" ]
}

# restore_by_expect BACKUP MEANWHILE ANSWER: see restore.exp; its output is in /root/output
restore_by_expect() {
	BACKUP=$1 MEANWHILE=$2 ANSWER=$3 expect -f "$BATS_TEST_DIRNAME/restore.exp" | tee /root/output
	return "${PIPESTATUS[0]}"
}

# The backup is damaged after patctl has verified it, so that patd refuses it.
restore_damaged_late() {
	restore_by_expect /root/late.backup \
		'printf x | dd of=/root/late.backup bs=1 seek=5000 conv=notrunc status=none' $'y\r'
}

@test "a restore keeps stopped units stopped, and a failed one changes nothing" {
	systemctl stop "${UNITS[@]}"
	for on in '' patd-root.socket 'patd-root.socket patd-user.socket' 'patd-root.socket patd.service' \
		'patd-bus.service patd.service'; do
		echo "on: $on"
		read -ra names <<<"$on"
		[ "$on" = "" ] || systemctl start "${names[@]}"
		# Starting the service starts its sockets.
		[ "$on" != 'patd-root.socket patd.service' ] || systemctl stop patd-front.socket
		expect_units_unchanged 0 patctl restore-backup --quiet --yes "$BACKUP"
		cp "$BACKUP" /root/late.backup
		files=$(files)
		expect_units_unchanged 1 restore_damaged_late
		grep -q 'the backup is damaged' /root/output
		[ "$(files)" = "$files" ]
		systemctl stop "${UNITS[@]}"
	done
	rm /root/late.backup
	systemctl start "${UNITS[@]}"
	by_su alice "$TOKEN"
	[ ! -e /var/lib/patd/key ]
}

@test "Ctrl-C at the question of a restore changes nothing" {
	before=$(files)
	pid=$(patd_pid)
	expect_units_unchanged 130 restore_by_expect "$BACKUP" : $'\003'
	grep -q 'Checking the history: \[' /root/output
	[ "$(files)" = "$before" ]
	[ "$(patd_pid)" = "$pid" ]
}

@test "Ctrl-C after the question does not interrupt a restore" {
	late=$(token later alice)
	expect_units_unchanged 0 restore_by_expect "$BACKUP" : $'y\r'
	by_su alice "$TOKEN"
	run ! by_su alice "$late"
	patctl log --verify
}
