#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Which tokens patctl takes its operands for: all readings must mean one.  Over --host they are in
# remote_host.bats.

load shared_patd

# id_named NAME: of the token of games, whatever else the name may mean
id_named() {
	patctl list --user=games --no-legend | awk -v name="$1" '$2 == name { print $1 }'
}

# is STATE USER NAME: whether the token is in that state
is() {
	[ "$(field state --user="$2" "$3")" = "$1" ] || fail "$3 of $2 is not $1"
}

@test "show finds a token by id, by name and by the beginning of the id" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	[ "$(id_of "$id")" = "$id" ]
	[ "$(id_of "${id:0:9}")" = "$id" ]
}

@test "revocation: another user's token, named like an id, is not taken for it" {
	for n in 9 10; do
		patctl generate -q "$T$n" --user=news >/dev/null
		id=$(id_of --user=news "$T$n")
		like=${id:0:$n}
		patctl generate -q "$like" --user=games >/dev/null
		run -0 patctl revoke "$like"
		expect "$output" "$T$n ($id)"
		is revoked news "$T$n"
		is active games "$like"
		run -0 patctl log "$like"
		expect_not "$output" games

		patctl revoke -q "$like" --user=games
		run -0 patctl restore "$like"
		expect "$output" "$T$n ($id)"
		is revoked games "$like"
		run -0 --separate-stderr patctl rotate "$like"
		[ "${output:4:10}" = "$id" ]
		run -0 patctl rename "$like" "$T$n new"
		expect "$output" "$T$n ($id)"
		patctl revoke -q "$like"
		run -0 patctl delete -y "$like"
		expect "$output" "$T$n new ($id)"
		is revoked games "$like"
	done
}

@test "revocation: what means two tokens is refused, and both are listed" {
	for n in 9 10; do
		patctl generate -q "$T$n" --user=games >/dev/null
		id=$(id_of --user=games "$T$n")
		like=${id:0:$n}
		patctl generate -q "$like" --user=games >/dev/null
		other=$(id_named "$like")
		for call in "revoke $like" "restore $like" "delete -y $like" "show $like" "log $like" \
			"rename $like new" "rotate $like"; do
			for as in as_games env; do
				# shellcheck disable=SC2086 # to be split
				run -4 --separate-stderr "$as" patctl $call --user=games
				[ "$output" = "" ]
				expect_stderr "\"$like\" is ambiguous:"
				expect_stderr_line "ID +NAME +USER +STATE"
				expect_stderr_line "$id +$T$n +games +active"
				expect_stderr_line "$other +$like +games +active"
				expect_stderr "patctl ${call%% *} --id ID --user=games"
			done
		done
		run -4 --separate-stderr as_games patctl revoke --json "$like"
		[ "$(json '[0]["error"]' <<<"$output")" = ambiguous ]
	done
}

@test "revocation: with --id, two tokens with each other's id for a name are revoked" {
	for as in as_games env; do
		patctl generate -q "$T" --user=games >/dev/null
		one=$(id_of --user=games "$T")
		patctl generate -q "$one" --user=games >/dev/null
		two=$(id_named "$one")
		patctl rename -q --id "$one" "$two"

		run -4 as_games patctl revoke "$one" "$two"
		run -0 "$as" patctl revoke --id "$two"
		expect "$output" "$one ($two)"
		[ "$(field state --id "$one")" = active ]
		[ "$(field state --id "$two")" = revoked ]
		run -0 "$as" patctl revoke --id --user=games "$one"
		"$as" patctl delete -qy --id "$one" "$two"
	done
}

@test "with --id, the advice of delete selects the same token" {
	patctl generate -q "$T" >/dev/null
	one=$(id_of "$T")
	patctl generate -q "$one" >/dev/null
	run -1 --separate-stderr patctl delete -y --id "$one"
	expect_stderr "try: patctl revoke --id $one"
	# shellcheck disable=SC2154 # run assigns it
	eval "${stderr##*try: }"
	is revoked root "$T"
}

@test "with --id a name and the beginning of an id are not found" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	for text in "$T" "${id:0:9}"; do
		run -4 --separate-stderr patctl revoke --id "$text"
		expect_stderr "no token has the id \"$text\"; to list tokens: patctl list --all"
	done
	run -4 patctl revoke --id "$id" --user=games
	run -2 patctl revoke --id --all
	is active root "$T"
}

@test "one token whose name is the beginning of its own id is selected" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	patctl rename -q "$T" "${id:0:9}"
	run -0 patctl revoke "${id:0:9}"
	is revoked root "$id"
}

@test "the name of a token that is the id of a deleted one is ambiguous in log" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	patctl revoke -q "$T"
	patctl delete -qy "$T"
	patctl generate -q "$id" >/dev/null
	run -4 --separate-stderr patctl log "$id"
	[ "$output" = "" ]
	expect_stderr "the name of token $(id_of "$id"), and the id of a deleted token"
	run -0 patctl log --id "$id"
	expect "$output" deleted
	run -0 patctl log --id "$(id_of "$id")"
	expect_not "$output" deleted
}

