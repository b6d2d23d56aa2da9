#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What hits many tokens: --all and the filters of revoke, restore and delete, questions, --dry-run.

load cli

setup() {
	export T=t-$BATS_TEST_NUMBER
	patd_world
}

teardown() {
	patd_world_end
}

# states [OPTION...]: "NAME=STATE" of the tokens of patctl list, in order
states() {
	patctl list --json "$@" | /usr/bin/python3 -c \
		'import json, sys; print(*(t["name"] + "=" + t["state"] for t in json.load(sys.stdin)))'
}

# some: tokens of two users in several states
some() {
	patctl generate -q on --user=games >/dev/null
	patctl generate -q off --user=games >/dev/null
	patctl generate -q away --user=games >/dev/null
	patctl generate -q later --user=news --not-before=2h >/dev/null
	patctl generate -q on --user=news --service=sudo >/dev/null
	patctl revoke -q off --user=games
	patctl revoke -q away --user=games --for=2h
}

@test "revoke with a filter revokes what list shows with it, and --yes asks nothing" {
	some
	run -0 patctl revoke --user=games --state=active --yes
	[[ $output =~ ^on\ \([0-9A-Za-z]{10}\):\ User\ token\ successfully\ revoked$ ]]
	[ "$(states --all)" = "away=revoked off=revoked on=revoked later=pending on=active" ]
	run -0 patctl revoke --all --service=sudo --state=active,pending --yes --json
	[ "$(json '[0]["result"]' <<<"$output")" = revoked ]
	[ "$(json '[0]["item"]' <<<"$output")" = None ]
	[ "$(json '[1]["user"]' <<<"$output")" = news ]
	[ "$(states --user=news)" = "later=revoked on=revoked" ]
}

@test "revoke with a filter leaves a permanent revocation alone, and ends a suspension" {
	some
	run -0 --separate-stderr patctl revoke --user=games --state=revoked --yes
	[[ $output =~ ^away\  ]]
	[ "${#lines[@]}" -eq 1 ]
	[ "$(field revoked_until --user=games away)" = None ]
	run -0 patctl revoke --user=games --state=revoked --reason=compromised --yes
	[ "${#lines[@]}" -eq 2 ]
	run -1 patctl restore --user=games off
}

@test "revoke with a filter selects a revoked token only if that changes it" {
	some
	run -0 patctl revoke --user=games --state=revoked --reason=left --yes
	[ "${#lines[@]}" -eq 2 ]
	# As each day by a timer.
	run -0 --separate-stderr patctl revoke --user=games --state=revoked --reason=left --yes
	[ "$output" = "" ]
	expect_stderr "No tokens match."
	patctl revoke -q --user=games off --reason=compromised
	run -0 patctl revoke --user=games --state=revoked --reason=other --dry-run -q
	[[ $output =~ ^away\  ]]
	patctl revoke -q --user=games on --for=2h
	run -0 --separate-stderr patctl revoke --user=games --state=revoked --for=1h --yes
	expect_stderr "No tokens match."
}

@test "revoke --unused-for of a user is about its own tokens alone" {
	some
	run -0 as_games patctl revoke --state=active --yes
	[ "${#lines[@]}" -eq 1 ]
	run -0 --separate-stderr as_games patctl revoke --all --state=active --yes
	expect_stderr "No tokens match."
	run -0 as_games patctl delete --all --state=revoked --yes
	[ "$(states --user=news)" = "later=pending on=active" ]
}

@test "a filter that no token passes is no error, and says so" {
	some
	run -0 --separate-stderr patctl revoke --unused-for=90d --yes
	[ "$output" = "" ]
	expect_stderr "No tokens match."
	run -0 --separate-stderr patctl delete --state=expired --yes --json
	[ "$output" = "[]" ]
	expect_no_stderr
}

@test "revoke and delete with a filter exit 3 without a terminal or --yes" {
	some
	for call in "revoke --user=games --state=active" "revoke --all --unused-for=1s" \
		"delete --all" "delete --user=games --state=revoked"; do
		# shellcheck disable=SC2086 # to be split
		run -3 --separate-stderr patctl $call <<<y
		[ "$output" = "" ]
		expect_stderr "--yes"
	done
	[ "$(states --all)" = "away=revoked off=revoked on=active later=pending on=active" ]
}

