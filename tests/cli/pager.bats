#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The pager on a terminal: which output is shown in it, which program it is, and that leaving it is
# no error.
# shellcheck disable=SC2030,SC2031 # run assigns them

load shared_patd

setup_file() {
	patd_world
	export GAMES="setpriv --reuid=games --regid=games --clear-groups"
	# Its words, its flags, and then what it shows.
	cat >"$WORLD/pager" <<-'PAGER'
		#!/bin/bash
		echo "pager:$*:$LESS:$LESSCHARSET:${LESSSECURE-}"
		cat
	PAGER
	chmod 0755 "$WORLD/pager"
	export ON_PAGER="$WORLD/pager  -i -x"
	patctl generate -q laptop --user=games >/dev/null
}

setup() {
	export T=t-$BATS_TEST_NUMBER
	unset SUDO_UID
	case $(cat /proc/self/loginuid) in
	0 | 4294967295) ;;
	*) skip "patctl does not trust this session, which began as another user" ;;
	esac
}

# executed COMMAND: the programs that patctl runs on a terminal, and their environment, in $executed
executed() {
	local trace=$BATS_TEST_TMPDIR/trace
	# Both LeakSanitizer and strace would trace patctl, which only one can.
	run -0 on_terminal "ASAN_OPTIONS=detect_leaks=0 strace -f -v -s 100 -e trace=execve -o $trace $1"
	executed=$(grep 'execve(.* = 0$' "$trace")
}

@test "list, log, show, policy and help are shown in a pager" {
	for command in "" list log "show laptop" policy help "help log" --help "log --help" \
		"log --lines=1" "log --reverse"; do
		run -0 on_terminal "$GAMES patctl $command"
		[ "${lines[0]}" = "pager:-i -x:FRSXMK:utf-8:" ] || fail "$command: $output"
		[ "${#lines[@]}" -gt 1 ]
	done
}

@test "output in a pager is the same as on the terminal" {
	for command in log policy; do
		ON_PAGER='' run -0 on_terminal "$GAMES patctl $command"
		direct=$output
		run -0 on_terminal "$GAMES patctl $command"
		[ "${output#*$'\n'}" = "$direct" ] || fail "$command: $output, not: $direct"
	done
	ON_COLS=60 run -0 on_terminal "$GAMES patctl list"
	[ "${#lines[1]}" -le 60 ]
}

@test "no pager with --no-pager, --json or --quiet, and none without a terminal" {
	for command in "list --no-pager" "--no-pager log" "show laptop --no-pager" "policy --no-pager" \
		"help --no-pager" "--help --no-pager" "list --json" "log --json" "show laptop --json" \
		"policy --json" "list -q" "log -q" "show -q laptop" "policy -q" "list | sed p" \
		"revoke laptop --no-pager" --version; do
		run -0 on_terminal "$GAMES patctl $command"
		expect_not "$output" "pager:"
		[ "$output" != "" ]
	done
	patctl restore -q laptop --user=games
	for term in dumb ""; do
		ON_TERM=$term run -0 on_terminal "$GAMES patctl list"
		expect_not "$output" "pager:"
	done
}

@test "no pager for log --follow" {
	local out=$BATS_TEST_TMPDIR/out
	touch "$out"
	run -130 env TERM=xterm PATCTL_PAGER="$ON_PAGER" script -qefc "$GAMES patctl log -f" "$out" < <(
		wait_for "generated" "$out"
		printf '\003'
	)
	expect_not "$output" "pager:"
}

@test "no pager for an empty list or an error" {
	run -0 on_terminal "$GAMES patctl list --state=exhausted"
	[ "$output" = "No tokens match." ]
	run -4 on_terminal "$GAMES patctl show nothing"
	expect_not "$output" "pager:"
	run -2 on_terminal "$GAMES patctl help nothing"
	expect_not "$output" "pager:"
}

@test "the pager is that of PATCTL_PAGER, then that of PAGER, then less" {
	run -0 on_terminal "PAGER=false $GAMES patctl list"
	[ "${lines[0]}" = "pager:-i -x:FRSXMK:utf-8:" ]
	run -0 on_terminal "env -u PATCTL_PAGER PAGER=$WORLD/pager $GAMES patctl list"
	[ "${lines[0]}" = "pager::FRSXMK:utf-8:" ]
	for none in "" " " cat; do
		ON_PAGER=$none run -0 on_terminal "PAGER=$WORLD/pager $GAMES patctl list"
		expect_not "$output" "pager:"
		expect "$output" laptop
	done
	executed "env -u PATCTL_PAGER -u PAGER LESS=-N $GAMES patctl list"
	expect "$output" laptop
	expect "$output" $'\e[32m'
	[[ $executed == *'execve("/usr/bin/less", ["/usr/bin/less"], ['*'"LESS=FRSXMK"'* ]]
}

