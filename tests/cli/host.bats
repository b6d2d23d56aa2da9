#!/usr/bin/env bats
# Another machine, by way of ssh and the real systemd-stdio-bridge.  ssh itself stands aside here: see
# tests/system/5-host.bats for it.

load cli

setup_file() {
	patd_world
	export THERE=$DBUS_SYSTEM_BUS_ADDRESS
	# What is asked of this machine goes nowhere.
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$WORLD/nobody
	mkdir "$WORLD/bin"
	PATH=$WORLD/bin:$PATH
	cat >"$WORLD/bin/ssh" <<-'SSH'
		#!/bin/bash
		printf '%s\n' "$*" >>"$WORLD/ssh"
		host=${*: -2:1}
		case $host in
		games@web1) as=(setpriv --reuid=games --regid=games --clear-groups) ;;
		web1 | root@web1) as=() ;;
		web2) THERE=unix:path=$WORLD/nobody as=() ;;
		*)
			echo "ssh: Could not resolve hostname $host: Name or service not known" >&2
			exit 255
			;;
		esac
		bridge=("${as[@]}" systemd-stdio-bridge --bus-path="$THERE")
		[ -n "${RECORD:-}" ] || exec "${bridge[@]}"
		tee -a "$WORLD/there" | "${bridge[@]}" | tee -a "$WORLD/back"
	SSH
	chmod 0755 "$WORLD/bin/ssh"
}

teardown_file() {
	patd_world_end
}

teardown() {
	[ -z "${FOLLOWER:-}" ] || process_end TERM "$FOLLOWER"
}

# seen TEXT FILE [LINES]: waits, 10 seconds at most, until so many lines of the file have it
seen() {
	# shellcheck disable=SC2016 # for the inner shell
	timeout 10 bash -c 'until [ "$(grep -ac "$1" "$2")" -ge "$3" ]; do sleep 0.05; done' - \
		"$1" "$2" "${3:-1}"
}

# given: what ssh was given last
given() {
	tail -n 1 "$WORLD/ssh"
}

@test "a token lives its life there" {
	token=$(patctl -H web1 generate -q "$T" --expires=7d)
	[ "$(given)" = "-xT -- web1 systemd-stdio-bridge" ]
	use "$token" root 0
	run -0 patctl --host=web1
	expect "$output" " $T "
	run -0 patctl show -H web1 "$T"
	expect "$output" "User:     root (0)"
	patctl -H web1 revoke -q "$T"
	run -1 use "$token" root 0
	patctl restore -q "$T" -H web1
	use "$token" root 0
	patctl -H web1 rename -q "$T" "$T new"
	patctl -H web1 revoke -q "$T new"
	patctl -H web1 delete -qy "$T new"
	run -4 patctl -H web1 show "$T new"
	expect "$output" "see them with: patctl --host=web1 list --all"
}

@test "a new secret is the one that works" {
	old=$(patctl -H root@web1 generate -q "$T")
	new=$(patctl -H root@web1 rotate -q "$T" --grace=none)
	[ "${new:0:15}" = "${old:0:15}" ]
	use "$new" root 0
	run -1 use "$old" root 0
	run --separate-stderr patctl -H web1 rotate --json "$T"
	expect_status 0
	use "$(json '["token"]' <<<"$output")" root 0
}

@test "neither the connection nor the bus there carries a secret in clear" {
	dbus-monitor --address "$THERE" --binary >"$BATS_TEST_TMPDIR/bus" 3>&- &
	monitor=$!
	# With that it has become one.
	seen NameLost "$BATS_TEST_TMPDIR/bus"
	export RECORD=1
	first=$(patctl -H web1 generate -q "$T")
	second=$(patctl -H web1 rotate -q "$T")
	patctl -H web1 list -q --user="the end" >/dev/null || :
	seen "the end" "$BATS_TEST_TMPDIR/bus"
	kill "$monitor"
	for file in "$BATS_TEST_TMPDIR/bus" "$WORLD/there" "$WORLD/back"; do
		grep -q "${first:4:10}" "$file"
		for token in "$first" "$second"; do
			for at in 15 23 31 39 47; do
				run ! grep -aqF "${token:at:8}" "$file"
			done
		done
	done
	run ! grep -aqE 'pat_[0-9A-Za-z]{10}_' "$WORLD/there" "$WORLD/back"
}

