#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl fleet, and fleet tokens in what other verbs print, at an issuer.

load shared_issuer

reload() {
	local before
	before=$(grep -c 'is in force' "$WORLD/patd.log" || :)
	kill -HUP "$(cat "$WORLD/patd.pid")"
	wait_for 'is in force' "$WORLD/patd.log" $((before + 1))
}

@test "fleet shows the names, the key and the hub of an issuer, and whom it trusts" {
	run -0 patctl fleet
	[[ ${lines[0]} =~ ^Host:\ +hq$ ]]
	[[ ${lines[1]} =~ ^Issuer:\ +hq$ ]]
	[[ ${lines[2]} =~ ^Key:\ +[A-Za-z0-9+/]{43}=$ ]]
	[[ ${lines[3]} =~ ^Next\ key:\ +[A-Za-z0-9+/]{43}=$ ]]
	[[ ${lines[4]} =~ ^Latest\ row:\ +[0-9]+$ ]]
	[[ ${lines[5]} =~ ^Hub:\ +not\ known:\ patd-fleet\ is\ not\ running$ ]]
	[[ ${lines[6]} =~ ^ISSUER\ +STATE\ +TOKENS\ +NUMBER\ +LAST\ +HEARTBEAT$ ]]
	[[ ${lines[7]} =~ ^other\ +stale\ +0\ +0\ +0\ +-$ ]]
	[ "$(patctl fleet status)" = "$output" ]
	run -0 patctl fleet --no-legend
	expect_not "$output" ISSUER
}

