#!/usr/bin/env bats
# The history: what happened, to what, from where, by whom.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

teardown() {
	[ -z "${FOLLOWER:-}" ] || process_end TERM "$FOLLOWER"
}

@test "every change and use is a line, oldest first" {
	token=$(patctl generate -q "$T")
	use "$token" root 0 sshd 192.0.2.7 ssh
	patctl rename -q "$T" "$T new"
	patctl revoke -q "$T new" --reason="lost it"
	run -1 use "$token" root 0 sshd 192.0.2.7 ssh
	patctl restore -q "$T new"
	run -0 patctl log "$T new"
	subject="(${token:4:10}) of root"
	[ "${#lines[@]}" -eq 6 ]
	[[ ${lines[0]} =~ ^20..-..-..T..:..:..Z\ \ generated\ \  ]]
	expect "${lines[0]}" "$T $subject, by root"
	expect "${lines[1]}" "used       $T $subject, sshd from 192.0.2.7 on ssh (new network and service)"
	expect "${lines[2]}" "renamed    $T new $subject, by root, before: $T"
	expect "${lines[3]}" "revoked    $T new $subject, by root: lost it"
	expect "${lines[4]}" "refused    $T new $subject, sshd from 192.0.2.7 on ssh: revoked"
	expect "${lines[5]}" "restored   $T new $subject, by root"
}

@test "the first use from a network is marked, the second is not" {
	token=$(patctl generate -q "$T")
	use "$token" root 0 sshd 192.0.2.7
	use "$token" root 0 sshd 192.0.2.8
	use "$token" root 0 sshd 198.51.100.1
	run -0 patctl log "$T"
	expect "${lines[1]}" "(new network and service)"
	expect_not "${lines[2]}" "(new"
	expect "${lines[3]}" "(new network)"
	run -0 on_terminal "patctl log $T"
	expect "$output" $'\e[1m (new network)\e[0m'
}

@test "several tokens are in one order, and one named twice is there once" {
	first=$(patctl generate -q "$T-1")
	second=$(patctl generate -q "$T-2")
	use "$second" root 0
	use "$first" root 0
	run -0 patctl log "$T-1" "$T-2" "$T-1" --json
	[ "${#lines[@]}" -eq 4 ]
	names=$(for line in "${lines[@]}"; do json '["name"]' <<<"$line"; done | xargs)
	[ "$names" = "$T-1 $T-2 $T-2 $T-1" ]
}

@test "--json is one object a line, with integers in seconds and explicit nulls" {
	token=$(patctl generate -q "$T")
	use "$token" root 0 sshd 192.0.2.7
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

@test "--lines has the last, oldest first" {
	patctl generate -q "$T" >/dev/null
	for i in {1..20}; do
		patctl rename -q "$(id_of_any)" "$T $i"
	done
	run -0 patctl log "$(id_of_any)" -n 2
	[ "${#lines[@]}" -eq 2 ]
	expect "${lines[1]}" "$T 20"
	run -0 patctl log "$(id_of_any)" --lines=0
	[ "$output" = "" ]
	run -0 patctl log "$(id_of_any)" --lines=1000
	[ "${#lines[@]}" -eq 21 ]
	run -2 patctl log --lines=-1
	run -2 patctl log --lines=many
}

# The token whose name begins with that of the test.
id_of_any() {
	patctl list --json | /usr/bin/python3 -c \
		'import json, os, sys; print(next(t["id"] for t in json.load(sys.stdin)
			if t["name"].split()[0] == os.environ["T"]))'
}

