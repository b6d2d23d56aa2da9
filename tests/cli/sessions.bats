#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl sessions, and the sessions that revoke, disable and rotate end.

# shellcheck disable=SC2030,SC2031,SC2154 # run assigns them
load shared_patd

# session TOKEN SERVICE [RHOST [LOGIND]]: a session of games that the token opened, in a process of its
# own, whose pid is in SESSION_PID
session() {
	sleep infinity 3>&- 4>&- &
	SESSION_PID=$!
	PROCESSES+=("$SESSION_PID")
	/usr/bin/python3 "$CLI/session.py" "$WORLD/run/root.sock" "$1" games 5 "$SESSION_PID" "${@:2}"
}

# logind PID...: these processes lead sessions of logind, c1 and so on
logind() {
	mkfifo "$BATS_TEST_TMPDIR/logind"
	/usr/bin/python3 "$TOP/tests/lib/logind.py" "$@" >"$BATS_TEST_TMPDIR/logind" 3>&- 4>&- &
	PROCESSES+=("$!")
	read -r _ <"$BATS_TEST_TMPDIR/logind"
}

# patient COMMAND...: the two seconds that patctl gives logind are half a minute of it
patient() {
	PATIENCE=15 LD_PRELOAD="$(asan_preload) $BUILD/tests/pam/later.so" "$@"
}

teardown() {
	local pid
	for pid in "${PROCESSES[@]}"; do
		process_end KILL "$pid"
	done
}

# A token of games, of the name $T, in $token
new_token() {
	token=$(patctl generate -q "$T" --user=games)
}

ended_log() {
	patctl log --all --event=session-ended --json | grep -c session-ended || :
}

@test "sessions lists who opened each, by which service, from where and in which process" {
	new_token
	session "$token" sshd 192.0.2.7 c9
	run -0 as_games patctl sessions
	[[ ${lines[0]} =~ ^TOKEN\ +NAME\ +USER\ +SERVICE\ +FROM\ +SINCE\ +PID\ +SESSION$ ]]
	[[ ${lines[1]} =~ ^${token:4:10}\ $T\ +games\ sshd\ +192.0.2.7\ 20..-..-..T..:..:..Z\ $SESSION_PID\ +c9$ ]]
	[ "${#lines[@]}" -eq 2 ]
	run -0 as_games patctl sessions --no-legend
	[ "${#lines[@]}" -eq 1 ]
	run -0 patctl sessions
	[ "$output" = "" ]
}

@test "sessions --json has all of each" {
	new_token
	session "$token" sudo
	run -0 as_games patctl sessions --json
	[ "$(json '[0]["token"]' <<<"$output")" = "${token:4:10}" ]
	[ "$(json '[0]["name"]' <<<"$output")" = "$T" ]
	[ "$(json '[0]["pid"]' <<<"$output")" -eq "$SESSION_PID" ]
	[ "$(json '[0]["from"]' <<<"$output")" = local ]
	[ "$(json '[0]["logind"]' <<<"$output")" = None ]
	[ "$(json '[0]["ending"]' <<<"$output")" = False ]
}

@test "sessions TOKEN, --user and --all select whose are listed" {
	new_token
	session "$token" sshd 192.0.2.7
	other=$(patctl generate -q "$T-other" --user=games)
	session "$other" login
	for arguments in "--user=games" "--all"; do
		run -0 patctl sessions --no-legend "$arguments"
		[ "${#lines[@]}" -eq 2 ]
	done
	run -0 patctl sessions --no-legend --user=games "$T"
	[ "${#lines[@]}" -eq 1 ]
	run -0 patctl sessions --no-legend --id "${other:4:10}"
	expect "$output" login
	run -0 as_games patctl sessions --no-legend "$T-other" "$T"
	[ "${#lines[@]}" -eq 2 ]
	run -4 as_games patctl sessions "$T-none"
	run -2 patctl sessions --user=games --all
	run -1 patctl sessions --user=nobody-is-called-so
}

@test "sessions on a terminal says that none are open" {
	run -0 on_terminal "patctl sessions --user=games"
	expect "$output" "No sessions that a token opened are open."
	run -0 --separate-stderr patctl sessions --user=games
	[ "$output$stderr" = "" ]
}

@test "sessions fits a terminal, where the token and the process stay" {
	new_token
	session "$token" sshd 2001:db8:1111:2222:3333:4444:5555:6666 c9
	for columns in 100 60 30; do
		ON_COLS=$columns run -0 on_terminal "patctl sessions --user=games"
		for line in "${lines[@]}"; do
			[ "${#line}" -le "$columns" ] || fail "wide: $line"
		done
		expect "$output" "${token:4:10}"
		expect "$output" "$SESSION_PID"
	done
}

@test "show, list and their JSON have the open sessions" {
	new_token
	run -0 patctl show --user=games "$T"
	expect_not "$output" Sessions:
	for i in 1 2 3 4 5 6; do
		session "$token" sshd "192.0.2.$i" "c$i"
	done
	run -0 patctl show --user=games "$T"
	expect "$output" "Sessions: 6 open"
	expect "$output" "sshd from 192.0.2.1, pid ${PROCESSES[0]}, session c1"
	expect "$output" "and more"
	expect_not "$output" 192.0.2.6
	[ "$(field sessions --user=games "$T")" -eq 6 ]
	[ "$(field open_sessions --user=games "$T" | grep -o "'pid'" | wc -l)" -eq 6 ]
	run -0 patctl list --no-legend -o name,sessions --user=games
	grep -qx "$T  *6" <<<"$output"
}