@test "a token that cannot be written is undone there" {
	run --separate-stderr bash -c "patctl -H web1 generate $T >/dev/full"
	expect_status 1
	expect_stderr "which was not shown, was revoked and deleted"
	run -4 patctl -H web1 show "$T"
}

@test "--json, several tokens, and what was not found" {
	patctl -H web1 generate -q "$T" >/dev/null
	run --separate-stderr patctl -H web1 revoke --json "$T" nope
	expect_status 1
	[ "$(json '[1]["result"]' <<<"$output")" = revoked ]
	[ "$(json '[0]["error"]' <<<"$output")" = not-found ]
	run --separate-stderr patctl -H web1 generate -q "$T"
	expect_status 1
	run --separate-stderr patctl -H web1 generate "$T-2"
	expect_status 0
	patctl -H web1 generate -q "$T-3" >/dev/null
	run -1 patctl -H web1 delete -y "$T-3"
	expect "$output" "try: patctl --host=web1 revoke $T-3"
}

@test "what patd refuses there is told, and where to look" {
	run --separate-stderr patctl -H web1 generate "$T" --user=no-such-user
	expect_status 1
	expect_stderr "no such user"
	mkdir -p "$WORLD/etc"
	printf '[tokens]\nmax_lifetime = 1d\n' >"$WORLD/etc/patd.conf"
	kill -HUP "$(cat "$WORLD/patd.pid")"
	timeout 10 bash -c 'until patctl -H web1 policy | grep -q max_lifetime.*patd.conf:2; do :; done'
	run --separate-stderr patctl -H web1 generate "$T" --expires=7d
	expect_status 5
	expect_stderr "see: patctl --host=web1 policy"
	rm "$WORLD/etc/patd.conf"
	kill -HUP "$(cat "$WORLD/patd.pid")"
	timeout 10 bash -c 'until patctl -H web1 policy | grep -q max_lifetime.*default; do :; done'
}

@test "who is asked for there is who ssh is there" {
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
	run -1 use "$token" games 5
}

@test "nobody is asked for a password: exit 5, and what to do" {
	for call in "generate $T" "list --all" "disable news" "log --all"; do
		# shellcheck disable=SC2086 # words are meant
		run --separate-stderr patctl -H games@web1 $call
		expect_status 5
		[ "$output" = "" ]
		expect_stderr "log in there, ssh -t games@web1 patctl ..., or as root: patctl --host=root@web1"
	done
	run -5 on_terminal "patctl -H games@web1 generate $T"
	expect "$output" "log in there, ssh -t games@web1 patctl"
}

# follow OPTION...: patctl log --follow, until the end of the test, into the file out
follow() {
	patctl log --follow "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	FOLLOWER=$!
}

followed() {
	seen "$1" "$BATS_TEST_TMPDIR/out"
}

@test "log --follow tells what is new there" {
	token=$(patctl -H web1 generate -q "$T")
	follow -H web1 --all
	followed "generated  $T (${token:4:10})"
	use "$token" root 0
	followed "used       $T"
	patctl -H web1 revoke -q "$T"
	followed "revoked    $T"
}

@test "log --follow --user by name: root, and the user itself, and nobody else" {
	token=$(patctl -H web1 generate -q "$T" --user=games)
	follow -H games@web1 --user=games
	followed "generated  $T (${token:4:10})"
	use "$token" games 5
	followed "used       $T"
	process_end TERM "$FOLLOWER"
	follow -H web1 --user=games
	followed "used       $T"
	use "$token" games 5
	seen "used       $T" "$BATS_TEST_TMPDIR/out" 2
	run -5 patctl -H games@web1 log --follow --user=root
}

