#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the verbs print of a limited fleet token, whose uses the hub counts, at its issuer.

load shared_issuer

# with_hub WHICH COMMAND...: while a patd-fleet runs that is connected to a hub, which gives that use
# of the next login's token
with_hub() {
	carrier "
link.done(fleet.PUT_REPORT, fleet.report(True, 1700000000))
with subprocess.Popen(sys.argv[2:]) as process:
    if int(sys.argv[1]) > 0:
        claim = fleet.claim(link.event(fleet.CLAIM), uses=int(sys.argv[1]))
        link.done(fleet.PUT_CLAIM, claim)
sys.exit(process.returncode)" "$@"
}

@test "limited uses: use of a fleet token is shown as one of all machines'" {
	local token
	token=$(patctl generate -q few --user=games --fleet --max-uses=5)
	with_hub 3 /usr/bin/python3 "$CLI/login.py" "$WORLD/run/root.sock" "$token" games "$(id -u games)"
	run -0 patctl log few --user=games --json
	[ "$(tail -n 1 <<<"$output" | json '["detail"]')" = 3/5 ]
	[ "$(tail -n 1 <<<"$output" | json '["result"]')" = accepted ]
	run -0 patctl log few --user=games
	expect "$output" "use 3/5 in the fleet"
	# How many are left is not known here.
	run -0 patctl show few --user=games
	expect "$output" "Uses:     1 that this machine knows of, of at most 5 in the fleet"
	run -0 patctl list --user=games -o name,uses,max_uses --no-legend
	[[ $output =~ few\ +1\ +5 ]]
	run -0 patctl show few --user=games --json
	[ "$(json '[0]["uses"]' <<<"$output")" = 1 ]
	[ "$(json '[0]["max_uses"]' <<<"$output")" = 5 ]
}

@test "limited uses: without the hub a fleet token is refused, and the history says why" {
	local token
	token=$(patctl generate -q away --user=games --fleet --max-uses=5)
	run ! /usr/bin/python3 "$CLI/login.py" "$WORLD/run/root.sock" "$token" games "$(id -u games)"
	run -0 patctl log away --user=games
	expect "$output" "unclaimed"
	run -0 patctl show away --user=games
	expect "$output" "Uses:     0 that this machine knows of"
}

@test "check says that the hub of a limited fleet token cannot be reached, or what it does not know" {
	patctl generate -q asked --user=games --fleet --max-uses=5 >"$WORLD/secret"
	run -1 patctl check <"$WORLD/secret"
	expect "$output" "counted by the hub of the fleet"
	expect "$output" "patctl fleet"
	run -1 patctl check --json <"$WORLD/secret"
	[ "$(json '["refusals"]' <<<"$output")" = "['unclaimed']" ]
	run -0 with_hub 0 patctl check <"$WORLD/secret"
	expect "$output" "Not checked: whether uses are left"
	run -0 with_hub 0 patctl check --json <"$WORLD/secret"
	expect "$(json '["not_checked"]' <<<"$output")" "'uses'"
}

@test "generate needs a hub for --fleet --max-uses" {
	sed -i '/^hub/d' "$WORLD/etc/patd.conf"
	patd_stop
	patd_start
	run ! patctl generate few2 --user=games --fleet --max-uses=5
	expect "$output" "fleet.hub"
}
