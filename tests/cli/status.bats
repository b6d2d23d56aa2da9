#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl status: who, by which token, and whether something needs attention.

load cli
load installed
load translated

setup() {
	export T=t-$BATS_TEST_NUMBER
	unset PAT_TOKEN_ID
	translated_world de_DE
}

teardown() {
	[ -z "${SYSTEMD:-}" ] || process_end TERM "$SYSTEMD"
	patd_world_end
}

# with_token ID COMMAND...: in a session that was opened with that token
with_token() {
	PAT_TOKEN_ID=$1 "${@:2}"
}

# later DAYS COMMAND...: when the clock is so much ahead
later() {
	LATER=$(($1 * 86400)) LD_PRELOAD="$(asan_preload) $BUILD/tests/pam/later.so" "${@:2}"
}

# finding CHECK: how many findings of $output, JSON, are of that check
finding() {
	json '["findings"]' <<<"$output" | grep -o "'check': '$1'" | wc -l
}

@test "status of a user says who it is, and that all is well" {
	patctl generate -q "$T" --user=games >/dev/null
	patctl generate -q off --user=games >/dev/null
	patctl revoke -q off --user=games
	run -0 --separate-stderr as_games patctl status </dev/null
	expect "$output" "User:     games (5)"
	expect "$output" "Session:  no token is known (PAT_TOKEN_ID is not set)"
	expect "$output" "Tokens:   2 (1 active, 1 revoked)"
	expect "$output" "patd:     running"
	expect "$output" "All is well."
	expect_not "$output" "Machine:"
	expect_no_stderr
	run -0 as_games patctl status --quiet
	[ "$output" = "" ]
}

@test "status of root counts the tokens of the machine and names disabled users" {
	patctl generate -q "$T" --user=games >/dev/null
	patctl generate -q "$T" >/dev/null
	patctl disable -q games news
	run -0 patctl status
	expect "$output" "User:     root (0)"
	expect "$output" "Tokens:   1 (1 active)"
	expect "$output" "Machine:  2 (1 active, 1 disabled)"
	expect "$output" "Disabled: games"$'\n'"          news"
	expect "$output" "For all checks: patctl doctor"
}

@test "status names the token of the session as the environment says, and asks patd for it" {
	patctl generate -q "$T" --user=games >/dev/null
	id=$(id_of --user=games "$T")
	run -0 with_token "$id" as_games patctl status
	expect "$output" "Session:  token $T ($id), active, expires 20"
	expect "$output" "Z (according to PAT_TOKEN_ID)"
	run -0 with_token "$id" patctl status
	expect "$output" "Session:  token $T ($id) of user games, active"
	patctl revoke -q --user=games "$T"
	run -1 with_token "$id" as_games patctl status
	expect "$output" "the token of this session is revoked"
	run -1 with_token "$id" patctl status --json
	[ "$(json '["session"]["state"]' <<<"$output")" = revoked ]
	[ "$(finding session)" = 1 ]
}

@test "status does not tell a user whether the token of another exists" {
	patctl generate -q "$T" --user=news >/dev/null
	id=$(id_of --user=news "$T")
	for given in "$id" 0000000000 $'x\e[31m'; do
		run -0 --separate-stderr with_token "$given" as_games patctl status
		expect "$output" ", and you have no such token"
		expect_not "$output" $'\e'
		expect_no_stderr
		run -0 with_token "$given" as_games patctl status --json
		[ "$(json '["session"]["found"]' <<<"$output")" = False ]
		[ "$(json '["session"]["user"]' <<<"$output")" = None ]
	done
}

@test "status lists tokens that end, and exits 1 for one that was to live longer" {
	patctl generate -q week --user=games --expires=7d >/dev/null
	patctl generate -q second --user=games --expires=1s >/dev/null
	until [ "$(field state --user=games second)" = expired ]; do
		sleep 0.1
	done
	run -0 as_games patctl status
	[[ $output =~ Ending:\ +second\ \(.{10}\)\ expired\ 20.*week\ \(.{10}\)\ expires\ 20 ]]
	run -0 as_games patctl status --json
	[ "$(json '["ending"][1]["name"]' <<<"$output")" = week ]
	# Of the 8 days that it was generated for, 6 are left.
	patctl generate -q long --user=games --expires=8d >/dev/null
	patd_restart_later 2
	run -1 later 2 as_games patctl status
	expect "$output" "warning  token: long ("
	expect "$output" "expires soon; if it is still needed: patctl rotate TOKEN --expires=WHEN"
	run -1 later 2 as_games patctl status --quiet
	[ "${#lines[@]}" -eq 1 ]
	patd_restart_later 9
	run -1 later 9 as_games patctl status --quiet
	[[ $output =~ ^warning\ \ token:\ long\ .*\ has\ expired\;\  ]]
}