@test "a name matches only in full and in the same case" {
	patctl generate -q "$T name" >/dev/null
	run -4 patctl show "$T"
	run -4 patctl show "$T nam"
	run -4 patctl show "${T^^} name"
	run -4 patctl show "$T name "
}

@test "names in any script and names like options are found" {
	for name in "naïve $T" "日本語 $T" "emoji 🔑 $T" "--$T" "\$(id) $T" "% s %n $T"; do
		patctl generate -q -- "$name" >/dev/null
		run -0 patctl revoke -- "$name"
		expect "$output" "$name ("
	done
}

@test "the beginning of an id has 4 characters or more" {
	patctl generate -q "$T" >/dev/null
	id=$(id_of "$T")
	[ "$(id_of "${id:0:4}")" = "$id" ]
	run -4 patctl show "${id:0:3}"
	patctl generate -q "${id:0:3}" >/dev/null
	run -0 patctl revoke "${id:0:3}"
	is active root "$T"
}

@test "revocation: a name of other users is found with --user only" {
	patctl generate -q "$T" --user=news >/dev/null
	patctl generate -q "$T" --user=mail >/dev/null
	run -4 --separate-stderr patctl revoke "$T"
	expect_stderr "for a name of another user's token, use --user"
	run -0 patctl revoke --user=mail "$T"
	is active news "$T"
	is revoked mail "$T"

	patctl generate -q "$T" >/dev/null
	run -0 patctl revoke "$T"
	is revoked root "$T"
	is active news "$T"
}

@test "root finds an id, and the beginning of one, of others without --user" {
	patctl generate -q "$T" --user=mail >/dev/null
	id=$(id_of --user=mail "$T")
	for text in "$id" "${id:0:9}"; do
		run -0 patctl show "$text"
		expect "$output" "User:     mail"
	done
}

@test "a missing token exits 4 and suggests list" {
	run -4 --separate-stderr patctl show "no such"
	expect_stderr 'no token has the id "no such", and no token of root has that name'
	expect_stderr "patctl list --all"
	run -4 --separate-stderr as_games patctl show "no such"
	expect_stderr 'no token has the name or id "no such"; to list tokens: patctl list'
}

@test "revocation: the token itself on standard input says which is revoked" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 --separate-stderr patctl revoke - <<<"$token"
	[ "$output" = "$T (${token:4:10}): User token successfully revoked" ]
	expect_no_stderr
	is revoked games "$T"
	run -0 --separate-stderr patctl show - <<<" $token"$'\r'
	expect "$output" "Name:     $T"
	expect_stderr "blanks before or after the token were ignored"
	run -0 --separate-stderr patctl restore -q --user=games - <<<"$token "
	expect_no_stderr
	is active games "$T"
}

@test "revocation: a replaced secret on standard input revokes its token" {
	token=$(patctl generate -q "$T")
	patctl rotate -q "$T" --grace=none >/dev/null
	run -0 patctl revoke - <<<"$token"
	is revoked root "$T"
}

@test "each dash reads one more token, and the lines after them are left" {
	one=$(patctl generate -q "$T-1")
	two=$(patctl generate -q "$T-2")
	run -0 bash -c 'patctl revoke - - && cat' <<<"$one
$two
rest"
	is revoked root "$T-1"
	is revoked root "$T-2"
	[ "${lines[-1]}" = rest ]
}

@test "standard input that is no token exits 2, and one of another user 4" {
	token=$(patctl generate -q "$T")
	for verb in show revoke; do
		run -2 --separate-stderr patctl $verb - <<<"$T"
		expect_stderr "not a valid token"
		run -2 patctl $verb - </dev/null
		run -2 --separate-stderr patctl $verb - <<<"${token%?}"
		expect_not_stderr "${token:15:30}"
		run -4 --separate-stderr as_games patctl $verb - <<<"$token"
		expect_stderr "no token has the id \"${token:4:10}\""
		expect_not_stderr "${token:15}"
		run -4 patctl $verb --user=games - <<<"$token"
	done
	is active root "$T"
	run -2 patctl show --json - <<<password
	[ "$output" != "" ]
}

@test "log - shows the history of a token that was deleted" {
	token=$(patctl generate -q "$T" --user=games)
	patctl revoke -q - <<<"$token"
	patctl delete -q -y - <<<"$token"
	run -0 --separate-stderr patctl log - <<<"$token"
	expect "${lines[0]}" generated
	expect "${lines[-1]}" deleted
	run -0 as_games patctl log - <<<"$token"
	expect "$output" deleted
	run -4 setpriv --reuid=news --regid=news --clear-groups patctl log - <<<"$token"
	run -4 patctl log --user=news - <<<"$token"
}

@test "secrecy: the token that revoke reads goes nowhere" {
	token=$(patctl generate -q "$T" --user=games)
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -s 2000 -o "$BATS_TEST_TMPDIR/trace" \
		-e trace=openat,execve,write,pwrite64,sendto,sendmsg \
		setpriv --reuid=games --regid=games --clear-groups patctl revoke - <<<"$token"
	run -0 grep -c "${token:4:10}" "$BATS_TEST_TMPDIR/trace"
	run -1 grep "${token:15}" "$BATS_TEST_TMPDIR/trace"
}
