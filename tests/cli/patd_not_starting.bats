#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl says at once why a patd will not answer that systemd starts in vain.

load cli
load installed

FAILING=(LoadState=loaded ActiveState=activating SubState=auto-restart Result=exit-code)

setup() {
	patd_world
	mkdir -p "$WORLD/etc"
	units_run
}

# Processes that were stopped do not end.
teardown() {
	kill -CONT "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")" 2>/dev/null || :
	patd_world_end
}

as_user() {
	installed setpriv --reuid=games --regid=games --clear-groups "$@"
}

@test "an error in patd.conf is shown with file and line, to root and to users" {
	printf '%s\n' '[tokens]' 'max_lifetime = 30' >"$WORLD/etc/patd.conf"
	unit patd.service "${FAILING[@]}" NRestarts=1
	kill -STOP "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")"
	for who in installed as_user; do
		run -8 --separate-stderr "$who" patctl list
		expect_stderr "patctl: patd cannot be reached: patd does not start: $WORLD/etc/patd.conf:2: max_lifetime cannot be \"30\""
	done
	run -8 --separate-stderr installed patctl list --json
	run -8 --separate-stderr installed patctl disable --all
	expect_stderr "whether anything was changed is not known"
}

@test "a patd that crashes when it starts is named at the first look" {
	unit patd.service LoadState=loaded ActiveState=failed SubState=failed Result=signal NRestarts=0 \
		InactiveExitTimestampMonotonic=2 ActiveEnterTimestampMonotonic=1 ExecMainStatus=11
	kill -STOP "$(cat "$WORLD/patd.pid")"
	run -8 --separate-stderr installed patctl list
	expect_stderr "patd.service does not start (signal); see: journalctl -u patd.service"
	[ "$(grep -c 'show .*patd.service' "$WORLD/units/calls")" -eq 1 ]
}

@test "a systemd that does not answer in time is asked again" {
	unit patd.service LoadState=loaded ActiveState=failed SubState=failed Result=signal NRestarts=0
	unit patd-bus.service LoadState=loaded ActiveState=failed SubState=failed
	kill -STOP "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")"
	for who in installed as_user; do
		touch "$WORLD/units/busy"
		run -8 --separate-stderr "$who" patctl list
		[ ! -e "$WORLD/units/busy" ]
		expect_stderr "patd.service does not start (signal); see: journalctl -u patd.service"
	done
}

@test "a patd that a Restart= of its administrator starts again and again is named, with where to look" {
	unit patd.service "${FAILING[@]}" NRestarts=@TRIES@
	kill -STOP "$(cat "$WORLD/patd.pid")"
	run -8 --separate-stderr installed patctl list
	expect_stderr "patd.service does not start (exit-code); see: journalctl -u patd.service"
}

@test "the reason that patd gave to systemd is shown, to users once patd-bus has given up" {
	unit patd.service LoadState=loaded ActiveState=failed SubState=failed Result=exit-code \
		NRestarts=0 'StatusText=the key is missing: no tokens'
	unit patd-bus.service LoadState=loaded ActiveState=failed SubState=failed
	kill -STOP "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")"
	for who in installed as_user; do
		run -8 --separate-stderr "$who" patctl list
		expect_stderr "patctl: patd cannot be reached: patd does not start: the key is missing: no tokens"
	done
	# The reason may be that of an earlier patd while patd-bus starts one.
	unit patd-bus.service LoadState=loaded ActiveState=activating SubState=start
	: >"$WORLD/units/calls"
	as_user patctl list >"$WORLD/list" 2>&1 3>&- &
	wait_for patd-bus.service "$WORLD/units/calls" 2
	kill -CONT "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")"
	wait $! || fail "$(cat "$WORLD/list")"
}

# fails UNIT TEXT WHO: with that unit failed, at the first look
fails() {
	unit "$1" LoadState=loaded ActiveState=failed SubState=failed Result=exit-code NRestarts=0 \
		ExecMainStatus=226 StatusText=
	run -8 --separate-stderr "$3" patctl list
	expect_stderr "$2"
	[ "$(grep -c "show .*$1" "$WORLD/units/calls")" -eq 1 ]
}

