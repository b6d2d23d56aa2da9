# SPDX-License-Identifier: LGPL-2.1-or-later
# Logins while patd or the bus is stopped, hangs, crashes or restarts.

load system

TIMEOUT_MS=3000 # of pam_pat, by default

setup_file() {
	TOKEN=$(token faults alice)
	export TOKEN
}

teardown() {
	# After a failed test.
	systemctl start dbus.socket "${SOCKETS[@]}"
}

# bus start|restart UNIT...: also restarts logind, which in Debian 13 does not reconnect to the bus;
# every login would wait for it
bus() {
	systemctl "$@"
	systemctl restart systemd-logind.service
	gdbus wait --system --timeout 60 org.patd.Tokens1
}

# measure_password: sets accept to the duration of su with a password and a working patd
measure_password() {
	milliseconds by_su alice "$PASSWORD"
	accept=$MILLISECONDS
}

# measure_refusal: sets MILLISECONDS to the time until pam_pat logs that patd is unavailable.  The
# duration of su would include the random delay of libpam.
measure_refusal() {
	local start at
	mark_journal
	start=${EPOCHREALTIME/[.,]/}
	run ! by_su alice "$TOKEN"
	logged "unavailable \(.*\): token=$(id_of "$TOKEN") user=alice service=su "
	at=$(journalctl --quiet --after-cursor="$MARK" -o short-unix |
		sed -n 's/^\([0-9]*\)\.\([0-9]*\) .* unavailable .* service=su .*/\1\2/p')
	MILLISECONDS=$(((at - start) / 1000))
	echo "$MILLISECONDS ms: unavailable"
}

@test "no lockout: stopped patd and sockets refuse tokens at once and do not delay passwords" {
	measure_password
	systemctl stop "${UNITS[@]}"
	accepted alice "$PASSWORD"
	by_console alice "$PASSWORD"
	within $((accept + TIMEOUT_MS / 2)) milliseconds by_su alice "$PASSWORD"
	within $((TIMEOUT_MS - 1)) measure_refusal
	refused alice "$TOKEN"
	systemctl start "${SOCKETS[@]}"
	accepted alice "$TOKEN"
}

@test "tokens are accepted after repeated stops and starts of patd and its sockets" {
	for _ in 1 2 3 4 5 6 7 8; do
		systemctl stop "${UNITS[@]}"
		systemctl start "${SOCKETS[@]}"
	done
	accepted alice "$TOKEN"
}

@test "no lockout: a hung patd refuses tokens after 3 seconds and does not delay passwords" {
	override_service WatchdogSec=0
	measure_password
	kill -STOP "$(patd_pid)"
	within $((accept + TIMEOUT_MS / 2)) milliseconds by_su alice "$PASSWORD"
	measure_hung() {
		measure_refusal
		[ "$MILLISECONDS" -ge "$TIMEOUT_MS" ]
	}
	within $((2 * TIMEOUT_MS)) measure_hung
	kill -CONT "$(patd_pid)"
	accepted alice "$TOKEN"
	restore_service
}

@test "a hung patd is ended by its watchdog, and the next login starts another" {
	override_service WatchdogSec=2s
	old=$(patd_pid)
	mark_journal
	kill -STOP "$old"
	wait_until logged "^patd.service: Failed with result 'watchdog'"
	by_su alice "$TOKEN"
	[ "$(patd_pid)" != "$old" ]
	restore_service
}

@test "a login after a kill of patd is accepted by the next patd" {
	old=$(patd_pid)
	kill -KILL "$old"
	by_su alice "$TOKEN"
	[ "$(patd_pid)" != "$old" ]
}

@test "no login fails while patd restarts repeatedly" {
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

@test "patd-bus keeps running and owns its name again after a restart of the bus" {
	runuser -u alice -- patctl list
	old=$(pid_of patd-bus.service)
	bus restart dbus.service
	[ "$(pid_of patd-bus.service)" = "$old" ]
	runuser -u alice -- patctl list | grep -q faults
	accepted alice "$TOKEN"
}

@test "no login fails while patd-bus is killed repeatedly, and it comes back" {
	runuser -u alice -- patctl list
	kills() {
		for _ in {1..10}; do
			systemctl kill --signal=KILL patd-bus.service || :
			# The bus may pass a call to one that is dying, and then answers it with an error.
			wait_until runuser -u alice -- patctl list >/dev/null
		done
	}
	kills &
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

@test "patd-bus serves again after patd was killed" {
	runuser -u alice -- patctl list
	kill -KILL "$(patd_pid)"
	wait_until runuser -u alice -- patctl list
}

@test "availability: root's patctl works without a bus" {
	systemctl stop dbus.socket dbus.service
	patctl list --user=alice | grep -q faults
	patctl revoke --user=alice faults
	run ! by_su alice "$TOKEN"
	patctl restore --user=alice faults
	by_su alice "$TOKEN"
	bus start dbus.socket dbus.service
}

@test "tokens are accepted without a bus" {
	old=$(patd_pid)
	systemctl stop dbus.socket dbus.service
	by_sudo alice "$TOKEN"
	by_su alice "$TOKEN"
	[ "$(patd_pid)" = "$old" ]
	bus start dbus.socket dbus.service
	[ "$(patd_pid)" = "$old" ]
}

@test "patd does not start with a wrong key, and passwords are accepted" {
	systemctl stop patd.service
	sealed=/etc/credstore.encrypted/patd.key
	mv "$sealed" /var/tmp/key.before
	head -c 32 /dev/urandom | systemd-creds encrypt --name=patd.key - "$sealed"
	mark_journal
	run ! systemctl start patd.service
	logged 'patd.*key'
	by_su alice "$PASSWORD"
	run ! by_su alice "$TOKEN"
	# With the right key it works at once: systemd has not given up on the units.
	mv /var/tmp/key.before "$sealed"
	by_su alice "$TOKEN"
}

@test "no unit has failed after all faults" {
	no_failed_units
}
