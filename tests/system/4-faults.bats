# Whatever happens to patd or the bus, passwords work, and nobody waits longer than 3 seconds.

load system

setup_file() {
	TOKEN=$(token faults alice)
	export TOKEN
}

teardown() {
	# What a failed test may have left.
	systemctl start dbus.socket patd-root.socket patd-user.socket
}

# bus start|restart UNIT...: logind of Debian 13 does not find back to a bus by itself, and every
# login, by password too, would wait for it
bus() {
	systemctl "$@"
	systemctl restart systemd-logind.service
	gdbus wait --system --timeout 20 org.patd.Tokens1
}

# What su takes to accept a password, with patd at its best.
fair() {
	milliseconds by_su alice "$PASSWORD"
	accept=$MILLISECONDS
}

# gave_up: su with the token, which is refused; after how many milliseconds pam_pat gave patd up.  Not
# what su takes: libpam has who was refused wait for a random time.
gave_up() {
	local start=${EPOCHREALTIME/[.,]/} at
	mark
	run ! by_su alice "$TOKEN"
	said "unavailable \(.*\): token=$(id_of "$TOKEN") user=alice service=su "
	at=$(journalctl --quiet --after-cursor="$MARK" -o short-unix |
		sed -n 's/^\([0-9]*\)\.\([0-9]*\) .* unavailable .* service=su .*/\1\2/p')
	MILLISECONDS=$(((at - start) / 1000))
	echo "$MILLISECONDS ms: given up"
}

@test "patd and its sockets stopped: passwords work as fast as ever, tokens are refused at once" {
	fair
	systemctl stop patd.service patd-root.socket patd-user.socket
	accepted alice "$PASSWORD"
	by_console alice "$PASSWORD"
	milliseconds by_su alice "$PASSWORD"
	[ "$MILLISECONDS" -le $((accept + 1000)) ]
	gave_up
	[ "$MILLISECONDS" -le 1000 ]
	refused alice "$TOKEN"
	systemctl start patd-root.socket patd-user.socket
	accepted alice "$TOKEN"
}

@test "however often patd and its sockets are stopped and started, tokens work" {
	for _ in 1 2 3 4 5 6 7 8; do
		systemctl stop patd-root.socket patd-user.socket patd.service
		systemctl start patd-root.socket patd-user.socket
	done
	accepted alice "$TOKEN"
}

@test "patd hung: passwords work as fast as ever, tokens are refused after 3 seconds" {
	fair
	kill -STOP "$(patd_pid)"
	milliseconds by_su alice "$PASSWORD"
	[ "$MILLISECONDS" -le $((accept + 1000)) ]
	gave_up
	[ "$MILLISECONDS" -ge 3000 ]
	[ "$MILLISECONDS" -le 4000 ]
	kill -CONT "$(patd_pid)"
	accepted alice "$TOKEN"
}

@test "a patd that hangs is replaced by its watchdog" {
	overridden WatchdogSec=2s
	old=$(patd_pid)
	coproc JOURNAL { exec journalctl --follow -n 0 -o cat --unit=patd.service; }
	kill -STOP "$old"
	timeout 20 grep -m 1 'Scheduled restart job' <&"${JOURNAL[0]}"
	kill "$JOURNAL_PID"
	by_su alice "$TOKEN"
	[ "$(patd_pid)" != "$old" ]
	restored
}

@test "patd killed: the next login waits for the new one" {
	old=$(patd_pid)
	kill -KILL "$old"
	by_su alice "$TOKEN"
	[ "$(patd_pid)" != "$old" ]
}

@test "patd restarted again and again: no login fails" {
	restarts() {
		for _ in {1..10}; do
			systemctl restart patd.service
		done
	}
	restarts &
	logins=0
	while :; do
		by_su alice "$TOKEN"
		logins=$((logins + 1))
		kill -0 $! 2>/dev/null || break
	done
	wait $!
	echo "$logins logins"
	[ "$logins" -gt 3 ]
}

@test "the bus restarted: patd lives on and takes its name again" {
	old=$(patd_pid)
	bus restart dbus.service
	[ "$(patd_pid)" = "$old" ]
	patctl list --user=alice | grep -q faults
	accepted alice "$TOKEN"
}

@test "the bus gone: tokens open doors" {
	old=$(patd_pid)
	systemctl stop dbus.socket dbus.service
	by_sudo alice "$TOKEN"
	by_su alice "$TOKEN"
	[ "$(patd_pid)" = "$old" ]
	bus start dbus.socket dbus.service
	[ "$(patd_pid)" = "$old" ]
}

@test "a key that does not fit is refused, and passwords work meanwhile" {
	systemctl stop patd.service
	sealed=/etc/credstore.encrypted/patd.key
	mv "$sealed" /var/tmp/key.before
	head -c 32 /dev/urandom | systemd-creds encrypt --name=patd.key - "$sealed"
	mark
	run ! systemctl start patd.service
	said 'patd.*key'
	by_su alice "$PASSWORD"
	run ! by_su alice "$TOKEN"
	# Put right, it works at once, without a word to systemd: nothing has given up.
	mv /var/tmp/key.before "$sealed"
	by_su alice "$TOKEN"
}

@test "no unit has failed for good" {
	run systemctl list-units --failed --no-legend
	echo "$output"
	[ -z "$output" ]
}
