#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every verb of root does its work whatever becomes of the bus and of patd-bus.  A new verb fails
# the first test until it is in every_verb(), or among those that ask patd nothing.

load shared_patd

setup_file() {
	patd_world
	token_services sudo login
}

ASK_NOTHING="askpass help restore-backup"

# A test that fails leaves nothing stopped, which would not end, and no flood.
teardown() {
	process_end KILL "${FLOOD:-}"
	kill -CONT "$(cat "$WORLD/bus.pid")" "$(cat "$WORLD/front.pid")" 2>/dev/null || :
}

# root VERB ARGUMENT...: runs it, and notes that it was
root() {
	echo "$1" >>"$WORLD/verbs"
	with_pam timeout 60 patctl "$@"
}

# answer VERB TOKEN STATUS: lets a use wait, and answers it; the login must exit with STATUS
answer() {
	local id use
	COMMAND="sudo id" login "$2" games 5 sudo 2>/dev/null 3>&- &
	use=$!
	until [ "$(root requests --json | json '.__len__()')" -gt 0 ]; do :; done
	id=$(root requests --json | json '[-1]["id"]')
	root "$1" -q "$id"
	status=0
	wait "$use" || status=$?
	[ "$status" -eq "$3" ] || fail "the login exited with $status"
}

# every_verb NAME: NAME is that of a token to be
every_verb() {
	local token new
	: >"$WORLD/verbs"
	token=$(root generate -q "$1" --user=games --expires=7d --service=sudo --max-uses=9)
	login "$token" games 5 sudo
	run -0 root list --all
	expect "$output" " $1 "
	run -0 root sessions --all
	run -0 root show "$1" --user=games
	expect "$output" "User:     games (5)"
	run -0 root check --service=sudo <<<"$token"
	expect "$output" accepted
	run -0 root revoke "$1" --user=games --for=1h --reason=why
	expect "$output" "successfully revoked until"
	run -1 root check --service=login --from=192.0.2.7 <<<"$token"
	expect "$output" "is revoked"
	root restore -q "$1" --user=games
	new=$(root rotate -q "$1" --user=games --grace=none)
	login "$new" games 5 sudo
	run -0 root set "$1" --user=games --note=why --expires=6d
	expect "$output" "User token successfully changed"
	root rename -q "$1" "$1-new" --user=games
	run -0 root log "$1-new" --user=games --json
	expect "$output" '"renamed"'
	run -0 root log --verify
	expect "$output" "History intact"
	root disable -q games
	run -0 root disable
	expect "$output" "games: disabled"
	run -0 root complete -- enable ""
	expect "$output" games
	root enable -q games
	run -0 root revoke --all --user=games
	expect "$output" "1 token successfully revoked"
	root delete -qy "$1-new" --user=games
	token=$(root generate -q "$1-asks" --user=games --confirm)
	answer approve "$token" 0
	answer deny "$token" 1
	root revoke -q "$1-asks" --user=games
	root delete -qy "$1-asks" --user=games
	run -0 root policy
	expect "$output" max_lifetime
	run -0 root fleet
	expect "$output" "issues no fleet tokens"
	# It also says what is wrong with the units.
	run root status
	((status <= 1)) || fail "$status: $output"
	expect "$output" "User:     root"
	root backup -q "$WORLD/$1.backup"
	"$BUILD/patd/patd" --verify-backup="$WORLD/$1.backup"
	# It finds what is wrong with the bus, in its own time.
	run root doctor
	((status <= 1)) || fail "$status: $output"
	expect "$output" "ok       daemon: patd answers root"
}

@test "availability: every verb of root works while there is no bus" {
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent
	every_verb "$T"
	expect "$output" "problem  daemon: users cannot reach patd"
	sort -u "$WORLD/verbs" >"$WORLD/called"
	{
		patctl complete -- "" | cut -f 1
		echo complete
	} | grep -vwE "${ASK_NOTHING// /|}" | sort >"$WORLD/verbs-of-patctl"
	diff "$WORLD/verbs-of-patctl" "$WORLD/called"
}

@test "availability: every verb of root works while the bus hangs" {
	kill -STOP "$(cat "$WORLD/bus.pid")"
	every_verb "$T"
	kill -CONT "$(cat "$WORLD/bus.pid")"
	expect "$output" "problem  daemon: users cannot reach patd"
}

@test "availability: every verb of root works while patd-bus hangs" {
	kill -STOP "$(cat "$WORLD/front.pid")"
	every_verb "$T"
	kill -CONT "$(cat "$WORLD/front.pid")"
	expect "$output" "problem  daemon: patd does not answer on the bus"
}

@test "availability: every verb of root works while a user floods the bus with calls" {
	# Not by as_games(), whose shell would be what is killed.
	setpriv --reuid=games --regid=games --clear-groups /usr/bin/python3 -B -c '
import sys, time
sys.path.insert(0, sys.argv[1])
import loads
games = loads.Target(sys.argv[2], None, 5, "games", None)
loads.small_calls(games, time.monotonic() + 0.5)
print("flooding", flush=True)
loads.small_calls(games, time.monotonic() + 600)' "$TOP/tests/lib" "$WORLD/bus" >"$WORLD/flood" 3>&- &
	FLOOD=$!
	wait_for flooding "$WORLD/flood"
	every_verb "$T"
	kill -0 "$FLOOD"
	process_end KILL "$FLOOD"
}

@test "availability: every verb of root works after patd-bus was killed" {
	process_end KILL "$(cat "$WORLD/front.pid")"
	every_verb "$T"
	expect "$output" "problem  daemon: patd does not answer on the bus"
}
