# SPDX-License-Identifier: LGPL-2.1-or-later
# Sessions that stay open while a test goes on, and what patctl lists of them.
# shellcheck shell=bash disable=SC2034,SC2154 # variables that a bats file reads or assigns

load modules

# The command of a session: says once that it is open, the id of logind's and its own process; it then
# stays so as long as its standard input.
SAY_AND_WAIT=/run/say-and-wait

sessions_begin() {
	# shellcheck disable=SC2016 # for the shell of the session to expand
	printf '%s\n' '#!/bin/sh' 'echo open "${XDG_SESSION_ID:-none}" $$; exec cat' |
		install -m 0755 /dev/stdin "$SAY_AND_WAIT"
	HELD=$(mktemp -d)
	# Longer than all tests of the file.
	SSH_TIMEOUT=600
	export HELD SSH_TIMEOUT
}

sessions_end() {
	let_go_but ''
	rm -r "$HELD" "$SAY_AND_WAIT"
}

# hold NAME COMMAND...: runs it until let_go(); returns when the session in it is open.  Its input is
# the line $ANSWER, if that is set, and stays open.
hold() {
	local name=$1
	shift
	rm -f "$HELD/$name".*
	mkfifo "$HELD/$name.in"
	"$@" <"$HELD/$name.in" >"$HELD/$name.out" 2>&1 3>&- 4>&- &
	echo $! >"$HELD/$name.pid"
	{
		[ -z "${ANSWER:-}" ] || printf '%s\n' "$ANSWER"
		exec tail -f /dev/null
	} >"$HELD/$name.in" 2>/dev/null 3>&- 4>&- &
	echo $! >"$HELD/$name.writer"
	wait_until session_of "$name" || {
		cat "$HELD/$name.out"
		return 1
	}
}

holder() {
	cat "$HELD/$1.pid"
}

# lives NAME: what was held has not ended
lives() {
	kill -0 "$(holder "$1")"
}

# gone PID: it has ended, also if its parent has not seen that yet
gone() {
	[ ! -e "/proc/$1" ] || ! grep -qs '^State:.[^ZX]' "/proc/$1/status"
}

# ended NAME: what runs in its session has ended, or does so
ended() {
	wait_until gone "$(command_of "$1")" || {
		echo "$1 goes on"
		return 1
	}
	let_go "$1"
}

# let_go NAME: a logout, if its session has not ended yet; by force if that takes too long
let_go() {
	kill "$(<"$HELD/$1.writer")" 2>/dev/null || :
	timeout 60 tail --pid="$(holder "$1")" -s 0.01 -f /dev/null || {
		kill_tree "$(holder "$1")"
		return 1
	}
	rm "$HELD/$1".*
}

kill_tree() {
	local child
	for child in $(pgrep -P "$1"); do
		kill_tree "$child"
	done
	kill -KILL "$1"
}

# let_go_but NAME...: all others
let_go_but() {
	local file name
	for file in "$HELD"/*.pid; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .pid)
		[[ " $* " == *" $name "* ]] || let_go "$name" || :
	done
}

# said NAME: what its session printed: "ID PID"
said() {
	sed -n 's/.*open \([a-z0-9]\+ [0-9]\+\)\r*$/\1/p' "$HELD/$1.out" | grep .
}

# session_of NAME: logind's id of its session
session_of() {
	local said
	said=$(said "$1") && echo "${said% *}"
}

# command_of NAME: the process in it
command_of() {
	local said
	said=$(said "$1") && echo "${said#* }"
}

# leader_of NAME: the process that opened it, as logind knows it
leader_of() {
	loginctl show-session --value --property=Leader "$(session_of "$1")"
}

# listed KEY: of each session that the token ID has opened
listed() {
	patctl sessions "$ID" --json | python3 -c '
import json, sys
for session in json.load(sys.stdin):
    print(session[sys.argv[1]])' "$1"
}

not_listed() {
	[ "$(listed pid)" = "" ]
}

# with_policy LINE: a setting of the section [tokens], until without_policy()
with_policy() {
	mkdir -p /etc/patd/patd.conf.d
	printf '%s\n' '[tokens]' "$1" >/etc/patd/patd.conf.d/sessions.conf
	systemctl reload patd.service
}

without_policy() {
	rm /etc/patd/patd.conf.d/sessions.conf
	systemctl reload patd.service
}

# desktop_begin USER TOKEN: greetd(1), whose greeter logs in by itself, as the unit desktop.service
desktop_begin() {
	systemctl mask --quiet --runtime greetd.service # which the package starts
	install_module greetd
	install -d -m 0755 /run/desktop
	install -d -m 0777 /run/desktop/output
	install -m 0755 "$BATS_TEST_DIRNAME/greeter.py" /run/desktop/greeter
	printf '%s\n' "$2" | install -o _greetd -m 0400 /dev/stdin /run/desktop/secret
	# shellcheck disable=SC2016 # for the session to expand
	printf '%s\n' '#!/bin/sh' 'echo open "$XDG_SESSION_ID" $$ >/run/desktop/output/desktop.out' \
		'exec sleep infinity' | install -m 0755 /dev/stdin /run/desktop/session
	cat >/run/desktop/config.toml <<-END
		[terminal]
		vt = "none"
		[default_session]
		command = "env GREETER_USER=$1 GREETER_SECRET_FILE=/run/desktop/secret GREETER_SESSION=/run/desktop/session /run/desktop/greeter"
		user = "_greetd"
	END
	# It locks all of its memory, and Debian 13's modules do not fit under the limit of a container,
	# unless there are few, and small stacks.
	printf '@include common-%s\n' auth account session >/etc/pam.d/greetd
	systemd-run --quiet --collect --unit=desktop --setenv=RUST_MIN_STACK=131072 \
		--setenv=TOKIO_WORKER_THREADS=1 --setenv=MALLOC_ARENA_MAX=1 \
		greetd --config /run/desktop/config.toml
	HELD=/run/desktop/output wait_until said desktop
}

desktop_end() {
	systemctl stop desktop.service
	rm -r /run/desktop
	remove_module greetd
	systemctl unmask --quiet --runtime greetd.service
}