@test "revoke with a filter asks on a terminal, with the users and the number of tokens" {
	some
	run -3 on_terminal "patctl revoke --all --state=active" <<<n
	expect "$output" "This revokes 2 tokens of 2 users:"
	expect "$output" "of user games"
	expect "$output" "of user news"
	expect "$output" "Continue? [y/N]"
	expect "$output" "nothing was revoked"
	run -0 on_terminal "patctl revoke --user=games --state=active" <<<y
	expect "$output" "This revokes 1 token of user games:"
	[ "$(states --user=games)" = "away=revoked off=revoked on=revoked" ]
}

@test "of many tokens the question has the users alone" {
	for i in {01..21}; do
		patctl generate -q "n$i" --user=games >/dev/null
	done
	patctl generate -q one --user=news >/dev/null
	run -3 on_terminal "patctl revoke --all" <<<n
	expect "$output" "This revokes 22 tokens of 2 users:"
	expect "$output" "user games: 21 tokens"
	expect "$output" "user news: 1 token"
	expect_not "$output" "n01"
}

@test "revoke --all on a terminal says whose tokens it revokes, and asks" {
	some
	run -3 on_terminal "patctl revoke --all" <<<n
	expect "$output" "This revokes 4 tokens of 2 users:"
	run -3 on_terminal "patctl revoke --all --user=games" <<<n
	expect "$output" "This revokes 2 tokens of user games:"
	[ "$(states --user=games --state=active)" = "on=active" ]
	run -0 on_terminal "patctl revoke --all --user=games" <<<y
	expect "$output" "1 token successfully revoked"
	[ "$(field revoked_until --user=games away)" = None ]
	run -0 on_terminal "patctl revoke --all --user=games"
	expect_not "$output" "y/N"
	expect "$output" "0 tokens successfully revoked"
}

@test "revoke --all --yes by root revokes the tokens of all users" {
	some
	run -0 patctl revoke --all --yes --json --reason=compromised
	[ "$output" = '{"revoked": 3}' ]
	[ "$(states --all)" = "away=revoked off=revoked on=revoked later=revoked on=revoked" ]
	run -1 patctl restore --user=games off
}

@test "revoke --all of a user who is not root is about its own tokens" {
	some
	run -3 on_terminal "setpriv --reuid=games --regid=games --clear-groups patctl revoke --all" <<<n
	expect "$output" "This revokes 2 tokens of user games:"
	run -0 as_games patctl revoke --all --yes
	[ "$(states --user=news)" = "later=pending on=active" ]
	[ "$(states --user=games)" = "away=revoked off=revoked on=revoked" ]
}

@test "delete with a filter deletes revoked tokens, and no suspended one" {
	some
	run -0 --separate-stderr patctl delete --all --yes
	[[ $output =~ ^off\ .*successfully\ deleted$ ]]
	expect_stderr "1 suspended token is left out"
	[ "$(states --all)" = "away=revoked on=active later=pending on=active" ]
}

@test "delete --state=revoked,expired deletes what has expired, too" {
	some
	token=$(patctl generate -q short --user=games --expires=1s)
	patctl generate -q once --user=games --max-uses=1 >"$WORLD/once"
	login "$(<"$WORLD/once")" games 5
	until [ "$(field state --user=games short)" = expired ]; do
		sleep 0.1
	done
	id=$(id_of --user=games short)
	run -0 patctl delete --user=games --state=revoked,expired --yes
	[ "$(states --user=games)" = "away=revoked on=active once=exhausted" ]
	run -1 login "$token" games 5
	run -0 patctl log "$id"
	expect "$output" "deleted"
	run -0 patctl delete --user=games --state=exhausted --yes
	[ "$(states --user=games)" = "away=revoked on=active" ]
}

@test "delete with a state in which a token works exits 2" {
	for state in active pending disabled stale revoked,active; do
		run -2 --separate-stderr patctl delete --state=$state --yes
		expect_stderr "only revoked, expired, ended, exhausted, unknown-issuer and altered tokens can be deleted"
	done
}