@test "status exits 1 while the user's, or all, tokens are disabled" {
	patctl generate -q "$T" --user=games >/dev/null
	patctl disable -q --all --yes
	run -1 as_games patctl status
	expect "$output" "warning  disabled: your tokens are disabled; ask an administrator"
	run -1 patctl status
	expect "$output" "warning  disabled: the tokens of all users are disabled"
	expect "$output" "Disabled: everybody"
	run -1 patctl status --json
	[ "$(json '["disabled"]' <<<"$output")" = "[None]" ]
}

@test "integrity: status reports a token that was altered" {
	patctl generate -q "$T" --user=games >/dev/null
	patd_stop
	/usr/bin/python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("UPDATE token SET expires_at = 0")' "$WORLD/state/patd.db"
	patd_start
	run -1 patctl status
	expect "$output" "problem  token: 1 token was altered outside of patd"
	run -1 as_games patctl status --json
	[ "$(finding token)" = 1 ]
	[ "$(json '["well"]' <<<"$output")" = False ]
}

@test "integrity: a damaged row of the database is reported, and root deletes it by its id" {
	local id
	patctl generate -q "$T" --user=games >/dev/null
	patctl generate -q "$T-whole" --user=games >/dev/null
	id=$(id_of --user=games "$T")
	patd_stop
	/usr/bin/python3 -c 'import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("UPDATE token SET name = char(7) WHERE id = ?", sys.argv[2:])' \
		"$WORLD/state/patd.db" "$id"
	patd_start
	run -1 patctl status
	expect "$output" "problem  token: 1 token was altered outside of patd"
	run -1 patctl doctor
	expect "$output" "problem  token: 1 token in the database is damaged, and is in no list"
	grep -q "skipped the damaged row of token $id" "$WORLD/patd.log"
	run -4 as_games patctl delete --yes --id "$id"
	run -0 patctl delete --yes --id "$id"
	run -4 patctl delete --yes --id "$id"
	run -1 patctl doctor
	[[ $output == *"ok       token: no token was altered"* ]]
	[ "$(names --user=games)" = "$T-whole" ]
}

@test "status reports a configuration that patd refused, to root" {
	mkdir -p "$WORLD/etc"
	units_run
	run -0 installed patctl status
	printf '[tokens]\nmax_lifetime = 30\n' >"$WORLD/etc/patd.conf"
	run -1 installed patctl status
	expect "$output" "problem  policy: patd refuses its configuration: $WORLD/etc/patd.conf:2:"
	run -0 installed setpriv --reuid=games --regid=games --clear-groups patctl status
}

@test "status exits 8 without patd, and still says who it is" {
	patd_stop
	for as in "" as_games; do
		run -8 --separate-stderr with_token 0123456789 $as patctl status
		expect "$output" "User:  "
		expect "$output" "Session:  token 0123456789 according to PAT_TOKEN_ID; patd was not asked"
		expect "$output" "patd:     cannot be reached"
		expect_not "$output" "All is well."
		expect_stderr "patd cannot be reached"
		run -8 --separate-stderr $as patctl status --json
		[ "$(json '["running"]' <<<"$output")" = False ]
		[ "$(json '["tokens"]' <<<"$output")" = None ]
		# shellcheck disable=SC2154 # run assigns it
		[ "$(json '["error"]' <<<"$stderr")" = unreachable ]
	done
}

@test "status says since when systemd has seen patd run" {
	/usr/bin/python3 -c 'import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib
def serve(bus, sender, path, interface, method, args, invocation):
    known = args.unpack() == ("org.freedesktop.systemd1.Unit", "ActiveEnterTimestamp")
    invocation.return_value(GLib.Variant("(v)", (GLib.Variant("t", 1700000000000000 * known),)))
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)
xml = """<node><interface name="org.freedesktop.DBus.Properties"><method name="Get">
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
</method></interface></node>"""
bus.register_object("/org/freedesktop/systemd1/unit/patd_2eservice",
                    Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], serve)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.systemd1", Gio.BusNameOwnerFlags.NONE,
                               lambda *_: print("owned", flush=True), None)
GLib.MainLoop().run()' >"$BATS_TEST_TMPDIR/systemd" 3>&- &
	SYSTEMD=$!
	wait_for owned "$BATS_TEST_TMPDIR/systemd"
	for as in "" as_games; do
		run -0 $as patctl status
		expect "$output" "patd:     running since 2023-11-14T22:13:20Z"
		run -0 $as patctl status --json
		[ "$(json '["running_since"]' <<<"$output")" = 1700000000 ]
	done
}

@test "status in German" {
	patctl generate -q "$T" --user=games >/dev/null
	run -0 --separate-stderr german as_games patctl status
	expect "$output" "Alles ist in Ordnung."
	expect_no_stderr
	run -0 german as_games patctl status --json
	[ "$(json '["tokens"]["active"]' <<<"$output")" = 1 ]
	patctl disable -q --all --yes
	run -1 marked patctl status
	for line in "${lines[@]}"; do
		[[ $line == *¤* || ! $line =~ [a-z]{3} || $line == *games* ]] || fail "forgotten: $line"
	done
}
