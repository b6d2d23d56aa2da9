#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl log: the history, following it and verifying it.

load shared_patd

@test "log prints each change and use on a line, oldest first" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 sshd 192.0.2.7 ssh
	patctl rename -q "$T" "$T new"
	patctl revoke -q "$T new" --reason="lost it"
	run -1 login "$token" root 0 sshd 192.0.2.7 ssh
	patctl restore -q "$T new"
	run -0 patctl log "$T new"
	subject="(${token:4:10}) of root"
	[ "${#lines[@]}" -eq 6 ]
	[[ ${lines[0]} =~ ^20..-..-..T..:..:..Z\ \ generated\ \  ]]
	expect "${lines[0]}" "$T $subject, by root"
	expect "${lines[1]}" "used       $T $subject, sshd from 192.0.2.7 on ssh (new network and service)"
	expect "${lines[2]}" "renamed    $T new $subject, by root, previously: $T"
	expect "${lines[3]}" "revoked    $T new $subject, by root: lost it"
	expect "${lines[4]}" "refused    $T new $subject, sshd from 192.0.2.7 on ssh: revoked"
	expect "${lines[5]}" "restored   $T new $subject, by root"
}

@test "log marks only the first use from a network as new" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 sshd 192.0.2.7
	login "$token" root 0 sshd 192.0.2.8
	login "$token" root 0 sshd 198.51.100.1
	run -0 patctl log "$T"
	expect "${lines[1]}" "(new network and service)"
	expect_not "${lines[2]}" "(new"
	expect "${lines[3]}" "(new network)"
	run -0 on_terminal "patctl log $T"
	expect "$output" $'\e[1m (new network)\e[0m'
}

@test "log of several tokens is sorted by time and has each entry once" {
	first=$(patctl generate -q "$T-1")
	second=$(patctl generate -q "$T-2")
	login "$second" root 0
	login "$first" root 0
	run -0 patctl log "$T-1" "$T-2" "$T-1" --json
	[ "${#lines[@]}" -eq 4 ]
	found=$(for line in "${lines[@]}"; do json '["name"]' <<<"$line"; done | xargs)
	[ "$found" = "$T-1 $T-2 $T-2 $T-1" ]
}

@test "log --json prints an object per line with times in seconds and nulls" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 sshd 192.0.2.7
	run -0 patctl log "$T" --json
	[ "${#lines[@]}" -eq 2 ]
	[ "$(json '["event"]' <<<"${lines[0]}")" = generated ]
	[ "$(json '["service"]' <<<"${lines[0]}")" = None ]
	[ "$(json '["how"]' <<<"${lines[0]}")" = root ]
	[ "$(json '["from"]' <<<"${lines[1]}")" = 192.0.2.7 ]
	[ "$(json '["new_network"]' <<<"${lines[1]}")" = True ]
	[ "$(json '["result"]' <<<"${lines[1]}")" = accepted ]
	(($(json '["at"]' <<<"${lines[1]}") > 1700000000))
}

@test "log --lines prints that many of the last entries, oldest first" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	for i in {1..20}; do
		patctl rename -q "$id" "$T $i"
	done
	run -0 patctl log "$id" -n 2
	[ "${#lines[@]}" -eq 2 ]
	expect "${lines[1]}" "$T 20"
	run -0 patctl log "$id" --lines=0
	[ "$output" = "" ]
	run -0 patctl log "$id" --lines=1000
	[ "${#lines[@]}" -eq 21 ]
	run -2 patctl log --lines=-1
	run -2 patctl log --lines=many
}

@test "a history of several pages is complete and in order" {
	patctl generate -q "$T" >/dev/null
	patctl generate -q "$T other" >/dev/null
	id=$(id_of "$T")
	for i in {1..300}; do
		echo "$i"
	done | xargs -I{} patctl rename -q "$id" "$T {}"
	run -0 patctl log "$id" --json
	[ "${#lines[@]}" -eq 301 ]
	expect "${lines[256]}" "\"name\": \"$T 256\""
	expect "${lines[300]}" "\"name\": \"$T 300\""
	run -0 patctl log "$T other" "$id" -n 299
	[ "${#lines[@]}" -eq 299 ]
	expect "${lines[0]}" "$T 2 ("
	expect "${lines[298]}" "$T 300 ("
}

@test "log --since and --until accept a date or a period ago" {
	patctl generate -q "$T" >/dev/null
	for since in 1h yesterday "2020-01-01 UTC"; do
		run -0 patctl log "$T" --since="$since"
		[ "${#lines[@]}" -eq 1 ]
		run -0 patctl log "$T" --until="$since"
		[ "$output" = "" ] || [ "$since" = today ]
	done
	run -0 patctl log "$T" --since=2999-01-01
	[ "$output" = "" ]
	for since in -1h "1 hour ago" "@$(($(date +%s) - 60))"; do
		run -0 patctl log "$T" -S "$since"
		[ "${#lines[@]}" -eq 1 ]
		run -0 patctl log "$T" -U "$since"
		[ "$output" = "" ]
	done
	run -0 patctl log "$T" --until=+1h
	[ "${#lines[@]}" -eq 1 ]
	for when in 30 never 2027-02-30 "Mon 2027-01-31" "" -x; do
		run -2 patctl log --since="$when"
		run -2 patctl log --until="$when"
	done
}

