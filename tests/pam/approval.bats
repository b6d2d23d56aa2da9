#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tokens with --confirm: each use waits for a person's word.

load pam
bats_require_minimum_version 1.5.0

# ask TOKEN: a login that waits; its result will be in $BATS_TEST_TMPDIR/result
ask() {
	login "$1" >"$BATS_TEST_TMPDIR/result" 2>&1 3>&- &
	asker=$!
}

# ask_blocking SIGNAL TOKEN: the same by a program that blocks the signal, as sudo does with Ctrl-C
ask_blocking() {
	answered "$2" -- env --block-signal="$1" "$WORLD/drive" "$WORLD/pam.d" pat "$OWNER" \
		>"$BATS_TEST_TMPDIR/result" 2>&1 3>&- &
	asker=$!
}

# request: the id of the one that waits, once it does
request() {
	local id
	while kill -0 "$asker"; do
		id=$(patctl requests --json | jq -r '.[].id')
		if [ -n "$id" ]; then
			echo "$id"
			return
		fi
	done
	return 1
}

# result: of ask()
result() {
	process_gone "$asker"
	cat "$BATS_TEST_TMPDIR/result"
}

# uses TOKEN
uses() {
	patctl show --json --id "$(token_id "$1")" | jq '.[0].uses'
}

# last EVENT: the last such entry of the history
last() {
	patctl log --all --json --event="$1" --reverse | head -n 1
}

@test "confirmed uses: a login waits until root approves it, and the history has who and what" {
	token=$(generate approved --user="$OWNER" --confirm)
	ask "$token"
	id=$(request)
	patctl requests --json | jq -e --arg user "$OWNER" '.[0] | .user == $user and
		(.command | test("/drive .*pat daemon$")) and .pid > 0 and .start_time > 0 and
		.service == "pat" and .until > .at'
	[ ! -s "$BATS_TEST_TMPDIR/result" ] || grep -v PAM_SUCCESS "$BATS_TEST_TMPDIR/result"
	run -0 patctl approve "$id"
	run result
	expect_line 'authenticate: PAM_SUCCESS'
	last used | jq -e '.command | test("/drive ")'
	last used | jq -e '.answered and .answered_by == 0 and (.process | test("^pid [0-9]+ of uid 0"))'
	[ "$(patctl requests --json | jq length)" -eq 0 ]
}

@test "confirmed uses: a use that was denied is refused, and the person is told" {
	token=$(generate denied --user="$OWNER" --confirm)
	ask "$token"
	run -0 patctl deny "$(request)"
	run result
	expect_line 'authenticate: PAM_AUTH_ERR'
	[[ $output = *'This use of the token was denied.'* ]]
	last refused | jq -e '.result == "denied" and .answered and .answered_by == 0'
}

@test "confirmed uses: without a word the use is refused when confirm_timeout is over" {
	token=$(generate late --user="$OWNER" --confirm)
	patd_stop
	mkdir -p "$WORLD/etc"
	printf '%s\n' '[tokens]' 'confirm_timeout = 1s' >"$WORLD/etc/patd.conf"
	patd_start
	ask "$token"
	seen=$(result)
	patd_stop
	rm "$WORLD/etc/patd.conf"
	patd_start
	output=$seen
	expect_line 'authenticate: PAM_AUTH_ERR'
	[[ $output = *'Nobody approved this use of the token.'* ]]
	last refused | jq -e '.result == "unconfirmed" and (.answered | not)'
}

@test "confirmed uses: a restart of patd refuses what waits" {
	token=$(generate restart --user="$OWNER" --confirm)
	ask "$token"
	id=$(request)
	patd_stop
	run result
	expect_line 'authenticate: PAM_AUTHINFO_UNAVAIL'
	patd_start
	run -4 patctl approve "$id"
	[ "$(uses "$token")" -eq 0 ]
}

@test "confirmed uses: a request ends with the process that asked" {
	token=$(generate gone --user="$OWNER" --confirm)
	ask "$token"
	id=$(request)
	pkill -KILL -P "$asker" || kill -KILL "$asker"
	result
	run -4 patctl approve "$id"
	[[ $output = *'no such request'* ]]
	last refused | jq -e '.result == "unconfirmed"'
	[ "$(uses "$token")" -eq 0 ]
}

