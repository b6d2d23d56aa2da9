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