@test "log --reverse prints the newest entries first" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	for i in 1 2 3; do
		patctl rename -q "$id" "$T $i"
	done
	run -0 patctl log "$id" --reverse
	[ "${#lines[@]}" -eq 4 ]
	expect "${lines[0]}" "$T 3 ("
	expect "${lines[3]}" "generated"
	run -0 patctl log "$id" -r -n 2 --json
	[ "${#lines[@]}" -eq 2 ]
	[ "$(json '["name"]' <<<"${lines[0]}")" = "$T 3" ]
	[ "$(json '["name"]' <<<"${lines[1]}")" = "$T 2" ]
	run -0 patctl log "$id" -r -n 0
	[ "$output" = "" ]
}

@test "log --event and --service print only such entries" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 sshd 192.0.2.7
	login "$token" root 0 sudo
	login "$token" root 0 sudo
	patctl revoke -q "$T"
	run -1 login "$token" root 0 sshd 192.0.2.7
	for filter in --event=used:3 --event=used,refused:4 "--event=revoked , refused:2" \
		--service=sudo:2 --service=sudo,sshd:4 --service=login:0; do
		run -0 patctl log "$T" "${filter%:*}" --json
		[ "${#lines[@]}" -eq "${filter#*:}" ] || fail "$filter: $output"
	done
	run -0 patctl log "$T" --event=used --service=sshd
	[ "${#lines[@]}" -eq 1 ]
	expect "$output" "used       $T (${token:4:10}) of root, sshd from 192.0.2.7"
	run -0 patctl log "$T" --event=used -n 1
	[ "${#lines[@]}" -eq 1 ]
	expect "$output" ", sudo"
	run -0 patctl log "$T" --event=used,generated --reverse -n 9
	[ "${#lines[@]}" -eq 4 ]
	expect "${lines[3]}" "generated"
	for event in nonsense "used," USED ","; do
		run -2 patctl log --event="$event"
	done
	run -2 patctl log --service=sudo,
}

@test "log --follow --event prints no other entries" {
	token=$(patctl generate -q "$T")
	follow "$T" --event=used,revoked --json
	login "$token" root 0
	patctl rename -q "$T" "$T new"
	patctl revoke -q "$T new"
	wait_for '"event": "revoked"' "$LOG_OUTPUT"
	run -0 cat "$LOG_OUTPUT"
	[ "${#lines[@]}" -eq 2 ]
	[ "$(json '["event"]' <<<"${lines[0]}")" = used ]
}

@test "log on a terminal has one line for entries that only their times tell apart" {
	token=$(patctl generate -q "$T")
	for _ in 1 2 3 4 5; do
		login "$token" root 0 sudo "" pts/0
	done
	login "$token" root 0 sudo "" pts/1
	patctl revoke -q "$T"
	for _ in 1 2; do
		run -1 login "$token" root 0 sudo "" pts/0
	done
	for order in "" --reverse; do
		run -0 on_terminal "NO_COLOR=1 patctl log $T $order"
		[ "${#lines[@]}" -eq 6 ]
		[ "$(grep -cE "used       .* pts/0 \\(4 times( (until|since) 20[^)]*)?\\)$" <<<"$output")" -eq 1 ]
		[ "$(grep -cE "refused    .*: revoked \\(2 times( (until|since) 20[^)]*)?\\)$" <<<"$output")" -eq 1 ]
	done
	run -0 patctl log "$T"
	[ "${#lines[@]}" -eq 10 ]
	run -0 on_terminal "patctl log $T --json"
	[ "${#lines[@]}" -eq 10 ]
	run -0 on_terminal "patctl log $T -n 1"
	[ "${#lines[@]}" -eq 1 ]
	expect_not "$output" "times"
}

@test "log --follow on a terminal prints each entry" {
	token=$(patctl generate -q "$T")
	for _ in 1 2 3; do
		login "$token" root 0 sudo "" pts/0
	done
	touch "$BATS_TEST_TMPDIR/out"
	run -130 env TERM=xterm script -qefc "patctl log -f $T" "$BATS_TEST_TMPDIR/out" < <(
		wait_for "used " "$BATS_TEST_TMPDIR/out" 3
		printf '\003'
	)
	expect_not "$output" "times"
}

