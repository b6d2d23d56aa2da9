# Backups where patd is a service, and its key a credential.

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

# States that were put aside while patd was off, when their key was a file that nobody had sealed.
teardown_file() {
	rm -rf /var/lib/patd/before-restore-*
}

@test "a backup is root's alone, and has the key that is sealed" {
	[ "$(stat -c '%A %U:%G' "$BACKUP")" = "-rw------- root:root" ]
	[ "$(tail -c +25 "$BACKUP" | head -c 32 | sha256sum)" = "$(unsealed)" ]
	run -5 runuser -u alice -- patctl backup /tmp/mine
	[ ! -e /tmp/mine ]
}

@test "one that is damaged is refused, and patd goes on all the while" {
	before=$(patd_pid)
	cp "$BACKUP" /root/damaged.backup
	printf x | dd of=/root/damaged.backup bs=1 seek=5000 conv=notrunc status=none
	run ! patctl restore-backup --yes /root/damaged.backup
	[ "$(patd_pid)" = "$before" ]
	by_su alice "$TOKEN"
	rm /root/damaged.backup
}

@test "restored, tokens are as they were then, and what was before is kept" {
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
	systemctl is-active patd-root.socket patd-user.socket patd.service
}

@test "on a machine that never saw them, the tokens open doors" {
	systemctl stop patd-root.socket patd-user.socket patd.service
	rm -rf /var/lib/patd "$SEALED" "$SEALED.before-restore"
	systemctl start patd-root.socket patd-user.socket patd.service
	run ! by_su alice "$TOKEN"
	patctl restore-backup --yes "$BACKUP"
	by_su alice "$TOKEN"
	[ ! -e /var/lib/patd/key ]
	patctl doctor | grep -q '^ok       key: the key is a credential'
	systemctl restart patd.service
	by_su alice "$TOKEN"
}

@test "what a backup is for: patd cannot start with its database, and does after a restore" {
	systemctl stop patd.service
	printf 'no database' | dd of=/var/lib/patd/patd.db conv=notrunc status=none
	run ! by_su alice "$TOKEN"
	run ! systemctl is-active patd.service
	patctl restore-backup --yes "$BACKUP"
	by_su alice "$TOKEN"
	patctl log --verify
}

# Whatever is not active is "inactive", so that it can be compared.
units() {
	systemctl is-active patd-root.socket patd-user.socket patd.service || :
}

# What a restore changes, but for what a patd that is started changes, too.
files() {
	find /etc/credstore* /var/lib/patd -type f ! -name 'patd.db*' -exec sha256sum {} +
	ls -d /var/lib/patd/before-restore-*
}

# as_it_was STATUS COMMAND...: the command has that status, and the units are what they were
as_it_was() {
	local before status=0
	before=$(units)
	"${@:2}" || status=$?
	[ "$status" = "$1" ]
	[ "$(units)" = "$before" ]
}

# restore_asked BACKUP MEANWHILE ANSWER: see restore.exp
restore_asked() {
	BACKUP=$1 MEANWHILE=$2 ANSWER=$3 expect -f "$BATS_TEST_DIRNAME/restore.exp" | tee /root/said
	return "${PIPESTATUS[0]}"
}

# The backup is damaged when it was found to be whole already: it is refused with patd stopped.
restore_too_late() {
	restore_asked /root/late.backup \
		'printf x | dd of=/root/late.backup bs=1 seek=5000 conv=notrunc status=none' $'y\r'
}

@test "what was off before a restore is off after it, and what fails changes nothing" {
	all=(patd-root.socket patd-user.socket patd.service)
	systemctl stop "${all[@]}"
	for on in '' patd-root.socket 'patd-root.socket patd-user.socket' 'patd-root.socket patd.service'; do
		echo "on: $on"
		read -ra names <<<"$on"
		[ "$on" = "" ] || systemctl start "${names[@]}"
		# The service brings both.
		[ "$on" != 'patd-root.socket patd.service' ] || systemctl stop patd-user.socket
		as_it_was 0 patctl restore-backup --quiet --yes "$BACKUP"
		cp "$BACKUP" /root/late.backup
		files=$(files)
		as_it_was 1 restore_too_late
		grep -q 'the backup is damaged' /root/said
		[ "$(files)" = "$files" ]
		systemctl stop "${all[@]}"
	done
	rm /root/late.backup
	systemctl start "${all[@]}"
	by_su alice "$TOKEN"
	[ ! -e /var/lib/patd/key ]
}

@test "Ctrl-C at the question changes nothing" {
	before=$(files)
	pid=$(patd_pid)
	as_it_was 130 restore_asked "$BACKUP" : $'\003'
	grep -q 'Checking the history: \[' /root/said
	[ "$(files)" = "$before" ]
	[ "$(patd_pid)" = "$pid" ]
}

@test "Ctrl-C behind it does not leave a restore half done" {
	late=$(token later alice)
	as_it_was 0 restore_asked "$BACKUP" : $'y\r'
	by_su alice "$TOKEN"
	run ! by_su alice "$late"
	patctl log --verify
}
