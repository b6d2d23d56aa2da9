#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl generate with restrictions.

load shared_patd

@test "a token with --service is refused for other services" {
	token=$(patctl generate -q "$T" --service="sudo, post*")
	[ "$(field services)" = "['post*', 'sudo']" ]
	login "$token" root 0 sudo
	login "$token" root 0 postgresql
	run -1 login "$token" root 0 sshd
	expect "$output" "verdict 10"
}

@test "a token with --from is refused from other sources" {
	token=$(patctl generate -q "$T" --from=192.0.2.0/24,local)
	[ "$(field sources)" = "['192.0.2.0/24', 'local']" ]
	login "$token" root 0 sshd 192.0.2.7
	login "$token" root 0 sudo
	run -1 login "$token" root 0 sshd 198.51.100.1
	expect "$output" "verdict 11"
	run -1 login "$token" root 0 sshd host.example
}

@test "a token with --hours is accepted within them" {
	token=$(patctl generate -q "$T" --hours="00:00-24:00")
	login "$token" root 0
	[ "$(field hours)" = "00:00-24:00" ]
}

@test "a token with --not-before is refused before and has state pending" {
	token=$(patctl generate -q "$T" --not-before=2h)
	run -1 login "$token" root 0
	expect "$output" "verdict 8"
	[ "$(field state)" = pending ]
	expect_from_now 7200 "$(field not_before)"
}

@test "a token with --max-uses is exhausted after that many logins" {
	token=$(patctl generate -q "$T" --max-uses=2)
	login "$token" root 0
	run -0 patctl show "$T"
	expect "$output" "Uses:     1 of 2"
	login "$token" root 0
	run -1 login "$token" root 0
	[ "$(field state)" = exhausted ]
}

@test "a token with --until is accepted as long as that lasts, and says what it ends with" {
	token=$(patctl generate -q "$T" --until=boot)
	login "$token" root 0
	[ "$(field until) $(field state)" = "boot active" ]
	run -0 patctl show "$T"
	expect "$output" "Ends:     at the next boot"
	run -0 patctl list --no-legend -o name,ends,restrictions
	expect "$output" "$T"
	expect "$output" " boot until=boot"
	patctl set -q "$T" --until=any
	[ "$(field until)" = None ]
}

@test "a token is bound to nothing that does not run" {
	unset XDG_SESSION_ID
	run -2 --separate-stderr patctl generate "$T" --until=unit:nosuch
	expect_stderr "no system service or scope of this name is active"
	run -2 --separate-stderr patctl generate "$T" --until=session:nosuch
	expect_stderr "there is no such login session"
	# The caller's own, and it has none.
	run -2 --separate-stderr patctl generate "$T" --until=session
	expect_stderr "this process is in no login session"
	# What pam_systemd has set is asked about.
	XDG_SESSION_ID=nosuch run -2 --separate-stderr patctl generate "$T" --until=session
	expect_stderr "there is no such login session"
	run -2 --separate-stderr patctl -H web1 generate "$T" --until=session
	expect_stderr "no session of this machine is known to another"
	run -4 patctl show "$T"
}

@test "show prints each restriction, and list on a wide terminal their names" {
	patctl generate -q "$T" --service=sudo --from=10.0.0.0/8 --hours="Mon..Fri 08:00-18:00" \
		--not-before="2027-01-31 18:00 UTC" --expires=never --max-uses=9 --user=news >/dev/null
	run -0 patctl show --user=news "$T"
	expect "$output" "Services: sudo"
	expect "$output" "From:     10.0.0.0/8"
	expect "$output" "Hours:    Mon..Fri 08:00-18:00"
	expect "$output" "Starts:   2027-01-31T18:00:00Z"
	expect "$output" "Uses:     0 of 9"
	ON_COLS=160 run -0 on_terminal "patctl list --user=news"
	expect "${lines[0]}" LIMITS
	expect "${lines[1]}" service,from,hours,
	ON_COLS=80 run -0 on_terminal "patctl list --user=news"
	expect_not "$output" LIMITS
	run -0 patctl list --user=news
	expect_not "$output" LIMITS
}

@test "show and list of an unrestricted token print no restrictions" {
	patctl generate -q "$T" --user=mail >/dev/null
	ON_COLS=160 run -0 on_terminal "patctl list --user=mail"
	expect_not "$output" LIMITS
	run -0 patctl show --user=mail "$T"
	for label in Services From Hours Starts Ends Hosts; do
		expect_not "$output" "$label:"
	done
}

@test "an invalid restriction exits 2 and makes no token" {
	for option in --service= "--service=," --service=a,,b --service=a/b --service=$'\xff' --from= \
		--from=host.example --from=10.0.0.1/8 --from=1.2.3 --hours= --hours=Someday \
		--hours=25:00-26:00 --until= --until=2027-01-31 --not-before= --not-before=30 --not-before=2027-02-30 \
		--max-uses=0 --max-uses=-1 --max-uses=many --max-uses= \
		--hosts= --hosts=web[12] --hosts="web 1" "--hosts=web*"; do
		run -2 --separate-stderr patctl generate "$T" --expires=never "$option"
		[ "$output" = "" ]
		expect_stderr "patctl: "
	done
	run -4 patctl show "$T"
}