@test "a pager that cannot be run is reported, and the output printed" {
	ON_PAGER="$WORLD/no-pager -x" run -0 on_terminal "$GAMES patctl list"
	expect "$output" "patctl: cannot run the pager $WORLD/no-pager: No such file or directory"
	expect "$output" laptop
	# As if in a container without less, which nobody chose.
	run -0 on_terminal "unshare --mount sh -c 'mount --bind /dev/null /usr/bin/less &&
		env -u PATCTL_PAGER -u PAGER $GAMES patctl list'"
	expect_not "$output" "patctl:"
	expect "$output" laptop
}

@test "less shows a screen, and leaving it is no error" {
	ON_PAGER=less run -0 on_terminal "stty rows 10; $GAMES patctl help" <<<q
	expect "$output" "Usage: patctl"
	expect_not "$output" "See also patctl(1)"
	# A fit for the screen.
	ON_PAGER=less run -0 on_terminal "stty rows 100; $GAMES patctl help"
	expect "$output" "See also patctl(1)"
}

@test "leaving the pager before the end of the output is no error" {
	# More than fits the pipe.
	tokens=$(printf 'laptop %.0s' {1..400})
	ON_PAGER="head -n 1" run -0 on_terminal "$GAMES patctl show $tokens"
	[ "${#lines[@]}" -eq 1 ]
	for pager in true false; do
		ON_PAGER=$pager run -0 on_terminal "$GAMES patctl show $tokens"
		[ "$output" = "" ]
	done
}

@test "the exit status is that of the command, and its messages are in the pager" {
	run -1 on_terminal "$GAMES patctl show laptop nothing laptop"
	expect "${lines[0]}" "pager:"
	# In their place.
	order=$(grep -oE '^(ID:|patctl:)' <<<"$output" | xargs)
	[ "$order" = "ID: patctl: ID:" ] || fail "$order"
	ON_PAGER=false run -1 on_terminal "$GAMES patctl show laptop nothing"
}

@test "Ctrl-C ends the output, and patctl waits for the pager" {
	local out=$BATS_TEST_TMPDIR/out tokens
	tokens=$(printf 'laptop %.0s' {1..400})
	touch "$out"
	# More than fits the pipe is not read before the interruption.
	cat >"$WORLD/stopped-pager" <<-'PAGER'
		#!/bin/bash
		stop() {
			cat >/dev/null
			echo "read to the end, and there waits: $(ps -o comm= -p $PPID)."
			exit
		}
		read -r line
		trap stop INT
		echo ready
		until read -r key </dev/tty; do :; done
	PAGER
	chmod 0755 "$WORLD/stopped-pager"
	run -130 env TERM=xterm PATCTL_PAGER="$WORLD/stopped-pager" \
		script -qefc "exec $GAMES patctl show $tokens" "$out" < <(
		wait_for ready "$out"
		printf '\003'
		wait_for "read to the end" "$out"
	)
	expect "$output" "there waits: patctl."
}

@test "Ctrl-C at the end of the output is for the pager alone" {
	local out=$BATS_TEST_TMPDIR/out
	touch "$out"
	# It reads to the end of the output, and then waits for a key.
	cat >"$WORLD/waiting-pager" <<-'PAGER'
		#!/bin/bash
		trap 'echo interrupted' INT
		cat
		echo ready
		until read -r line </dev/tty; do :; done
		echo "left by $line"
	PAGER
	chmod 0755 "$WORLD/waiting-pager"
	run -0 env TERM=xterm PATCTL_PAGER="$WORLD/waiting-pager" \
		script -qefc "exec $GAMES patctl list" "$out" < <(
		wait_for ready "$out"
		printf '\003'
		wait_for interrupted "$out"
		printf 'q\n'
		wait_for "left by" "$out"
	)
	expect "$output" "left by q"
}

@test "secrecy: commands that print or read a token start no pager" {
	local token
	executed "patctl generate $T"
	[ "$(wc -l <<<"$executed")" -eq 1 ]
	executed "patctl rotate $T --grace=none"
	[ "$(wc -l <<<"$executed")" -eq 1 ]
	token=$(patctl rotate -q "$T" --grace=none)
	echo "$token" >"$BATS_TEST_TMPDIR/token"
	executed "patctl check <$BATS_TEST_TMPDIR/token"
	[ "$(wc -l <<<"$executed")" -eq 1 ]
}

@test "under sudo in the session of nobody knows whom the pager is less, too" {
	[ "$(cat /proc/self/loginuid)" = 4294967295 ] || skip "this is a login session"
	for user in SUDO_UID=2 DOAS_USER=bin; do
		executed "env $user $GAMES patctl list"
		expect_not "$output" "pager:"
		[[ $executed == *'execve("/usr/bin/less", ["/usr/bin/less"], ['*'"LESSSECURE=1"'* ]]
	done
}

@test "root in the session of nobody knows whom has less as pager, which can start no shell" {
	[ "$(cat /proc/self/loginuid)" != 0 ] || skip "this is a login session of root"
	executed "patctl list --all"
	expect "$output" laptop
	expect_not "$output" "pager:"
	[[ $executed == *'execve("/usr/bin/less", ["/usr/bin/less"], ['*'"LESSSECURE=1"'* ]]
	ON_PAGER="cat" executed "patctl list --all"
	expect_not "$executed" /usr/bin/less
}
