#!/usr/bin/env bats
# A new secret for a token that stays what it is.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "the new secret is on standard output and nothing else, and logs in" {
	old=$(patctl generate -q "$T")
	run --separate-stderr patctl rotate "$T"
	expect_status 0
	[[ $output =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$ ]]
	[ "${output:0:15}" = "${old:0:15}" ]
	[ "$output" != "$old" ]
	expect_stderr "Token $T (${output:4:10}) of user root has a new secret"
	expect_stderr "The secret before works until 20"
	expect_stderr "Copy it now"
	expect_not_stderr "${output:15}"
	use "$output" root 0
}

@test "the secret before works until the new one is used" {
	old=$(patctl generate -q "$T")
	new=$(patctl rotate -q "$T")
	use "$old" root 0
	run -0 patctl show "$T"
	expect "$output" "Rotated:  once, 20"
	expect "$output" "the secret before works until 20"
	use "$new" root 0
	run -1 use "$old" root 0
	expect "$output" "verdict 13"
	run -0 patctl show "$T"
	expect_not "$output" "the secret before works"
}

@test "--grace=none ends the secret before at once" {
	for grace in none 0; do
		old=$(patctl generate -q "$T-$grace")
		run --separate-stderr patctl rotate "$T-$grace" --grace=$grace
		expect_status 0
		expect_stderr "The secret before does not work any more"
		use "$output" root 0
		run -1 use "$old" root 0
	done
}

@test "--grace takes a period" {
	patctl generate -q "$T" >/dev/null
	patctl rotate -q "$T" --grace=2h >/dev/null
	until=$(patctl show --json "$T" | json '[0]["former_until"]')
	left=$((until - $(date +%s)))
	((left <= 7200 && left > 7100))
	for grace in "" 30 never -1h 0.5s; do
		run -2 patctl rotate "$T" --grace="$grace"
	done
}

what_stays() {
	patctl show --json "$T" | /usr/bin/python3 -c 'import json, sys
[token] = json.load(sys.stdin)
print(*(token[key] for key in ("id", "name", "created_at", "expires_at", "services", "sources", "uses",
                               "max_uses")))'
}

@test "all else stays: id, name, expiry, restrictions, uses" {
	token=$(patctl generate -q "$T" --service=test --from=local --max-uses=5)
	use "$token" root 0
	before=$(what_stays)
	patctl rotate -q "$T" >/dev/null
	[ "$(what_stays)" = "$before" ]
}

@test "show tells how often" {
	patctl generate -q "$T" >/dev/null
	for _ in 1 2 3; do
		patctl rotate -q "$T" >/dev/null
	done
	run -0 patctl show "$T"
	expect "$output" "Rotated:  3 times, last 20"
	[ "$(patctl show --json "$T" | json '[0]["rotations"]')" -eq 3 ]
}

@test "--json is one object with the token in it" {
	patctl generate -q "$T" >/dev/null
	run --separate-stderr patctl rotate --json "$T"
	expect_status 0
	[ "$(json '["rotations"]' <<<"$output")" -eq 1 ]
	use "$(json '["token"]' <<<"$output")" root 0
}

@test "a full disk: the token stays, and the secret before works" {
	old=$(patctl generate -q "$T")
	run --separate-stderr bash -c "patctl rotate $T >/dev/full"
	expect_status 1
	expect_stderr "No space left on device"
	expect_stderr "was not shown and is lost; the one before works until 20"
	expect_stderr "patctl rotate ${old:4:10}"
	use "$old" root 0
}

@test "a revoked token is not rotated: exit 1" {
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T"
	run --separate-stderr patctl rotate "$T"
	expect_status 1
	[ "$output" = "" ]
	expect_stderr "$T ("
	expect_stderr "revoked"
}

@test "a token that is not there: exit 4" {
	run -4 patctl rotate "no such"
}

@test "the token goes through no file and no argument" {
	patctl generate -q "$T" >/dev/null
	# No leak detection: it and strace cannot both trace.
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -e trace=openat,execve,write,writev,sendto,sendmsg -s 200 \
		-o "$BATS_TEST_TMPDIR/trace" patctl rotate -q "$T"
	secret=${output:15}
	run -0 grep "$secret" "$BATS_TEST_TMPDIR/trace"
	[ "${#lines[@]}" -eq 1 ]
	expect "$output" "write(1, "
}