@test "revoke says how many sessions go on, and how to end them" {
	new_token
	run -0 --separate-stderr patctl revoke --user=games "$T"
	expect_no_stderr
	patctl restore -q --user=games "$T"
	session "$token" sshd 192.0.2.7
	run -0 --separate-stderr patctl revoke --user=games "$T"
	[ "$stderr" = "1 session that it opened goes on; to end it: patctl revoke --end-sessions --user=games $T" ]
	session_is_open
	patctl restore -q --user=games "$T"
	session "$token" sshd 192.0.2.7
	run -0 --separate-stderr as_games patctl revoke "$T"
	[ "$stderr" = "2 sessions that it opened go on; to end them: patctl revoke --end-sessions $T" ]
	patctl restore -q --user=games "$T"
	run -0 --separate-stderr patctl revoke -q --user=games "$T"
	expect_no_stderr
	patctl restore -q --user=games "$T"
	run -0 --separate-stderr patctl revoke --all --user=games
	expect_stderr "2 sessions go on; the same command with --end-sessions ends them"
	run -0 --separate-stderr patctl disable games
	expect_stderr "2 sessions go on; the same command with --end-sessions ends them"
	patctl enable -q games
}

session_is_open() {
	[ "$(patctl sessions --all --json | json '.__len__()')" -gt 0 ]
}

@test "revoke --end-sessions ends the sessions that lead one of logind" {
	new_token
	session "$token" sshd 192.0.2.7 c1
	first=$SESSION_PID
	session "$token" login "" c2
	logind "$first" "$SESSION_PID"
	before=$(ended_log)
	run -0 --separate-stderr patient patctl revoke --user=games "$T" --end-sessions
	expect "$output" "User token successfully revoked"
	[ "$stderr" = "Ended 2 sessions." ]
	run -0 patctl sessions --all
	[ "$output" = "" ]
	[ "$(ended_log)" -eq $((before + 2)) ]
	run -0 patctl log --all --event=session-ended
	expect "$output" ", sshd from 192.0.2.7, by root: session c1, pid $first"
}

@test "revoke --end-sessions names what is still open, and exits 1" {
	new_token
	session "$token" sshd 192.0.2.7 c1
	leader=$SESSION_PID
	session "$token" sudo
	logind "$leader"
	run -1 --separate-stderr patient patctl revoke --user=games "$T" --end-sessions
	expect "$output" "User token successfully revoked"
	expect_stderr_line "Ended 1 session\."
	expect_stderr_line "patctl: still open: sudo, pid $SESSION_PID \(user games, since 20.*\); to end it: kill $SESSION_PID"
	kill "$SESSION_PID"
	run -0 --separate-stderr patctl revoke --user=games "$T" --end-sessions
	[ "$stderr" = "No sessions were open." ]
}

@test "what logind does not end is named with the command for it" {
	new_token
	session "$token" sshd 192.0.2.7 c1
	run -1 --separate-stderr patctl revoke --user=games "$T" --end-sessions -q
	expect_stderr_line "patctl: still open: sshd, pid $SESSION_PID .*; to end it: loginctl terminate-session c1"
	run -1 --separate-stderr patctl revoke --user=games "$T" --end-sessions --json
	[ "$(json '["error"]' <<<"$stderr")" = failed ]
	[ "$(json '[0]["result"]' <<<"$output")" = revoked ]
}

@test "revoke --all, filters and disable end sessions with --end-sessions" {
	new_token
	logind
	for command in "revoke --all --user=games" "revoke --state=active --user=games --yes" \
		"revoke --all --yes" "disable games" "disable --all --yes"; do
		session "$token" sudo
		pid=$SESSION_PID
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr patctl $command --end-sessions
		expect_stderr "still open: sudo, pid $pid"
		kill "$pid"
		patctl enable -q games
		patctl enable -q --all --yes
		patctl restore -q --user=games "$T" || :
	done
	run -2 patctl disable --end-sessions
}

@test "a filter takes a revoked token whose sessions go on with --end-sessions" {
	new_token
	session "$token" sudo
	patctl revoke -q --user=games "$T"
	run -0 patctl revoke --state=revoked --user=games --yes --dry-run
	expect_not "$output" "$T"
	run -0 patctl revoke --state=revoked --user=games --yes --dry-run --end-sessions
	expect "$output" "$T"
	session_is_open
}

@test "rotate ends sessions with --grace=0 --end-sessions, and only so" {
	new_token
	session "$token" sshd 192.0.2.7 c1
	logind "$SESSION_PID"
	run -2 --separate-stderr patctl rotate --user=games "$T" --end-sessions
	expect_stderr "--end-sessions requires --grace=0"
	run -2 patctl rotate --user=games "$T" --end-sessions --grace=1h
	[ "$(field rotations --user=games "$T")" -eq 0 ]
	run -0 --separate-stderr patient patctl rotate --user=games "$T" --end-sessions --grace=none
	[[ $output =~ ^pat_[0-9A-Za-z_]+$ ]]
	expect_stderr "Ended 1 session."
}

@test "a revocation tells what the policy ended" {
	new_token
	mkdir -p "$WORLD/etc"
	printf '[tokens]\nrevoke_ends_sessions = yes\n' >"$WORLD/etc/patd.conf"
	patd_stop
	patd_start
	session "$token" sshd 192.0.2.7 c1
	logind "$SESSION_PID"
	session "$token" sudo
	run -0 --separate-stderr patient patctl revoke --user=games "$T"
	expect_stderr "Ended 1 session."
	expect_stderr "still open: sudo, pid $SESSION_PID"
	run -0 patctl policy
	expect "$output" revoke_ends_sessions
	rm "$WORLD/etc/patd.conf"
	patd_stop
	patd_start
}
