#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl --host, over a fake ssh and the real systemd-stdio-bridge.  The real ssh is tested by
# tests/system/5-host.bats.
# shellcheck disable=SC2030,SC2031 # run assigns them

load shared_patd

setup_file() {
	patd_world
	export REMOTE_BUS=$DBUS_SYSTEM_BUS_ADDRESS
	# There is no local bus, so that a call without --host fails.
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$WORLD/no-bus
	export FAKE_BUS=$BATS_TEST_DIRNAME/fake_bus.py
	mkdir "$WORLD/bin"
	PATH=$WORLD/bin:$PATH
	cat >"$WORLD/bin/ssh" <<-'SSH'
		#!/bin/bash
		printf '%s\n' "$*" >>"$WORLD/ssh"
		host=${*: -2:1}
		case $host in
		games@web1) as=(setpriv --reuid=games --regid=games --clear-groups) ;;
		web1 | root@web1) as=() ;;
		web2) REMOTE_BUS=unix:path=$WORLD/no-bus as=() ;;
		evil)
			printf 'motd \e[31mred\u009b2J \u202eabc\r\nsec\0ond\n\e]0;title\a last' >&2
			[ -n "${HOSTILE:-}" ] || exit 255
			exec /usr/bin/python3 "$FAKE_BUS" "$HOSTILE" ${HOSTILE_NAME:-}
			;;
		*)
			echo "ssh: Could not resolve hostname $host: Name or service not known" >&2
			exit 255
			;;
		esac
		bridge=("${as[@]}" systemd-stdio-bridge --bus-path="$REMOTE_BUS")
		[ -n "${RECORD:-}" ] || exec "${bridge[@]}"
		tee -a "$WORLD/sent" | "${bridge[@]}" | tee -a "$WORLD/received"
	SSH
	chmod 0755 "$WORLD/bin/ssh"
}

# ssh_arguments: those of the last ssh
ssh_arguments() {
	tail -n 1 "$WORLD/ssh"
}

@test "generate, show, revoke, restore, set, rename and delete work with --host" {
	token=$(patctl -H web1 generate -q "$T" --expires=7d)
	[ "$(ssh_arguments)" = "-xT -- web1 systemd-stdio-bridge" ]
	login "$token" root 0
	run -0 patctl --host=web1
	expect "$output" " $T "
	run -0 patctl show -H web1 "$T"
	expect "$output" "User:     root (0)"
	patctl -H web1 revoke -q "$T"
	run -1 login "$token" root 0
	patctl restore -q "$T" -H web1
	login "$token" root 0
	patctl -H web1 set -q "$T" --service=sudo --hours=Mon..Fri --note=blue --expires=never
	expect "$(patctl -H web1 show "$T")" "Note:     blue"
	patctl -H web1 set -q "$T" --service=any --hours=any --note=
	expect_not "$(patctl -H web1 show "$T")" "Services:"
	patctl -H web1 rename -q "$T" "$T new"
	patctl -H web1 revoke -q "$T new"
	patctl -H web1 delete -qy "$T new"
	run -4 patctl -H web1 show "$T new"
	expect "$output" "to list tokens: patctl --host=web1 list --all"
}

@test "sessions and --end-sessions work with --host" {
	token=$(patctl -H web1 generate -q "$T")
	sleep infinity 3>&- 4>&- &
	pid=$!
	/usr/bin/python3 "$CLI/session.py" "$WORLD/run/root.sock" "$token" root 0 "$pid" sudo
	run -0 patctl -H web1 sessions --no-legend "$T"
	expect "$output" " sudo local "
	run -1 --separate-stderr patctl -H web1 revoke --end-sessions "$T"
	expect_stderr "still open: sudo, pid $pid (user root, since "
	expect_stderr "to end it, on that machine: kill $pid"
	kill "$pid"
	wait "$pid" || :
	run -0 --separate-stderr patctl -H web1 revoke --end-sessions "$T"
	expect_stderr "No sessions were open."
	patctl -H web1 delete -qy "$T"
}

