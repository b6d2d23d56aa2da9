#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl rotate.

load shared_patd

@test "rotate prints only the new secret on standard output, which is accepted" {
	old=$(patctl generate -q "$T")
	run -0 --separate-stderr patctl rotate "$T"
	[[ $output =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}$ ]]
	[ "${output:0:15}" = "${old:0:15}" ]
	[ "$output" != "$old" ]
	expect_stderr "Token $T (${output:4:10}) of user root has a new secret"
	expect_stderr "The previous secret works until 20"
	expect_stderr "Copy it now"
	expect_not_stderr "${output:15}"
	login "$output" root 0
}

@test "the old secret is accepted until the new one is used" {
	old=$(patctl generate -q "$T")
	new=$(patctl rotate -q "$T")
	login "$old" root 0
	run -0 patctl show "$T"
	expect "$output" "Rotated:  once, 20"
	expect "$output" "the previous secret works until 20"
	login "$new" root 0
	run -1 login "$old" root 0
	expect "$output" "verdict 13"
	run -0 patctl show "$T"
	expect_not "$output" "the previous secret works"
}

@test "a second rotation says that it ends the secret of the first one" {
	old=$(patctl generate -q "$T")
	run -0 --separate-stderr patctl rotate "$T"
	expect_not_stderr "An earlier secret"
	login "$old" root 0
	run -0 --separate-stderr patctl rotate "$T"
	expect_stderr_line "An earlier secret, which would have worked until 20.*, no longer works\."
	run -1 login "$old" root 0
	# Used, it has ended the one before: there is nothing to say.
	patctl rotate -q "$T" >"$BATS_TEST_TMPDIR/new"
	login "$(cat "$BATS_TEST_TMPDIR/new")" root 0
	run -0 --separate-stderr patctl rotate "$T"
	expect_not_stderr "An earlier secret"
}

@test "rotate --grace=none refuses the old secret at once" {
	for grace in none 0; do
		old=$(patctl generate -q "$T-$grace")
		run -0 --separate-stderr patctl rotate "$T-$grace" --grace=$grace
		expect_stderr "The previous secret no longer works"
		login "$output" root 0
		run -1 login "$old" root 0
	done
}

@test "rotate --grace accepts a period" {
	patctl generate -q "$T" >/dev/null
	patctl rotate -q "$T" --grace=2h >/dev/null
	expect_from_now 7200 "$(field former_until)"
	for grace in "" 30 never -1h 0.5s; do
		run -2 patctl rotate "$T" --grace="$grace"
	done
}

@test "rotate --expires gives another expiration, without it the old one stays" {
	patctl generate -q "$T" --expires=2d >/dev/null
	run -0 --separate-stderr patctl rotate "$T" --expires=90d
	expect_from_now $((90 * 86400)) "$(field expires_at)"
	login "$output" root 0
	run -0 patctl log "$T"
	expect "$output" "rotated"
	expect "$output" ": expires 20"
	patctl rotate -q "$T" --expires=never >/dev/null
	[ "$(field expires_at)" = None ]
	patctl rotate -q "$T" --expires=2999-01-31T18:00Z >/dev/null
	before=$(field expires_at)
	patctl rotate -q "$T" >/dev/null
	[ "$(field expires_at)" = "$before" ]
	for when in "" infinity 30 2020-01-01; do
		run -2 patctl rotate "$T" --expires="$when"
	done
	[ "$(field rotations)" -eq 4 ]
}

unchanged_fields() {
	patctl show --json "$T" | /usr/bin/python3 -c 'import json, sys
[token] = json.load(sys.stdin)
print(*(token[key] for key in ("id", "name", "created_at", "expires_at", "services", "sources", "uses",
                               "max_uses")))'
}

@test "rotate keeps id, name, expiry, restrictions and uses" {
	token=$(patctl generate -q "$T" --service=su --from=local --max-uses=5)
	login "$token" root 0 su
	before=$(unchanged_fields)
	patctl rotate -q "$T" >/dev/null
	[ "$(unchanged_fields)" = "$before" ]
}

@test "show prints the number of rotations" {
	patctl generate -q "$T" >/dev/null
	for _ in 1 2 3; do
		patctl rotate -q "$T" >/dev/null
	done
	run -0 patctl show "$T"
	expect "$output" "Rotated:  3 times, last 20"
	[ "$(field rotations)" -eq 3 ]
}

@test "rotate --json prints an object with the token" {
	patctl generate -q "$T" >/dev/null
	run -0 --separate-stderr patctl rotate --json "$T"
	[ "$(json '["rotations"]' <<<"$output")" -eq 1 ]
	login "$(json '["token"]' <<<"$output")" root 0
}

@test "rotate to a full disk exits 1 and the old secret is still accepted" {
	old=$(patctl generate -q "$T")
	run -1 --separate-stderr bash -c "patctl rotate $T >/dev/full"
	expect_stderr "No space left on device"
	expect_stderr "was not shown and is lost; the previous one works until 20"
	expect_stderr "patctl rotate --id ${old:4:10}"
	login "$old" root 0
}

@test "rotate of a revoked token exits 1" {
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T"
	run -1 --separate-stderr patctl rotate "$T"
	[ "$output" = "" ]
	expect_stderr "$T ("
	expect_stderr "revoked"
}

@test "rotate of a missing token exits 4" {
	run -4 patctl rotate "no such"
}

@test "secrecy: rotate writes the secret to standard output only" {
	patctl generate -q "$T" >/dev/null
	expect_secret_written_once rotate -q "$T"
}
