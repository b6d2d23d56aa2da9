#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl requests, approve, deny and askpass.

load shared_patd

setup_file() {
	patd_world
	polkit_start <<-'EOF'
		polkit.addRule(function(action, subject) {
			if (/generate/.test(action.id))
				return polkit.Result.YES;
			if (action.id == "org.patd.tokens1.confirm" && /yes/.test(action.lookup("token")) &&
					action.lookup("command") == "sudo apt upgrade" &&
					action.lookup("service") == "sudo" && subject.user == "games")
				return polkit.Result.YES;
			if (action.id == "org.patd.tokens1.confirm-others" && subject.user == "news")
				return polkit.Result.YES;
		});
	EOF
}

teardown_file() {
	polkit_stop
	patd_world_end
}

teardown() {
	patctl deny -q 2>/dev/null || true
}

# use TOKEN COMMAND: a login of games that waits; the result comes into $BATS_TEST_TMPDIR/result
use() {
	local before
	before=$(waiting)
	(
		status=0
		COMMAND=$2 login "$1" games 5 sudo '' /dev/pts/7 2>&1 || status=$?
		echo "status $status"
	) >"$BATS_TEST_TMPDIR/result" 3>&- &
	until [ "$(waiting)" -gt "$before" ]; do :; done
}

waiting() {
	patctl requests --json | json '.__len__()'
}

# request: the id of the last that waits
request() {
	patctl requests --json | json '[-1]["id"]'
}

# expect_result TEXT: once the login has ended
expect_result() {
	wait_for "status" "$BATS_TEST_TMPDIR/result"
	expect "$(cat "$BATS_TEST_TMPDIR/result")" "$1"
}

@test "requests shows what would be run, by whom, and how long there is time" {
	token=$(patctl generate -q "$T" --user=games --confirm)
	use "$token" "sudo apt upgrade"
	run -0 patctl requests
	expect "$output" "Command:    sudo apt upgrade"
	expect "$output" "Directory:  /home"
	expect "$output" "Process:    pid 4711, started by user games"
	expect "$output" "Started by: agent (pid 4700)"
	expect "$output" "Service:    sudo on /dev/pts/7"
	expect "$output" "Token:      $T ($(id_of --user=games "$T")) of games"
	grep -qxE 'Time left:  ([1-5]?[0-9] seconds?|60 seconds)' <<<"$output"
	run -0 as_games patctl requests --json
	[ "$(json '[0]["command"]' <<<"$output")" = "sudo apt upgrade" ]
	[ "$(json '[0]["pid"]' <<<"$output")" = 4711 ]
	[ "$(json '[0]["parent"]' <<<"$output")" = agent ]
}

@test "requests shows others nothing" {
	token=$(patctl generate -q "$T" --user=games --confirm)
	use "$token" "sudo id"
	run -0 --separate-stderr setpriv --reuid=news --regid=news --clear-groups patctl requests --json
	[ "$output" = "[]" ]
	run -0 --separate-stderr setpriv --reuid=news --regid=news --clear-groups patctl requests
	[ "$output" = "" ]
	expect_stderr "No request is waiting."
	run -5 setpriv --reuid=news --regid=news --clear-groups patctl requests --all
}

@test "confirmed uses: approve by the owner asks polkit, which knows command, token and service" {
	token=$(as_games patctl generate -q "yes $T" --confirm)
	use "$token" "sudo apt upgrade"
	run -0 as_games patctl approve "$(request)"
	expect "$output" "request approved"
	expect_result "status 0"
	use "$token" "sudo apt remove"
	run -5 as_games patctl approve "$(request)" </dev/null
	run -0 as_games patctl deny "$(request)"
	expect_result "verdict 18"
}

@test "confirmed uses: approve of another's request is for administrators" {
	token=$(patctl generate -q "$T" --user=games --confirm)
	use "$token" "sudo id"
	run -5 setpriv --reuid=daemon --regid=daemon --clear-groups patctl approve "$(request)" </dev/null
	run -5 setpriv --reuid=daemon --regid=daemon --clear-groups patctl deny "$(request)" </dev/null
	run -0 setpriv --reuid=news --regid=news --clear-groups patctl approve "$(request)"
	expect_result "status 0"
	run -0 patctl log "$T" --user=games --event=used
	expect "$output" ": sudo id, approved by news"
}

@test "the log says who approved or denied what" {
	token=$(patctl generate -q "$T" --user=games --confirm)
	use "$token" "sudo id"
	patctl approve -q "$(request)"
	expect_result "status 0"
	use "$token" "sudo reboot"
	patctl deny -q "$(request)"
	expect_result "verdict 18"
	run -0 patctl log "$T" --user=games
	expect "$output" ", sudo on /dev/pts/7: sudo id, approved by root"
	expect "$output" ": sudo reboot, denied by root: denied"
	run -0 patctl log "$T" --user=games --event=used --json
	[ "$(json '["command"]' <<<"$output")" = "sudo id" ]
	[ "$(json '["answered"]' <<<"$output")" = True ]
	expect "$(json '["process"]' <<<"$output")" "pid 4711 of uid 5 in /home, started by agent (4700)"
}

