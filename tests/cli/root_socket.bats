#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Root's word needs no bus: patctl run by root asks patd over root.sock.  See root_without_bus.bats too.

load shared_patd

@test "root's patctl without root.sock exits 8 and does not try the bus" {
	export PATD_RUNTIME_DIR=/nonexistent
	for call in list "show x" "revoke x" "generate x" "disable games" policy "log --all" \
		"log --verify" "log --follow" "backup $WORLD/$T"; do
		# shellcheck disable=SC2086 # to be split
		run -8 --separate-stderr patctl $call
		expect_stderr "cannot connect to /nonexistent/root.sock"
		expect_stderr "see: systemctl status patd"
	done
	[ ! -e "$WORLD/$T" ]
}

@test "the environment of an ordinary user does not matter to where root asks" {
	# A program that has more rights than its caller does not read it.  Not in /tmp, which
	# Debian 13 mounts without setuid.
	findmnt --noheadings --output=OPTIONS --target=/var/tmp | grep -qw nosuid &&
		skip "no program in /var/tmp can be setuid"
	folder=$(mktemp -d /var/tmp/patd-test.XXXXXX)
	chmod 0755 "$folder"
	cp "$BUILD/patctl/patctl" "$folder"
	chmod 4755 "$folder/patctl"
	run setpriv --reuid=games --regid=games --clear-groups "$folder/patctl" list
	rm -r "$folder"
	[ "$status" -eq 8 ]
	expect "$output" "cannot connect to /"
	expect_not "$output" "$WORLD"
}

@test "lists, entries and settings are the same over root.sock and over the bus" {
	polkit_start <<-EOF
		polkit.addRule(function(action, subject) { return polkit.Result.YES; });
	EOF
	patctl generate -q "$T" --user=games --service='ssh*,sudo' --from=local,192.0.2.0/24 \
		--hours="Mon..Fri 08:00-18:00" --not-before=2020-01-01 --max-uses=7 >/dev/null
	login "$(patctl generate -q "$T used")" root 0 sudo 192.0.2.7 pts/1
	patctl rotate -q "$T used" >/dev/null
	patctl revoke -q "$T" --user=games --for=1d --reason="a reason"
	patctl disable -q news --reason=gone
	for call in "list --all" "list --all --state=active" "show $T --user=games" "log --all" policy disable; do
		# shellcheck disable=SC2086 # to be split
		patctl $call --json >"$WORLD/by-root"
		# shellcheck disable=SC2086 # to be split
		as_games patctl $call --json >"$WORLD/by-games"
		diff "$WORLD/by-root" "$WORLD/by-games"
	done
	[ -s "$WORLD/by-root" ]
	polkit_stop
	patctl enable -q news
}

@test "availability: disable takes effect before NSS answers" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 with_nss NSS_HANGS=1 timeout 60 patctl disable games
	[ "$output" = "games: tokens successfully disabled" ]
	run -1 login "$token" games 5
	patctl enable -q games
}

@test "disable of a user that only NSS knows uses the name as typed if NSS hangs" {
	run -0 --separate-stderr with_nss NSS_HANGS=1 timeout 60 patctl disable mail
	[ "$output" = "mail: tokens successfully disabled" ]
	expect_stderr "mail: the user could not be looked up; the name is used as typed"
	patctl enable -q mail
}

@test "disable and enable act on both spellings of a user" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 with_nss patctl disable GAMES
	[ "${lines[0]}" = "GAMES: tokens successfully disabled" ]
	[ "${lines[1]}" = "games: tokens successfully disabled" ]
	run -1 login "$token" games 5
	run -0 with_nss patctl enable GAMES
	login "$token" games 5
}

@test "scope: a user whose name is too long is an error, and never everybody" {
	token=$(patctl generate -q "$T" --user=games)
	for verb in disable enable "revoke --all --user" "generate $T-2 --user"; do
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr with_nss NSS_LONG=1 patctl $verb GAMES
		expect_stderr "no such user: the name is too long"
	done
	run -1 --separate-stderr patctl disable "$(printf '%0300d' 0)"
	expect_stderr "no such user"
	run -0 patctl disable
	[ "$output" = "" ]
	login "$token" games 5
	# Known to patd by the name that was typed: that is done, and what is not is said.
	patctl disable -q --reason=before GAMES 2>/dev/null || :
	run -1 --separate-stderr with_nss NSS_LONG=1 patctl enable --json GAMES
	expect_stderr "no such user: the name is too long"
	run -0 patctl disable
	[ "$output" = "" ]
}

@test "generate takes uid and spelling of a user from NSS" {
	run -0 with_nss patctl generate -q "$T" --user=GAMES
	[ "$(field user --user=games "$T")" = games ]
	[ "$(field uid --user=games "$T")" = 5 ]
	run -1 --separate-stderr patctl generate "$T-2" --user=nobody-here
	expect_stderr "no such user"
}

@test "revoke --all revokes the tokens of a user whom NSS does not know, or does not say" {
	useradd --no-create-home --uid 4711 "u$T" 2>/dev/null || skip "no useradd"
	one=$(patctl generate -q "$T" --user="u$T")
	userdel "u$T"
	run -0 patctl revoke --all --user="u$T"
	[ "$output" = "1 token successfully revoked" ]
	run -1 login "$one" "u$T" 4711
	patctl generate -q "$T games" --user=games >/dev/null
	run -0 with_nss NSS_HANGS=1 timeout 60 patctl revoke --all --user=games
	expect "$output" "successfully revoked"
	[ "$(field state --user=games "$T games")" = revoked ]
	run -1 --separate-stderr patctl revoke --all --user=nobody-here
	expect_stderr "no such user"
}

@test "log --follow by root continues after patd is restarted" {
	follow --all
	patctl generate -q "$T" >/dev/null
	wait_for "$T (" "$LOG_OUTPUT"
	patd_stop
	patd_start
	patctl revoke -q "$T"
	wait_for "revoked .*$T (" "$LOG_OUTPUT"
}

@test "texts longer than any rule permits are refused alike, also within a character" {
	long=$(printf 'é%.0s' {1..1500})
	for as in env as_games; do
		for call in "list --user=$long" "list --user=x$long" "generate $T --user=$long" \
			"generate $T --service=$long" "generate $T --service=x$long" \
			"generate $T --hours=$long" "revoke --all --user=$long" "disable $long" \
			"log --user=x$long"; do
			# shellcheck disable=SC2086 # to be split
			run --separate-stderr "$as" patctl $call
			# Not that of an abort, and patd is there.
			((status > 0 && status < 8)) || fail "$status: ${call::30}"
		done
		for call in "list --service=$long" "list --service=x$long"; do
			# shellcheck disable=SC2086 # to be split
			run -0 "$as" patctl $call --json
		done
	done
}