@test "delete with a filter asks on a terminal" {
	some
	run -3 on_terminal "patctl delete --all" <<<n
	expect "$output" "This permanently deletes 1 token of user games:"
	expect "$output" "nothing was deleted"
	run -3 on_terminal "patctl delete --json --all 2>/dev/tty >$BATS_TEST_TMPDIR/out" <<<n
	[ "$(<"$BATS_TEST_TMPDIR/out")" = "[]" ]
	run -0 on_terminal "patctl delete --all" <<<y
	[ "$(states --user=games)" = "away=revoked on=active" ]
}

@test "delete with a filter passes over what somebody else deleted meanwhile" {
	some
	patctl revoke -q on --user=games
	out=$BATS_TEST_TMPDIR/out
	: >"$out"
	on_terminal "patctl delete --all" "$out" < <(
		wait_for "This permanently deletes 2 tokens" "$out"
		patctl delete -q --yes on --user=games
		echo y
	)
	expect "$(<"$out")" "off ("
	expect_not "$(<"$out")" "no such token"
	[ "$(states --user=games)" = "away=revoked" ]
}

@test "--dry-run changes nothing and prints the tokens" {
	some
	for call in "revoke --all" "revoke --all --unused-for=9000y" "revoke --all --state=active" \
		"revoke --user=games on" "delete --all" "delete --user=games off"; do
		# shellcheck disable=SC2086 # to be split
		run -0 --separate-stderr patctl $call --dry-run
		expect_stderr "nothing was changed"
	done
	run -0 --separate-stderr patctl revoke --all --state=active --dry-run -q
	[[ ${lines[0]} =~ ^on\ \(.*\)\ of\ user\ games$ ]]
	[[ ${lines[1]} =~ ^on\ \(.*\)\ of\ user\ news$ ]]
	expect_no_stderr
	run -0 --separate-stderr patctl delete --all --dry-run --json
	[ "$(json '[0]["result"]' <<<"$output")" = dry-run ]
	run -1 --separate-stderr patctl delete --user=games on --dry-run
	expect_stderr "the token is not revoked"
	[ "$(states --all)" = "away=revoked off=revoked on=active later=pending on=active" ]
}

@test "a filter or --all with a token or --id exits 2" {
	for call in "revoke x --state=active" "delete x --all" "revoke --id --state=active" \
		"delete --unused-for=1d --id" "revoke --user=games" "delete"; do
		# shellcheck disable=SC2086 # to be split
		run -2 --separate-stderr patctl $call --yes
		expect_stderr "patctl help ${call%% *}"
	done
	run -2 patctl revoke --state=open --yes
}

@test "disable --all and enable --all ask on a terminal, and --yes asks nothing" {
	some
	run -3 on_terminal "patctl disable --all" <<<n
	expect "$output" "the tokens of all users (tokens: 5, users who have any: 2)"
	expect "$output" "nothing was disabled"
	[ "$(states --user=news)" = "later=pending on=active" ]
	run -0 on_terminal "patctl disable --all" <<<y
	[ "$(states --user=news)" = "later=disabled on=disabled" ]
	run -3 on_terminal "patctl enable --all" <<<n
	run -0 on_terminal "patctl enable --all --yes"
	expect_not "$output" "y/N"
	[ "$(states --user=news)" = "later=pending on=active" ]
}

@test "disable --dry-run disables nobody" {
	some
	for call in "disable --all" "disable games" "enable --all"; do
		# shellcheck disable=SC2086 # to be split
		run -0 patctl $call --dry-run
		expect "$output" "nothing was changed"
	done
	run -0 patctl disable --all --dry-run --json
	[ "$(json '[0]["result"]' <<<"$output")" = dry-run ]
	[ "$(states --user=games --state=active)" = "on=active" ]
}

# revoked_before USER NAME: revokes the token, and moves patd's time an hour ahead
revoked_before() {
	patctl revoke -q --user="$1" "$2"
	patd_stop
	/usr/bin/python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("UPDATE meta SET value = value + 3600 WHERE key = ?", ("time",))' \
		"$WORLD/state/patd.db"
	patd_start
}