@test "revocation: over --host a name counts as it does there, and --id selects" {
	for host in web1 games@web1; do
		patctl -H web1 generate -q "$T" --user=games >/dev/null
		id=$(patctl -H web1 list --user=games --no-legend | awk -v name="$T" '$2 == name { print $1 }')
		like=${id:0:9}
		patctl -H web1 generate -q "$like" >/dev/null
		patctl -H web1 generate -q "$like" --user=games >/dev/null
		run -4 --separate-stderr patctl -H "$host" revoke "$like"
		expect_stderr "patctl --host=$host revoke --id ID"
		expect_stderr_line "$id +$T +games +active"
		run -0 patctl -H "$host" revoke --id "$id"
		expect "$output" "$T ($id)"
		patctl -H web1 revoke -q --user=games --id "$id"
		patctl -H web1 delete -qy --user=games --id "$id"
		for user in games root; do
			patctl -H web1 revoke -q "$like" --user="$user"
			patctl -H web1 delete -qy "$like" --user="$user"
		done
	done
	patctl -H web1 generate -q "$T" --user=games >/dev/null
	run -4 patctl -H web1 revoke "$T"
	run -0 patctl -H games@web1 revoke "$T"
}

@test "rotate with --host prints the secret that is accepted" {
	old=$(patctl -H root@web1 generate -q "$T")
	new=$(patctl -H root@web1 rotate -q "$T" --grace=none)
	[ "${new:0:15}" = "${old:0:15}" ]
	login "$new" root 0
	run -1 login "$old" root 0
	run -0 --separate-stderr patctl -H web1 rotate --json "$T"
	login "$(json '["token"]' <<<"$output")" root 0
	for when in 90d 2999-01-31; do
		run -0 --separate-stderr patctl -H web1 rotate "$T" --expires=$when --json
		expires=$(json '["expires_at"]' <<<"$output")
		[ "$expires" -gt $(($(date +%s) + 80 * 86400)) ]
	done
}

@test "display: with --json what ssh and the other machine write is an object a line" {
	for host in evil nowhere web2; do
		run -8 --separate-stderr patctl -H $host list --json
		[ "$output" = "" ]
		/usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    assert list(json.loads(line)) == ["error", "message", "advice"], line' <<<"$stderr"
		[ "$(tail -n 1 <<<"$stderr" | json '["error"]')" = unreachable ]
		expect_not_stderr $'\e'
	done
	run -8 --separate-stderr patctl -H nowhere list --json
	[ "$(head -n 1 <<<"$stderr" | json '["message"]')" = \
		"ssh: Could not resolve hostname nowhere: Name or service not known" ]
	[ "$(head -n 1 <<<"$stderr" | json '["error"]')" = None ]
}