@test "log calls no local login one from a new network" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 sudo "" pts/0
	login "$token" root 0 sudo "" pts/0
	login "$token" root 0 sudo 192.0.2.7
	other=$(patctl generate -q "$T-other")
	login "$other" root 0 sudo 192.0.2.7
	login "$other" root 0 sudo
	login "$other" root 0 sudo
	run -0 patctl log "$T"
	expect "${lines[1]}" ", sudo on pts/0 (new service)"
	expect_not "${lines[2]}" "(new"
	expect "${lines[3]}" ", sudo from 192.0.2.7 (new network)"
	run -0 patctl log "$T-other"
	expect "${lines[2]}" ", sudo (first local use)"
	expect_not "${lines[3]}" "(first"
	run -0 patctl log "$T" --json
	[ "$(json '["new_network"]' <<<"${lines[1]}")" = True ]
}

@test "log by an ordinary user prints only its own history" {
	token=$(patctl generate -q "$T" --user=games)
	patctl generate -q "$T root" >/dev/null
	run -0 as_games patctl log
	expect "$output" "$T (${token:4:10}) of games"
	expect_not "$output" "$T root"
	run -4 as_games patctl log "$T root"
	run -4 as_games patctl log "$(id_of "$T root")"
	run -5 as_games patctl log --all
	run -5 as_games patctl log --user=root
	run -0 patctl log --user=games
	expect "$output" "$T ("
	run -0 patctl log --all
	expect "$output" "$T root ("
}

@test "log prints the history of a deleted token by its id" {
	token=$(patctl generate -q "$T")
	patctl revoke -q "$T"
	patctl delete -qy "$T"
	run -0 patctl log "${token:4:10}"
	[ "${#lines[@]}" -eq 3 ]
	expect "${lines[2]}" "deleted"
	run -4 patctl log "$T"
	run -4 patctl log 0000000000
}

@test "log --follow prints earlier and then new entries, each once" {
	token=$(patctl generate -q "$T")
	follow --all
	wait_for "generated  $T (${token:4:10})" "$LOG_OUTPUT"
	for i in 1 2 3; do
		login "$token" root 0
	done
	patctl revoke -q "$T"
	wait_for "revoked    $T" "$LOG_OUTPUT"
	[ "$(grep -c "used       $T" "$LOG_OUTPUT")" -eq 3 ]
	[ "$(head -n 1 "$LOG_OUTPUT" | grep -c .)" -eq 1 ]
}

@test "log --follow of a token prints no entries of others" {
	token=$(patctl generate -q "$T")
	other=$(patctl generate -q "$T-other")
	follow "$T" --json --lines=1
	wait_for '"event": "generated"' "$LOG_OUTPUT"
	login "$other" root 0
	login "$token" root 0
	wait_for '"event": "used"' "$LOG_OUTPUT"
	run -0 grep -c "\"name\": \"$T\"" "$LOG_OUTPUT"
	[ "$output" -eq 2 ]
	[ "$(wc -l <"$LOG_OUTPUT")" -eq 2 ]
}

@test "log --follow continues without a gap after a restart of patd" {
	token=$(patctl generate -q "$T")
	follow --all --lines=1
	wait_for "generated  $T" "$LOG_OUTPUT"
	patd_stop
	patd_start
	login "$token" root 0
	patctl revoke -q "$T"
	wait_for "revoked    $T" "$LOG_OUTPUT"
	[ "$(grep -c "used       $T" "$LOG_OUTPUT")" -eq 1 ]
}

@test "log --follow exits on Ctrl-C without a message" {
	local out=$BATS_TEST_TMPDIR/out
	touch "$out"
	patctl generate -q "$T" >/dev/null
	run -130 on_terminal "patctl log -f $T" "$out" < <(
		wait_for "generated  $T" "$out"
		printf '\003'
	)
	expect "$output" "generated  $T"
	expect_not "$output" "patctl:"
}

@test "log --verify of an unaltered history exits 0" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl log --verify
	expect "$output" "History intact"
	run -0 patctl log --verify --json
	[ "$(json '["bad"]' <<<"$output")" = None ]
	(($(json '["entries"]' <<<"$output") > 0))
	run -0 patctl log --verify -q
	[ "$output" = "" ]
	run -5 as_games patctl log --verify
}

@test "log --verify shows progress on a terminal only" {
	run -0 on_terminal "patctl log --verify"
	expect "$output" "Checking the history: ["
	run -0 on_terminal "patctl log --verify --quiet"
	[ "$output" = "" ]
	run -0 --separate-stderr patctl log --verify
	expect_not_stderr "["
}

@test "options that exclude each other exit 2" {
	for options in "--verify x" "--verify --all" "--verify --user=games" "--verify --since=1h" \
		"--verify -n1" "--verify -f" "-f --until=1h" "-f -r" "--verify -r" "--verify --event=used" \
		"--verify --service=sudo" "--all --user=games" "--all x"; do
		# shellcheck disable=SC2086 # to be split
		run -2 patctl log $options
	done
}

@test "log to a full disk exits 1" {
	patctl generate -q "$T" >/dev/null
	run -1 --separate-stderr bash -c "patctl log >/dev/full"
	expect_stderr "No space left on device"
}