@test "restore --revoked-since gives back exactly what a revoke by filter took, as that says" {
	some
	revoked_before news later
	run -0 on_terminal "patctl revoke --all --state=active --yes"
	[ "$(states --all)" = "away=revoked off=revoked on=revoked later=revoked on=revoked" ]
	undo=$(sed -n 's/^To undo this: patctl //p' <<<"$output")
	[[ $undo =~ ^restore\ --all\ --revoked-since=@[0-9]+$ ]]
	# shellcheck disable=SC2086 # to be split
	[ "$(names --all ${undo#restore --all })" = "on on" ]
	# shellcheck disable=SC2086 # to be split
	run -0 patctl $undo --yes
	[ "${#lines[@]}" -eq 2 ]
	[ "$(states --all)" = "away=revoked off=revoked on=active later=revoked on=active" ]
}

@test "revoke --all says how to undo it, but not where that cannot be" {
	some
	run -0 on_terminal "patctl revoke --all --user=games --yes"
	expect "$output" "To undo this: patctl restore --user=games --revoked-since=@"
	run -0 on_terminal "patctl revoke --all --user=games --yes"
	expect_not "$output" "To undo this"
	run -0 on_terminal "patctl revoke --all --yes"
	expect "$output" "To undo this: patctl restore --all --revoked-since=@"
	patctl generate -q "$T" >/dev/null
	for more in "--reason=compromised" "--json" "--quiet"; do
		run -0 on_terminal "patctl revoke --state=active --yes $more"
		expect_not "$output" "To undo this"
		patctl generate -q "$T $more" >/dev/null
	done
	run -0 --separate-stderr patctl revoke --state=active --yes
	expect_no_stderr
}

@test "restore by filter leaves out what cannot be restored, and says so" {
	some
	patctl generate -q short --user=games --expires=1s >/dev/null
	patctl revoke -q short --user=games
	patctl revoke -q on --user=games --reason=compromised
	until [ "$(field expires_at --user=games short)" -lt "$(date +%s)" ]; do
		sleep 0.1
	done
	run -0 --separate-stderr patctl restore --user=games --all --yes
	[ "${#lines[@]}" -eq 2 ]
	expect_stderr "1 token is left out: it was revoked as compromised."
	expect_stderr "1 token is left out: it has expired."
	[ "$(states --user=games)" = "away=active off=active on=revoked short=revoked" ]
}

@test "restore by filter asks on a terminal, and without one needs --yes" {
	some
	for call in "restore --all" "restore --user=games --revoked-since=1h" "restore --service=sudo"; do
		# shellcheck disable=SC2086 # to be split
		run -3 --separate-stderr patctl $call <<<y
		expect_stderr "use --yes to restore without confirmation"
	done
	run -3 on_terminal "patctl restore --all" <<<n
	expect "$output" "This restores 2 tokens of user games:"
	expect "$output" "nothing was restored"
	run -0 on_terminal "patctl restore --all --service=sudo" <<<y
	[ "$(states --user=games)" = "away=active off=active on=active" ]
}

@test "restore --dry-run restores nothing, and says what would be refused" {
	some
	run -0 --separate-stderr patctl restore --all --dry-run
	[ "${#lines[@]}" -eq 2 ]
	expect_stderr "nothing was changed"
	run -0 patctl restore --user=games off --dry-run
	run -1 --separate-stderr patctl restore --user=games on --dry-run
	expect_stderr "the token is not revoked"
	patctl revoke -q on --user=games --reason=compromised
	run -1 --separate-stderr patctl restore --user=games on --dry-run
	expect_stderr "was revoked as compromised and cannot be restored"
	[ "$(states --user=games)" = "away=revoked off=revoked on=revoked" ]
}

@test "restore by filter of a user who is not root is about its own tokens" {
	some
	patctl revoke -q on --user=news
	run -5 --separate-stderr as_games patctl restore --revoked-since=1h --yes
	run -5 as_games patctl restore --all --yes
	[ "$(states --user=news)" = "later=pending on=revoked" ]
	run -0 patctl restore --user=news --revoked-since=1h --yes
	[ "${#lines[@]}" -eq 1 ]
}

@test "restore with a wrong filter exits 2" {
	for call in "restore --revoked-since=soon --yes" "restore x --all" "restore --state=revoked" \
		"restore --id --revoked-since=1h" "restore" "revoke --revoked-since=1h"; do
		# shellcheck disable=SC2086 # to be split
		run -2 patctl $call
	done
}