@test "confirmed uses: a request ends with a signal, also if the program keeps it until PAM is done" {
	token=$(generate told --user="$OWNER" --confirm)
	ask_blocking TERM "$token"
	id=$(request)
	kill -TERM "$(patctl requests --json | jq '.[0].pid')"
	run result
	expect_line 'authenticate: PAM_AUTHINFO_UNAVAIL'
	run -4 patctl approve "$id"
	last refused | jq -e '.result == "unconfirmed"'

	ask "$token"
	id=$(request)
	kill -TERM "$(patctl requests --json | jq '.[0].pid')"
	run result
	[[ $output != *authenticate:* ]]
	run -4 patctl approve "$id"
	[ "$(uses "$token")" -eq 0 ]
}

@test "confirmed uses: a program that was suspended is let in when it goes on, by its approval" {
	token=$(generate suspended --user="$OWNER" --confirm)
	ask "$token"
	id=$(request)
	pid=$(patctl requests --json | jq '.[0].pid')
	kill -STOP "$pid"
	run -0 patctl approve "$id"
	[[ $(cat "$BATS_TEST_TMPDIR/result") != *authenticate:* ]]
	kill -CONT "$pid"
	run result
	expect_line 'authenticate: PAM_SUCCESS'
}

@test "confirmed uses: a revoke ends what waits, at once" {
	token=$(generate revoked --user="$OWNER" --confirm)
	ask "$token"
	id=$(request)
	run -0 patctl revoke --id "$(token_id "$token")"
	run result
	expect_line 'authenticate: PAM_AUTH_ERR'
	[[ $output = *'This token has been revoked.'* ]]
	run -4 patctl approve "$id"
}

@test "confirmed uses: patctl disable ends what waits" {
	token=$(generate disabled --user="$OWNER" --confirm)
	ask "$token"
	id=$(request)
	run -0 patctl disable "$OWNER"
	seen=$(result)
	patctl enable "$OWNER"
	output=$seen
	expect_line 'authenticate: PAM_AUTH_ERR'
	run -4 patctl approve "$id"
}

@test "confirmed uses: an approval is good for one use" {
	token=$(generate once --user="$OWNER" --confirm)
	ask "$token"
	run -0 patctl approve "$(request)"
	run result
	expect_line 'authenticate: PAM_SUCCESS'
	ask "$token"
	run -0 patctl deny "$(request)"
	run result
	expect_line 'authenticate: PAM_AUTH_ERR'
}

@test "confirmed uses: with --max-uses only what was approved counts" {
	token=$(generate counted --user="$OWNER" --confirm --max-uses=1)
	ask "$token"
	run -0 patctl deny "$(request)"
	run result
	[ "$(uses "$token")" -eq 0 ]
	ask "$token"
	run -0 patctl approve "$(request)"
	run result
	expect_line 'authenticate: PAM_SUCCESS'
	[ "$(uses "$token")" -eq 1 ]
	run login "$token"
	expect_line 'authenticate: PAM_AUTH_ERR'
}

@test "confirmed uses: other logins go on while one waits" {
	token=$(generate waits --user="$OWNER" --confirm)
	other=$(generate goes-on --user="$OWNER")
	ask "$token"
	id=$(request)
	expect_result 'PAM_SUCCESS' login "$other"
	run -0 patctl deny "$id"
	result
}

@test "confirmed uses: at most eight of a user wait, and the next is refused" {
	token=$(generate many --user="$OWNER" --confirm)
	pids=()
	for _ in 1 2 3 4 5 6 7 8; do
		ask "$token"
		pids+=("$asker")
	done
	until [ "$(patctl requests --json | jq length)" -eq 8 ]; do :; done
	run login "$token"
	expect_line 'authenticate: PAM_AUTHINFO_UNAVAIL'
	run -0 patctl deny
	for asker in "${pids[@]}"; do
		run result
	done
	[ "$(patctl requests --json | jq length)" -eq 0 ]
}

@test "confirmed uses: who is not root cannot wait" {
	token=$(generate own --user="$OWNER" --confirm)
	stack user <<<"auth required @module@ socket=$WORLD/run/user.sock"
	run answered "$token" -- setpriv --reuid="$OWNER" --regid="$OWNER" --clear-groups \
		"$WORLD/drive" "$WORLD/pam.d" user "$OWNER"
	expect_line 'authenticate: PAM_AUTH_ERR'
	last refused | jq -e '.result == "unconfirmed"'
}

@test "confirmed uses: an unknown request is an error" {
	run -4 patctl approve abcdef
	[[ $output = *'no such request'* ]]
	run -4 patctl deny ''
	[[ $output = *'no such request'* ]]
}