@test "log --follow goes on after a restart of patd, and ends with the connection" {
	token=$(patctl -H web1 generate -q "$T")
	follow -H web1 --all
	followed "generated  $T"
	patd_stop
	DBUS_SYSTEM_BUS_ADDRESS=$THERE patd_start
	use "$token" root 0
	followed "used       $T"
	pkill -P "$FOLLOWER"
	wait "$FOLLOWER" || status=$?
	[ "$status" -eq 8 ]
	FOLLOWER=
	followed "there is no connection to web1"
}

@test "users are disabled and enabled there, one who has tokens; of another nobody can tell" {
	token=$(patctl -H web1 generate -q "$T" --user=news)
	patctl -H web1 disable -q news --reason=test
	run -1 use "$token" news 9
	run -0 patctl -H web1 disable
	expect "$output" "news: disabled"
	patctl -H web1 enable -q news
	use "$token" news 9
	run -1 patctl -H web1 disable irc
	expect "$output" "only on the machine itself it is known whether there is a user \"irc\""
}

@test "a host that ssh does not reach: exit 8, ssh's words and ours" {
	for call in list "generate x" "revoke x y z" "log -f"; do
		# shellcheck disable=SC2086 # words are meant
		run --separate-stderr patctl -H web9:2222 $call
		expect_status 8
		[ "$output" = "" ]
		expect_stderr "ssh: Could not resolve hostname web9"
		expect_stderr "there is no connection to web9:2222; does this work? ssh -p 2222 web9 systemd-stdio-bridge"
	done
	[ "$(given)" = "-xT -p 2222 -- web9 systemd-stdio-bridge" ]
}

@test "a host without a bus, without patd, and this machine without ssh: exit 8" {
	run --separate-stderr patctl -H web2 list
	expect_status 8
	expect_stderr "there is no connection to web2"
	patd_stop
	run --separate-stderr patctl -H web1 list
	DBUS_SYSTEM_BUS_ADDRESS=$THERE patd_start
	expect_status 8
	expect_stderr "on web1: "
	expect_stderr "is patd running there? see: ssh web1 systemctl status patd"
	run --separate-stderr env PATH="$BUILD/patctl" patctl -H web1 list
	expect_status 8
	expect_stderr "there is no connection to web1"
}

@test "what is no host never gets to ssh: exit 2" {
	: >"$WORLD/ssh"
	# shellcheck disable=SC2016 # as it is
	for host in "" - -oProxyCommand=x root@-oProxyCommand=x -x@web1 @web1 root@ "web 1" 'web1;id' \
		'$(id)' $'web1\n' $'\e[31m' web1:0 web1:65536 web1:ssh web1: '[::1' '[::1]x' '[]' \
		ssh://web1 web1/x; do
		run --separate-stderr patctl list --host="$host"
		expect_status 2
		[ "$output" = "" ]
		expect_stderr "patctl: --host="
		expect_not_stderr $'\e'
	done
	[ ! -s "$WORLD/ssh" ]
}

@test "what needs the machine itself says where to do it: exit 2" {
	: >"$WORLD/ssh"
	for verb in check doctor backup restore-backup; do
		run --separate-stderr patctl "$verb" -H root@web1:2222 file
		expect_status 2
		expect_stderr "patctl $verb works on the machine itself: ssh -p 2222 root@web1 patctl $verb"
		run --separate-stderr patctl -H -lroot "$verb" file
		expect_status 2
		expect_stderr "ssh would take it for an option"
	done
	run -2 patctl -H web1 help list
	run -2 patctl -H web1 complete -- ""
	[ ! -s "$WORLD/ssh" ]
}

@test "completion asks no other machine, and offers what can be done there" {
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