@test "fleet --json prints an object" {
	run -0 patctl fleet --json
	for member in "host hq" "issuer hq" "hub True" "patd_fleet False" "connected False" "since None" \
		"error None"; do
		[ "$(json "[\"${member% *}\"]" <<<"$output")" = "${member#* }" ] || fail "$member"
	done
	[ "$(json '["issuers"][0]["name"]' <<<"$output")" = other ]
	[ "$(json '["issuers"][0]["standing"]' <<<"$output")" = stale ]
	[ "$(json '["issuers"][0]["beat_at"]' <<<"$output")" = None ]
	[ "$(patctl fleet -o json)" = "$output" ]
}

@test "fleet shows what patd-fleet reports while it runs" {
	carrier "
link.done(fleet.PUT_REPORT, fleet.report(False, 1700000000, 'no route to db.example.org'))
subprocess.run(['patctl', 'fleet'], check=True)" >"$WORLD/shown"
	expect "$(cat "$WORLD/shown")" "not connected since 2023-11-14T22:13:20Z"
	expect "$(cat "$WORLD/shown")" "no route to db.example.org"
	carrier "
link.done(fleet.PUT_REPORT, fleet.report(True, 1700000000))
subprocess.run(['patctl', 'fleet'], check=True)" >"$WORLD/shown"
	expect "$(cat "$WORLD/shown")" "connected since 2023-11-14T22:13:20Z"
	expect_not "$(cat "$WORLD/shown")" "Error:"
}

@test "fleet hosts lists each machine with the rows that it lacks" {
	local last
	patctl generate -q "$BATS_TEST_NUMBER" --user=games --fleet >/dev/null
	last=$(patctl fleet --json | json '["last"]')
	run -0 carrier "
link.done(fleet.PUT_REPORT, fleet.report(hosts=3))
link.done(fleet.PUT_HOST, fleet.host('web1', 1700000000, 'hq', $last))
link.done(fleet.PUT_HOST, fleet.host('web2', 1700000000, 'hq', 0))
link.done(fleet.PUT_HOST, fleet.host('new', 0))
subprocess.run(['patctl', 'fleet', 'hosts'], check=True)
subprocess.run(['patctl', 'fleet', 'hosts', '--json'], check=True)"
	[[ ${lines[0]} =~ ^HOST\ +SEEN\ +ISSUER\ +NUMBER\ +BEHIND$ ]]
	[[ ${lines[1]} =~ ^web1\ +2023-11-14T22:13:20Z\ +hq\ +$last\ +0$ ]]
	[[ ${lines[2]} =~ ^web2\ +2023-11-14T22:13:20Z\ +hq\ +0\ +$last$ ]]
	[[ ${lines[3]} =~ ^new\ +-\ +-\ +0\ +-$ ]]
	output=${output#*$'\n['} output=[$output
	[ "$(json '[0]' <<<"$output")" = \
		"{'host': 'web1', 'seen_at': 1700000000, 'issuer': 'hq', 'number': $last, 'last': $last}" ]
	[ "$(json '[2]' <<<"$output")" = \
		"{'host': 'new', 'seen_at': None, 'issuer': None, 'number': 0, 'last': None}" ]
}

@test "fleet hosts says only that a host is behind whose numbers are of before a restore" {
	local last
	patctl backup "$WORLD/b1"
	patd_stop
	"$BUILD/patd/patd" --restore-backup="$WORLD/b1" --state-dir="$WORLD/state"
	patd_start
	carrier "
link.ask(fleet.GET_BEAT)
link.done(fleet.PUT_REPORT, fleet.report(hosts=2))
link.done(fleet.PUT_HOST, fleet.host('web1', 1700000000, 'hq', 1))
link.done(fleet.PUT_HOST, fleet.host('web2', 1700000000, 'hq', int(sys.argv[1]) - 1))" \
		"$(patctl fleet --json | json '["last"]')"
	run patctl fleet hosts --no-legend
	[[ ${lines[0]} =~ ^web1\ .*\ yes$ ]]
}

@test "fleet hosts fails and says why where the hub cannot be reached" {
	carrier "
link.done(fleet.PUT_REPORT, fleet.report(False, 1700000000, 'no route to db.example.org'))
done = subprocess.run(['patctl', 'fleet', 'hosts', '--json'], check=False)
assert done.returncode == 1, done" 2>"$WORLD/shown"
	expect "$(<"$WORLD/shown")" "not connected since 2023-11-14T22:13:20Z: no route to db.example.org"
	run -1 --separate-stderr patctl fleet hosts
	expect_stderr "patd-fleet is not running"
}

@test "a hub that patd.conf names no more is shown with neither hosts nor an error" {
	carrier "
link.done(fleet.PUT_REPORT, fleet.report(False, 1700000000, 'no route', hosts=1))
link.done(fleet.PUT_HOST, fleet.host('web1', 1700000000, 'hq', 0))"
	sed -i.before /^hub/d "$WORLD/etc/patd.conf"
	reload
	run -1 --separate-stderr patctl fleet hosts --no-legend
	[ "$output" = "" ]
	expect_stderr "Hub: not set in patd.conf"
	run -0 patctl fleet
	expect_not "$output" "no route"
	mv "$WORLD/etc/patd.conf.before" "$WORLD/etc/patd.conf"
	reload
}

@test "fleet new-key takes the key that was shown as the next one, and prints it" {
	local before next after
	before=$(patctl fleet --json | json '["key"]')
	next=$(patctl fleet --json | json '["next_key"]')
	run -0 --separate-stderr patctl fleet new-key --yes
	after=$output
	[[ $after =~ ^[A-Za-z0-9+/]{43}=$ ]]
	[ "$before" != "$after" ]
	[ "$next" = "$after" ]
	expect_stderr "All other machines need this key"
	[ "$(patctl fleet --json | json '["key"]')" = "$after" ]
	run -0 --separate-stderr patctl fleet new-key --yes --json --quiet
	[ "$(json '["key"]' <<<"$output")" != "$after" ]
	# shellcheck disable=SC2154 # run assigns it
	[ "$stderr" = "" ]
}

@test "fleet new-key without a terminal and --yes changes nothing" {
	local before
	before=$(patctl fleet --json | json '["key"]')
	run ! patctl fleet new-key </dev/null
	expect "$output" "use --yes"
	[ "$(patctl fleet --json | json '["key"]')" = "$before" ]
}

@test "fleet with another operand exits 2 and names those that there are" {
	run -2 patctl fleet members
	expect "$output" "status, hosts or new-key"
	run -2 patctl fleet hosts status
}

@test "fleet is root's alone" {
	run -5 as_games patctl fleet
	expect "$output" "only root"
	run -5 as_games patctl fleet new-key --yes
}

@test "a fleet token shows its issuer, and is listed by --fleet" {
	patctl generate -q shared --user=games --fleet --hosts='web*' >/dev/null
	patctl generate -q local --user=games >/dev/null
	run -0 patctl show shared --user=games
	[[ $output =~ Issuer:\ +hq ]]
	[[ $output =~ Hosts:\ +web\* ]]
	run -0 patctl show local --user=games
	expect_not "$output" "Issuer:"
	run -0 patctl list --user=games --fleet
	expect "$output" shared
	expect_not "$output" local
	run -0 patctl list --user=games -o name,issuer --no-legend
	[[ $output =~ local\ +- ]]
	[[ $output =~ shared\ +hq ]]
	[ "$(patctl show shared --user=games --json | json '[0]["issuer"]')" = hq ]
	[ "$(patctl show local --user=games --json | json '[0]["issuer"]')" = None ]
}

@test "revoke of a fleet token says that others accept it while the hub cannot be reached" {
	local name
	for name in one two three; do
		patctl generate -q "$name" --user=games --fleet >/dev/null
	done
	patctl generate -q here --user=games >/dev/null
	run -0 --separate-stderr patctl revoke here --user=games
	[ "$stderr" = "" ]
	run -0 --separate-stderr patctl revoke one --user=games
	expect_stderr "The hub cannot be reached now"
	run -0 --separate-stderr patctl revoke --all --user=games --yes
	expect_stderr "The hub cannot be reached now"
	patctl generate -q here-alone --user=news >/dev/null
	run -0 --separate-stderr patctl revoke --all --user=news --yes
	expect "$output" "1 token successfully revoked"
	[ "$stderr" = "" ]
	patctl restore -q one --user=games
	run -0 --separate-stderr patctl revoke one --user=games --quiet
	[ "$stderr" = "" ]
	patctl restore -q one --user=games
	carrier "
link.done(fleet.PUT_REPORT, fleet.report(True, 1700000000))
subprocess.run(['patctl', 'revoke', 'one', '--user=games'], check=True)" 2>"$WORLD/shown"
	[ "$(<"$WORLD/shown")" = "" ]
}

@test "generate refuses --hosts without --fleet" {
	run -2 patctl generate elsewhere --user=games --hosts=web1
	expect "$output" "fleet"
}

@test "operands of fleet are completed" {
	[ "$(patctl complete -- fleet "" | cut -f 1 | tr '\n' ' ')" = "status hosts new-key " ]
	[ "$(patctl complete -- fleet n | cut -f 1)" = new-key ]
}

@test "generate and set warn of no service for a fleet token, which may be for other machines" {
	token_services sudo
	echo 'auth required pam_deny.so' >"$WORLD/pam.d/su"
	run -0 --separate-stderr with_pam patctl generate far --user=games --fleet --service=su,nosuch
	expect_stderr "Token far"
	expect_not_stderr "service"
	run -0 --separate-stderr with_pam patctl set far --user=games --service=su,nosuch
	[ "$stderr" = "" ]
	run -0 --separate-stderr with_pam patctl generate near --user=games --service=su,nosuch
	expect_stderr "service su asks for no token"
	expect_stderr 'this machine has no PAM service "nosuch"'
}

# The last one: the clock of patd stays ahead.
@test "revoke --all of local tokens says nothing of fleet tokens that were revoked before" {
	patctl generate -q before --user=news --fleet >/dev/null
	patctl revoke -q before --user=news
	patd_restart_later 1
	patctl generate -q since --user=news >/dev/null
	run -0 --separate-stderr patctl revoke --all --user=news --yes
	expect "$output" "1 token successfully revoked"
	[ "$stderr" = "" ]
	patctl generate -q both --user=news --fleet >/dev/null
	run -0 --separate-stderr patctl revoke --all --user=news --yes
	expect_stderr "The hub cannot be reached now"
}