@test "a history longer than a page is whole and in order" {
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

@test "--since and --until take a date, or a period ago" {
	patctl generate -q "$T" >/dev/null
	for since in 1h yesterday "2020-01-01 UTC"; do
		run -0 patctl log "$T" --since="$since"
		[ "${#lines[@]}" -eq 1 ]
		run -0 patctl log "$T" --until="$since"
		[ "$output" = "" ] || [ "$since" = today ]
	done
	run -0 patctl log "$T" --since=2999-01-01
	[ "$output" = "" ]
	for when in 30 never 2027-02-30 ""; do
		run -2 patctl log --since="$when"
		run -2 patctl log --until="$when"
	done
}

@test "a user has its own history, and no other's" {
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

@test "a token that was deleted has its history under its id" {
	token=$(patctl generate -q "$T")
	patctl revoke -q "$T"
	patctl delete -qy "$T"
	run -0 patctl log "${token:4:10}"
	[ "${#lines[@]}" -eq 3 ]
	expect "${lines[2]}" "deleted"
	run -4 patctl log "$T"
	run -4 patctl log 0000000000
}

# follow OPTION...: patctl log --follow, until the end of the test, into the file out
follow() {
	patctl log --follow "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	FOLLOWER=$!
}

# Waits, 10 seconds at most, until what is followed says so.
followed() {
	# shellcheck disable=SC2016 # for the inner shell
	timeout 10 bash -c 'until grep -q "$1" "$2"; do sleep 0.05; done' - "$1" "$BATS_TEST_TMPDIR/out"
}

@test "--follow begins with the last 10, and tells what is new, once" {
	token=$(patctl generate -q "$T")
	follow --all
	followed "generated  $T (${token:4:10})"
	for i in 1 2 3; do
		use "$token" root 0
	done
	patctl revoke -q "$T"
	followed "revoked    $T"
	[ "$(grep -c "used       $T" "$BATS_TEST_TMPDIR/out")" -eq 3 ]
	[ "$(head -n 1 "$BATS_TEST_TMPDIR/out" | grep -c .)" -eq 1 ]
}

@test "--follow of one token does not tell of others" {
	token=$(patctl generate -q "$T")
	other=$(patctl generate -q "$T-other")
	follow "$T" --json --lines=0
	sleep 0.5
	use "$other" root 0
	use "$token" root 0
	followed "\"name\": \"$T\""
	run -0 cat "$BATS_TEST_TMPDIR/out"
	[ "${#lines[@]}" -eq 1 ]
}

@test "--follow goes on after a restart of patd, and misses nothing" {
	token=$(patctl generate -q "$T")
	follow --all --lines=1
	followed "generated  $T"
	patd_stop
	patd_start
	use "$token" root 0
	patctl revoke -q "$T"
	followed "revoked    $T"
	[ "$(grep -c "used       $T" "$BATS_TEST_TMPDIR/out")" -eq 1 ]
}

@test "--follow ends with Ctrl-C, quietly" {
	patctl generate -q "$T" >/dev/null
	run -130 on_terminal "patctl log -f $T" < <(
		sleep 1
		printf '\003'
		sleep 1
	)
	expect "$output" "generated  $T"
	expect_not "$output" "patctl:"
}

@test "--verify: exit 0 as long as the history is as patd wrote it" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl log --verify
	expect "$output" "The history is as patd wrote it"
	run -0 patctl log --verify --json
	[ "$(json '["bad"]' <<<"$output")" = None ]
	(($(json '["entries"]' <<<"$output") > 0))
	run -0 patctl log --verify -q
	[ "$output" = "" ]
	run -5 as_games patctl log --verify
}

@test "--verify: how far it is shows on a terminal, and nowhere else" {
	run -0 on_terminal "patctl log --verify"
	expect "$output" "Checking the history: ["
	run -0 on_terminal "patctl log --verify --quiet"
	[ "$output" = "" ]
	run --separate-stderr patctl log --verify
	expect_status 0
	expect_not_stderr "["
}

@test "what excludes each other: exit 2" {
	for options in "--verify x" "--verify --all" "--verify --user=games" "--verify --since=1h" \
		"--verify -n1" "--verify -f" "-f --until=1h" "--all --user=games" "--all x"; do
		# shellcheck disable=SC2086 # words are meant
		run -2 patctl log $options
	done
}

@test "what cannot be written is a failure" {
	patctl generate -q "$T" >/dev/null
	run --separate-stderr bash -c "patctl log >/dev/full"
	expect_status 1
	expect_stderr "No space left on device"
}