@test "a patd or patd-bus that systemd cannot start is named at the first look, with the status" {
	kill -STOP "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")"
	fails patd.service "systemd cannot start patd.service: status=226/NAMESPACE; see: patctl doctor, journalctl -u patd.service" installed
	units_run
	fails patd-bus.service "systemd cannot start patd-bus.service: status=226/NAMESPACE; see: patctl doctor, journalctl -u patd-bus.service; ask an administrator" as_user
}

@test "a patd-bus that has given up is not the reason while patd is started again" {
	kill -STOP "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")"
	unit patd.service LoadState=loaded ActiveState=failed SubState=failed Job=4711 ExecMainStatus=1
	unit patd-bus.service LoadState=loaded ActiveState=failed SubState=failed ExecMainStatus=1
	as_user patctl list >"$WORLD/list" 2>&1 3>&- &
	wait_for patd.service "$WORLD/units/calls" 2
	unit patd.service LoadState=loaded ActiveState=failed SubState=failed 'StatusText=the key is missing'
	wait $! || status=$?
	[ "$status" -eq 8 ]
	expect "$(cat "$WORLD/list")" "patd does not start: the key is missing"
}

@test "a masked patd or patd-bus exits 8 and says how to undo it" {
	kill -STOP "$(cat "$WORLD/patd.pid")" "$(cat "$WORLD/front.pid")"
	unit patd.service LoadState=masked ActiveState=inactive
	for who in installed as_user; do
		run -8 --separate-stderr "$who" patctl list
		expect_stderr "patd.service is masked; to undo it: systemctl unmask patd.service && systemctl start patd-root.socket patd-front.socket patd-user.socket"
	done
	units_run
	unit patd-bus.service LoadState=masked ActiveState=inactive
	run -8 --separate-stderr as_user patctl list
	expect_stderr "patd-bus.service is masked"
}

# waits STATE...: with patd.service in that state, patctl waits for a slow patd
waits() {
	: >"$WORLD/units/calls"
	unit patd.service "$@"
	kill -STOP "$(cat "$WORLD/patd.pid")"
	installed patctl list >"$WORLD/list" 2>&1 3>&- &
	wait_for show "$WORLD/units/calls" "$CALLS"
	kill -CONT "$(cat "$WORLD/patd.pid")"
	wait $! || fail "$(cat "$WORLD/list")"
}

@test "a patd that runs, starts, or was just killed is waited for" {
	CALLS=1 waits LoadState=loaded ActiveState=active SubState=running
	CALLS=2 waits LoadState=loaded ActiveState=activating SubState=start
	# It crashed after it had started.
	CALLS=2 waits LoadState=loaded ActiveState=failed SubState=failed Result=signal \
		InactiveExitTimestampMonotonic=1 ActiveEnterTimestampMonotonic=2
	# It is about to be started again, and the reason is that of an earlier one.
	CALLS=2 waits LoadState=loaded ActiveState=failed SubState=failed Job=4711 StatusText=earlier
	CALLS=2 waits LoadState=loaded ActiveState=inactive SubState=dead StatusText=earlier
	# Of one failure it is not known whether there will be another.
	CALLS=2 waits "${FAILING[@]}" NRestarts=1
}

@test "doctor starts no patd whose socket it reports as missing" {
	unit patd.service LoadState=loaded ActiveState=inactive
	run -1 installed patctl doctor
	expect "$output" "problem  socket: /run/patd/root.sock does not exist"
	expect "$output" "unseen   daemon: patd is not running, and a call would start it"
	expect_not "$output" "patd answers"
	units_run
	run -1 installed patctl doctor
	expect "$output" "problem  socket: /run/patd/root.sock does not exist"
	expect "$output" "ok       daemon: patd answers root"
}