@test "status with --host is about the caller there" {
	patctl -H web1 generate -q "$T" --user=games >/dev/null
	run -0 env PAT_TOKEN_ID=0123456789 patctl -H games@web1 status
	expect "$output" "User:     uid 5"
	expect "$output" "Host:     games@web1"
	expect "$output" "Session:  not known for another machine"
	[[ $output =~ Tokens:\ +[0-9]+\ \( ]]
	expect_not "$output" "Machine:"
	run -0 env PAT_TOKEN_ID=0123456789 patctl -H web1 status --json
	[ "$(json '["host"]' <<<"$output")" = web1 ]
	[ "$(json '["session"]' <<<"$output")" = None ]
	[ "$(json '["machine"]["complete"]' <<<"$output")" = True ]
	[ "$(json '["disabled"]' <<<"$output")" = "[]" ]
	run -8 --separate-stderr patctl -H web2 status --json
	[ "$output" = "" ]
}

@test "secrecy: neither the connection nor the remote bus carries a secret in plain text" {
	dbus-monitor --address "$REMOTE_BUS" --binary >"$BATS_TEST_TMPDIR/bus" 3>&- &
	monitor=$!
	# The monitor is ready when it lost its name.
	wait_for NameLost "$BATS_TEST_TMPDIR/bus"
	export RECORD=1
	first=$(patctl -H web1 generate -q "$T")
	second=$(patctl -H web1 rotate -q "$T")
	patctl -H web1 list -q --user="the end" >/dev/null || :
	wait_for "the end" "$BATS_TEST_TMPDIR/bus"
	kill "$monitor"
	for file in "$BATS_TEST_TMPDIR/bus" "$WORLD/sent" "$WORLD/received"; do
		grep -q "${first:4:10}" "$file"
		for token in "$first" "$second"; do
			for at in 15 23 31 39 47; do
				run ! grep -aqF "${token:at:8}" "$file"
			done
		done
	done
	run ! grep -aqE 'pat_[0-9A-Za-z]{10}_' "$WORLD/sent" "$WORLD/received"
}

@test "generate with --host to a full disk deletes the token" {
	run -1 --separate-stderr bash -c "patctl -H web1 generate $T >/dev/full"
	expect_stderr "was not shown, so it was revoked and deleted"
	run -4 patctl -H web1 show "$T"
}

@test "--json, several tokens and errors are the same with --host" {
	patctl -H web1 generate -q "$T" >/dev/null
	run -1 --separate-stderr patctl -H web1 revoke --json "$T" nope
	[ "$(json '[1]["result"]' <<<"$output")" = revoked ]
	[ "$(json '[0]["error"]' <<<"$output")" = not-found ]
	run -1 --separate-stderr patctl -H web1 generate -q "$T"
	run -0 --separate-stderr patctl -H web1 generate "$T-2"
	patctl -H web1 generate -q "$T-3" >/dev/null
	run -1 patctl -H web1 delete -y "$T-3"
	expect "$output" "try: patctl --host=web1 revoke $T-3"
}

@test "refusals of the remote patd are printed with a hint for that host" {
	run -1 --separate-stderr patctl -H web1 generate "$T" --user=no-such-user
	expect_stderr "no such user"
	mkdir -p "$WORLD/etc"
	printf '[tokens]\nmax_lifetime = 1d\n' >"$WORLD/etc/patd.conf"
	kill -HUP "$(cat "$WORLD/patd.pid")"
	timeout 60 bash -c 'until patctl -H web1 policy | grep -q max_lifetime.*patd.conf:2; do :; done'
	run -5 --separate-stderr patctl -H web1 generate "$T" --expires=7d
	expect_stderr "see: patctl --host=web1 policy"
	rm "$WORLD/etc/patd.conf"
	kill -HUP "$(cat "$WORLD/patd.pid")"
	timeout 60 bash -c 'until patctl -H web1 policy | grep -q max_lifetime.*default; do :; done'
}

@test "calls with --host are made as the remote user of ssh" {
	token=$(patctl -H web1 generate -q "$T" --user=games)
	patctl -H web1 generate -q "$T root" >/dev/null
	run -0 patctl -H games@web1 list
	expect "$output" " $T "
	expect_not "$output" "$T root"
	run -4 patctl -H games@web1 show "$T root"
	expect_not "$output" "list --all"
	run -0 patctl -H games@web1 log "$T"
	expect "$output" "generated  $T (${token:4:10}) of games, by root"
	run -0 patctl -H games@web1 show "$T"
	expect "$output" "by root"
	patctl -H games@web1 revoke -q "$T"
	run -1 login "$token" games 5
}

@test "a call with --host that needs a password exits 5 and suggests alternatives" {
	for call in "generate $T" "list --all" "disable news" "log --all"; do
		# shellcheck disable=SC2086 # to be split
		run -5 --separate-stderr patctl -H games@web1 $call
		[ "$output" = "" ]
		expect_stderr "run ssh -t games@web1 patctl ..., or use --host=root@web1"
	done
	run -5 on_terminal "patctl -H games@web1 generate $T"
	expect "$output" "run ssh -t games@web1 patctl"
}

@test "log --follow with --host prints new entries" {
	token=$(patctl -H web1 generate -q "$T")
	follow -H web1 --all
	wait_for "generated  $T (${token:4:10})" "$LOG_OUTPUT"
	login "$token" root 0
	wait_for "used       $T" "$LOG_OUTPUT"
	patctl -H web1 revoke -q "$T"
	wait_for "revoked    $T" "$LOG_OUTPUT"
}

@test "log --follow --user with --host works for root and that user only" {
	token=$(patctl -H web1 generate -q "$T" --user=games)
	follow -H games@web1 --user=games
	wait_for "generated  $T (${token:4:10})" "$LOG_OUTPUT"
	login "$token" games 5
	wait_for "used       $T" "$LOG_OUTPUT"
	process_end TERM "$LOG_PID"
	follow -H web1 --user=games
	wait_for "used       $T" "$LOG_OUTPUT"
	login "$token" games 5
	wait_for "used       $T" "$LOG_OUTPUT" 2
	run -5 patctl -H games@web1 log --follow --user=root
}

@test "log --follow with --host continues after a restart of patd and exits 8 at disconnect" {
	token=$(patctl -H web1 generate -q "$T")
	follow -H web1 --all
	wait_for "generated  $T" "$LOG_OUTPUT"
	patd_stop
	DBUS_SYSTEM_BUS_ADDRESS=$REMOTE_BUS patd_start
	login "$token" root 0
	wait_for "used       $T" "$LOG_OUTPUT"
	pkill -P "$LOG_PID"
	wait "$LOG_PID" || status=$?
	[ "$status" -eq 8 ]
	LOG_PID=
	wait_for "cannot connect to web1" "$LOG_OUTPUT"
}

@test "disable with --host works for users with tokens and refuses unknown ones" {
	token=$(patctl -H web1 generate -q "$T" --user=news)
	patctl -H web1 disable -q news --reason=test
	run -1 login "$token" news 9
	run -0 patctl -H web1 disable
	expect "$output" "news: disabled"
	patctl -H web1 enable -q news
	login "$token" news 9
	run -1 patctl -H web1 disable irc
	expect "$output" "cannot look up user \"irc\" on another machine"
}

@test "revocation: revoke --all with --host works for a user who is gone there, or has another uid" {
	local user=u$BATS_TEST_NUMBER
	useradd --no-create-home --uid 4714 "$user" 2>/dev/null || skip "no useradd"
	one=$(patctl generate -q "$T one" --user="$user")
	suspended=$(patctl generate -q "$T two" --user="$user")
	patctl revoke -q "$T two" --user="$user" --for=30d
	userdel "$user"
	run -0 patctl -H web1 revoke --all --user="$user"
	[ "$output" = "1 token successfully revoked" ]
	run -1 login "$one" "$user" 4714
	[ "$(patctl show --json "${suspended:4:10}" | json '[0]["revoked_until"]')" = None ]

	useradd --no-create-home --uid 4714 "$user"
	old=$(patctl generate -q "$T old" --user="$user")
	suspended=$(patctl generate -q "$T away" --user="$user")
	patctl revoke -q "$T away" --user="$user" --for=30d
	userdel "$user"
	useradd --no-create-home --uid 4715 "$user"
	new=$(patctl generate -q "$T new" --user="$user")
	run -0 patctl -H web1 revoke --all --user="$user"
	[ "$output" = "2 tokens successfully revoked" ]
	[ "$(patctl show --json "${suspended:4:10}" | json '[0]["revoked_until"]')" = None ]
	userdel "$user"
	run -1 login "$old" "$user" 4714
	run -1 login "$new" "$user" 4715

	run -1 --separate-stderr patctl -H web1 revoke --all --user=nobody-here
	expect_stderr "no such user"
	run -5 patctl -H games@web1 revoke --all --user="$user"
}

@test "an unreachable host exits 8 with the message of ssh and a hint" {
	for call in list "generate x" "revoke x y z" "log -f"; do
		# shellcheck disable=SC2086 # to be split
		run -8 --separate-stderr patctl -H web9:2222 $call
		[ "$output" = "" ]
		expect_stderr "ssh: Could not resolve hostname web9"
		expect_stderr "cannot connect to web9:2222; does this work? ssh -p 2222 web9 systemd-stdio-bridge"
	done
	[ "$(ssh_arguments)" = "-xT -p 2222 -- web9 systemd-stdio-bridge" ]
}

# expect_plain: what was printed has nothing that a terminal would obey, or turn around.
expect_plain() {
	local control=$'[\x01-\x09\x0b-\x1f\x7f]'
	# Not by run, which empties stderr from bats 1.13 on.
	# shellcheck disable=SC2154 # run assigns it
	if grep -qE "$control"$'|\u009b|\u202e' <<<"$output$stderr"; then
		fail "not plain: $(cat -v <<<"$output$stderr")"
	fi
}

@test "display: what ssh and the other machine write to standard error cannot command a terminal" {
	HOSTILE='' run -8 --separate-stderr patctl -H evil list
	expect_stderr "motd \\x1b[31mred\\xc2\\x9b2J \\xe2\\x80\\xaeabc"$'\nsecond\n'"\\x1b]0;title\\x07 last"
	# Before patctl's own words.
	[[ $stderr == *last*"cannot connect to evil"* ]]
	expect_plain
}

@test "display: a refusal of another machine cannot command a terminal" {
	# Of its bus, and of what it calls patd.
	for name in "" org.freedesktop.DBus.Error.AccessDenied org.patd.Tokens1.Error.Denied \
		org.patd.Tokens1.Error.AgainstPolicy org.freedesktop.DBus.Error.ServiceUnknown; do
		for call in list "list --json" "show x"; do
			# shellcheck disable=SC2086 # to be split
			HOSTILE='no \e[2J\u009b31m \u202eevil' HOSTILE_NAME=$name \
				run --separate-stderr patctl -H evil $call
			[ "$status" -ne 0 ]
			expect_plain
			[[ $call != *--json ]] || stderr=$(grep '^{"error": "' <<<"$stderr" | json '["message"]')
			expect_stderr "no \\x1b[2J\\xc2\\x9b31m \\xe2\\x80\\xaeevil"
		done
	done
}

@test "a host without bus or patd, or a missing ssh, exits 8" {
	run -8 --separate-stderr patctl -H web2 list
	expect_stderr "cannot connect to web2"
	patd_stop
	run --separate-stderr patctl -H web1 list
	DBUS_SYSTEM_BUS_ADDRESS=$REMOTE_BUS patd_start
	expect_status 8
	expect_stderr "on web1: "
	expect_stderr "is patd running there? see: ssh web1 systemctl status patd"
	run -8 --separate-stderr env PATH="$BUILD/patctl" patctl -H web1 list
	expect_stderr "cannot connect to web1"
}

@test "an invalid --host exits 2 and is not passed to ssh" {
	: >"$WORLD/ssh"
	# shellcheck disable=SC2016 # not to be expanded
	for host in "" - -oProxyCommand=x root@-oProxyCommand=x -x@web1 @web1 root@ "web 1" 'web1;id' \
		'$(id)' $'web1\n' $'\e[31m' web1:0 web1:65536 web1:ssh web1: '[::1' '[::1]x' '[]' \
		ssh://web1 web1/x; do
		run -2 --separate-stderr patctl list --host="$host"
		[ "$output" = "" ]
		expect_stderr "patctl: --host="
		expect_not_stderr $'\e'
	done
	[ ! -s "$WORLD/ssh" ]
}

@test "a verb for the local machine only exits 2 with --host and suggests ssh" {
	: >"$WORLD/ssh"
	for verb in check doctor backup restore-backup; do
		run -2 --separate-stderr patctl "$verb" -H root@web1:2222 file
		expect_stderr "patctl $verb does not support --host; run: ssh -p 2222 root@web1 patctl $verb"
		run -2 --separate-stderr patctl -H -lroot "$verb" file
		expect_stderr "neither user nor host may begin with"
	done
	run -2 patctl -H web1 help list
	run -2 patctl -H web1 complete -- ""
	[ ! -s "$WORLD/ssh" ]
}

@test "completion with --host makes no connection and offers verbs that allow it" {
	: >"$WORLD/ssh"
	run -0 patctl complete -- -H ""
	[ "$output" = "" ]
	run -0 patctl complete -- --host=
	[ "$output" = "" ]
	for words in "show " "list --user=" "disable " "generate x --service="; do
		read -ra before <<<"$words"
		case $words in
		*" ") run -0 patctl complete -- -H web1 "${before[@]}" "" ;;
		*) run -0 patctl complete -- -H web1 "${before[@]}" ;;
		esac
		[ "$output" = "" ]
	done
	run -0 patctl complete -- -H web1 ""
	expect "$output" "generate"
	expect_not "$output" "doctor"
	expect_not "$output" "check"
	run -0 patctl complete -- list -
	expect "$output" "--host="
	expect "$output" "-H"
	run -0 patctl complete -- check --
	expect_not "$output" "--host="
	[ ! -s "$WORLD/ssh" ]
}
