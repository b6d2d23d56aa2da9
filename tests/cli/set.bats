#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl set, and notes.

load shared_patd

@test "set changes what is given, says so, and leaves the rest" {
	token=$(patctl generate -q "$T" --service=su*,test --hours=Mon..Sun --note=blue)
	before=$(field expires_at)
	run -0 --separate-stderr patctl set "$T" --service=test
	[ "$output" = "$T ($(id_of)): User token successfully changed" ]
	[ "$(field services)" = "['test']" ]
	[ "$(field hours) $(field note)" = "00:00-24:00 blue" ]
	[ "$(field expires_at)" = "$before" ]
	login "$token" root 0
	patctl set -q "$T" --from=10.0.0.0/8,local --hours="Mon 08:00-18:00" --note="red one"
	run -0 patctl show "$T"
	expect "$output" "Note:     red one"
	expect "$output" "From:     10.0.0.0/8,local"
	expect "$output" "Hours:    Mon 08:00-18:00"
	expect "$output" "Services: test"
}

@test "set --expires prints the new expiration" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl set "$T" --expires=7d
	expect "$output" "User token successfully changed, and expires 20"
	expect_from_now $((7 * 86400)) "$(field expires_at)"
	run -0 patctl set "$T" --expires=never
	expect "$output" "User token successfully changed, and never expires"
	[ "$(field expires_at)" = None ]
	run -0 patctl set -q "$T" --expires=2999-01-31
	[ "$output" = "" ]
}

@test "any takes a restriction away, and --note= a note" {
	patctl generate -q "$T" --service=sudo --from=local --hours=Mon --note=blue >/dev/null
	patctl set -q "$T" --service=any --from=any --hours=any --note=
	[ "$(field services)$(field sources)$(field hours)$(field note)" = "[][]NoneNone" ]
	run -0 patctl log "$T"
	expect "$output" "changed    $T ($(id_of)) of root, by root: services any, sources any, hours any, note"
	expect_not "$output" blue
}

@test "generate takes any, as set does, for no restriction" {
	run -0 --separate-stderr patctl generate "$T" --service=any --from=any --hours=any
	expect_not_stderr "no PAM service"
	[ "$(field services)$(field sources)$(field hours)" = "[][]None" ]
	run -2 --separate-stderr patctl generate "$T-2" --service=any,sudo
	expect_stderr "\"any\" stands alone"
}

@test "an empty value is an error that says the word" {
	patctl generate -q "$T" --service=sudo >/dev/null
	for option in service from hours until; do
		run -2 --separate-stderr patctl set "$T" --$option=
		expect_stderr "--$option=: the value is empty; to remove the restriction write \"any\""
	done
	run -2 --separate-stderr patctl set "$T" --expires=
	expect_stderr "the value is empty; for no expiration write \"never\""
	[ "$(field services)" = "['sudo']" ]
	run -2 --separate-stderr patctl generate "$T-2" --service=
	expect_not_stderr "any"
}

@test "set exits 2 if nothing is given, or what is given is wrong" {
	patctl generate -q "$T" >/dev/null
	run -2 --separate-stderr patctl set "$T"
	expect_stderr "nothing to change: give --expires, --service, --from, --hours, --until, --hosts or --note"
	run -2 --separate-stderr patctl set --note=x
	expect_stderr "usage: patctl set TOKEN"
	for wrong in --service=any,sudo --service="sudo, any" --from=local,any --service=sudo,,sshd \
		--expires=yesterday --expires=30 --note=$'a\nb' --note="$(printf 'n%.0s' {1..256})" \
		--max-uses=3 --not-before=1d --service=a/b --from=example.org --hours=noon; do
		run -2 patctl set "$T" "$wrong"
	done
	[ "$(patctl log "$T" | wc -l)" -eq 1 ]
}

@test "set warns of a service that PAM does not have" {
	patctl generate -q "$T" >/dev/null
	run -0 --separate-stderr patctl set "$T" --service=no-such-service
	expect_stderr "no-such-service"
	run -0 --separate-stderr patctl set "$T" --service=no-such-service -q
	expect_no_stderr
}

@test "set of a token that does not exist, has expired or was compromised fails" {
	run -4 patctl set "$T" --note=x
	patctl generate -q "$T" --service=sudo >/dev/null
	patctl revoke -q "$T" --reason=compromised
	run -1 --separate-stderr patctl set "$T" --service=any
	expect_stderr "revoked as compromised and cannot be changed"
	patctl set "$T" --note="found in a log"
	[ "$(field note)" = "found in a log" ]
}

@test "set --json prints what became of it" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl set --json "$T" --note=x
	[ "$(json '[0]["result"]' <<<"$output")" = changed ]
	[ "$(json '[0]["item"]' <<<"$output")" = "$T" ]
	run -4 --separate-stderr patctl set --json "$T none" --note=x
	[ "$(json '[0]["error"]' <<<"$output")" = not-found ]
	run -2 --separate-stderr patctl set --json "$T" --hours=noon
	[ "$(json '[0]["error"]' <<<"$output")" = invalid-restriction ]
}

@test "scope: an owner narrows a token without a password, and is denied to widen it" {
	patctl generate -q "$T" --user=games --service=sudo,test --expires=7d >/dev/null
	run -0 as_games patctl set "$T" --service=test --from=local --expires=1d --note=mine
	expect "$(as_games patctl show "$T")" "Note:     mine"
	for wider in --service=any --service=test,sudo --from=any --from=local,10.0.0.0/8 \
		--expires=2d --expires=never; do
		run -5 as_games patctl set "$T" "$wider" --no-ask-password
	done
	[ "$(field services --user=games "$T")" = "['test']" ]
	run -0 as_games patctl log "$T"
	expect "$output" "by its owner: expires 20"
	# It is no token that another user could name.
	run -4 setpriv --reuid=news --regid=news --clear-groups \
		patctl set --id "$(id_of --user=games "$T")" --note=x --no-ask-password
}

@test "a note has up to 255 characters, and is shown without what deceives" {
	long=$(printf '🔑%.0s' {1..255})
	patctl generate -q "$T" --note="$long" >/dev/null
	[ "$(field note)" = "$long" ]
	run -2 patctl generate "$T-2" --note="${long}x"
	run -2 patctl generate "$T-2" --note=$'\e[31mred'
	run -0 patctl generate -q "$T-2" --note=
	[ "$(field note "$T-2")" = None ]
}

@test "other names for set are recognized" {
	for verb in edit update modify extend; do
		run -2 --separate-stderr patctl $verb "$T" --note=x
		expect_stderr "did you mean: patctl set"
	done
}