@test "approve without an ID, and without a terminal, names the request" {
	run -1 --separate-stderr patctl approve
	expect_stderr "no request is waiting"
	token=$(patctl generate -q "$T" --user=games --confirm)
	use "$token" "sudo id"
	run -2 --separate-stderr patctl approve </dev/null
	expect_stderr "patctl approve $(request)"
	[ "$(waiting)" -eq 1 ]
}

@test "approve on a terminal shows each request and does what is answered" {
	token=$(patctl generate -q "$T" --user=games --confirm)
	use "$token" "sudo id"
	run -0 on_terminal "patctl approve" <<<y
	expect "$output" "Command:    sudo id"
	expect "$output" "request approved"
	expect_result "status 0"
	use "$token" "sudo id"
	run -0 on_terminal "patctl approve" <<<n
	expect "$output" "request denied"
	expect_result "verdict 18"
}

@test "approve --follow asks about a request that comes later" {
	token=$(patctl generate -q "$T" --user=games --confirm)
	mkfifo "$BATS_TEST_TMPDIR/keys"
	on_terminal "patctl approve --follow" "$BATS_TEST_TMPDIR/seen" <"$BATS_TEST_TMPDIR/keys" \
		>/dev/null 3>&- &
	exec 4>"$BATS_TEST_TMPDIR/keys"
	wait_for "Waiting for requests" "$BATS_TEST_TMPDIR/seen"
	use "$token" "sudo id"
	wait_for "Approve?" "$BATS_TEST_TMPDIR/seen"
	grep -q "sudo id" "$BATS_TEST_TMPDIR/seen"
	echo y >&4
	expect_result "status 0"
	printf '\003' >&4 # Ctrl-C
	exec 4>&-
	wait
}

@test "approve --follow needs a terminal" {
	run -2 patctl approve --follow </dev/null
	expect "$output" "needs a terminal"
}

@test "approve of a request that waits no more exits 4" {
	run -4 patctl approve 000000
	expect "$output" "no such request"
	run -4 as_games patctl deny 000000
}

# token_file: a token of games in a file of mode 0600
token_file() {
	mkdir -m 0755 "$BATS_TEST_TMPDIR/config"
	mkdir "$BATS_TEST_TMPDIR/config/patd" "$BATS_TEST_TMPDIR/config/patd/tokens"
	FILE=$BATS_TEST_TMPDIR/config/patd/tokens/agent
	patctl generate -q "$T" --user=games --confirm --out="$FILE"
}

@test "secrecy: askpass hands out the token in a file of its own, and to no terminal" {
	token_file
	run -0 --separate-stderr env XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config" patctl askpass agent 'Password: '
	[ "$output" = "$(cat "$FILE")" ]
	[ "$(patctl askpass "$FILE")" = "$(cat "$FILE")" ]
	run -2 on_terminal "patctl askpass '$FILE'"
	expect "$output" "not shown on a terminal"
	expect_not "$output" "pat_"
}

@test "secrecy: askpass refuses a file that others can read, or that is not the caller's" {
	token_file
	chmod 0640 "$FILE"
	run -1 --separate-stderr patctl askpass "$FILE"
	[ "$output" = "" ]
	expect_stderr "chmod 0600"
	chmod 0600 "$FILE"
	chown games "$FILE"
	run -1 --separate-stderr patctl askpass "$FILE"
	[ "$output" = "" ]
	expect_stderr "not a file of yours"
	ln -s "$FILE" "$FILE.link"
	run -1 patctl askpass "$FILE.link"
	run -1 patctl askpass "$BATS_TEST_TMPDIR"
	run -1 patctl askpass "$BATS_TEST_TMPDIR/none"
	echo nothing >"$FILE.other"
	chmod 0600 "$FILE.other"
	run -1 --separate-stderr patctl askpass "$FILE.other"
	expect_stderr "there is no token in"
}

@test "check, show and list say that each use waits for an approval" {
	token_services sudo
	token=$(patctl generate -q "$T" --user=games --confirm)
	run -0 --separate-stderr with_pam patctl check --service=sudo --from=local <<<"$token"
	expect_stderr "Each use of this token waits for an approval"
	run -0 patctl check --json <<<"$token"
	expect "$(json '["not_checked"]' <<<"$output")" approval
	run -0 patctl show "$T" --user=games
	expect "$output" "Confirm:  each use waits for an approval"
	[ "$(field confirm --user=games "$T")" = True ]
	[ "$(patctl list --user=games --no-legend --output=name,confirm,limits | tr -s ' ' | grep "^$T ")" = "$T yes confirm" ]
	patctl generate -q "$T-plain" --user=games
	[ "$(field confirm --user=games "$T-plain")" = False ]
}
