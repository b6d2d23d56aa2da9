#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Services whose program is not root, in patctl doctor, check and generate: squid asks as proxy.
# shellcheck disable=SC2154 # stderr is set by bats

load cli
load installed

setup_file() {
	patd_world
	PAM=$WORLD/pam.d
	export PAM
	mkdir -p "$PAM"
	cat >"$PAM/common-auth" <<-'END'
		auth [success=2 auth_err=die authinfo_unavail=die default=ignore] pam_pat.so
		auth [success=1 default=ignore] pam_unix.so try_first_pass
		auth requisite pam_deny.so
		auth required pam_permit.so
	END
	cat >"$PAM/common-account" <<-'END'
		account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
		account requisite pam_deny.so
		account required pam_permit.so
	END
	echo '@include common-auth' >"$PAM/other"
	echo '@include common-auth' >"$PAM/polkit-1"
}

teardown_file() {
	patd_world_end
}

setup() {
	units_run
	mkdir -p "$WORLD/etc/patd.conf.d"
	rm -f "$WORLD"/etc/patd.conf.d/*
	printf '@include common-auth\naccount required pam_permit.so\n' >"$PAM/squid"
}

# here COMMAND...: on a machine with those services
here() {
	# shellcheck disable=SC2016 # for the inner shell
	installed bash -c 'mount --bind "$PAM" /etc/pam.d && "$@"' bash "$@"
}

reload() {
	local before
	before=$(grep -c 'is in force' "$WORLD/patd.log" || :)
	kill -HUP "$(cat "$WORLD/patd.pid")"
	wait_for 'is in force' "$WORLD/patd.log" $((before + 1))
}

# remedy PART: runs the command that doctor advises for the finding, without that for systemd
remedy() {
	local command
	command=$(here patctl doctor --json | /usr/bin/python3 -c '
import json, sys
for finding in json.load(sys.stdin)["findings"]:
    if sys.argv[1] in finding["message"]:
        print(finding["advice"].removesuffix(" && systemctl reload-or-restart patd"))' "$1")
	[ -n "$command" ]
	here bash -c "$command"
	reload
}

# open SERVICE: what check says of a token of games
open() {
	run --separate-stderr here patctl check --service="$1" <"$WORLD/token"
}

@test "doctor and check say that tokens are refused where the program's user is no verifier" {
	patctl generate --user=games squid >"$WORLD/token"
	run here patctl doctor
	expect "$output" "warning  pam: squid: tokens are refused: squid asks as user proxy"
	open squid
	[ "$status" -eq 1 ]
	expect "$output" "squid asks as user proxy, which is not a verifier account for service squid: see patctl doctor"
	run -1 here patctl check --json --service=squid <"$WORLD/token"
	[ "$(json '["refusals"]' <<<"$output")" = "['not-allowed']" ]
	[ "$(json '["accepted"]' <<<"$output")" = False ]
	open sshd
	[ "$status" -eq 0 ]

	remedy "squid asks as user proxy"
	open squid
	[ "$status" -eq 0 ]
	run here patctl doctor
	expect "$output" "ok       pam: squid: tokens are accepted, asked for by user proxy"
	expect_not "$output" "tokens are refused"
}

@test "doctor and check say that the account phase refuses who cannot read /etc/shadow" {
	printf '@include common-auth\n@include common-account\n' >"$PAM/squid"
	printf '[verifier proxy]\nservices = squid\n' >"$WORLD/etc/patd.conf.d/squid.conf"
	reload
	patctl generate --user=games account >"$WORLD/token"
	run here patctl doctor
	expect "$output" "warning  pam: squid: the account phase of squid refuses every login"
	open squid
	[ "$status" -eq 1 ]
	expect "$output" "squid asks as user proxy, and the account phase of service squid refuses that: see patctl doctor"

	remedy "the account phase of squid refuses"
	open squid
	[ "$status" -eq 0 ]
	run here patctl doctor
	expect_not "$output" "the account phase of squid refuses"
}

@test "a token of the program's own user needs neither a section nor another account phase" {
	printf '@include common-auth\n@include common-account\n' >"$PAM/squid"
	reload
	run --separate-stderr here patctl generate --user=proxy --service=squid own
	[ "$status" -eq 0 ]
	expect_not "$stderr" "squid asks as user proxy"
	echo "$output" >"$WORLD/token"
	open squid
	[ "$status" -eq 0 ]
}

@test "generate says that a service will refuse the token until it is set up" {
	reload
	run --separate-stderr here patctl generate --user=games --service=squid,sudo hint
	[ "$status" -eq 0 ]
	expect "$stderr" "squid asks as user proxy, which is not a verifier account for service squid"
	run --separate-stderr here patctl generate --user=games --service='s*' pattern
	expect_not "$stderr" "verifier account"
	run --separate-stderr here patctl generate -q --user=games --service=squid quiet
	[ "$stderr" = "" ]
}

@test "generate and set say which service asks for no token" {
	local none="service own asks for no token: pam_pat.so is not in /etc/pam.d/own: see patctl doctor"
	echo 'auth required pam_unix.so' >"$PAM/own"
	run --separate-stderr here patctl generate --user=games --service=own,squid,chfn,o* stackless
	[ "$status" -eq 0 ]
	expect_stderr_line "patctl: $none"
	[ "$(grep -c 'asks for no token' <<<"$stderr")" -eq 1 ]
	run --separate-stderr here patctl set stackless --user=games --service=own
	[ "$status" -eq 0 ]
	expect_stderr_line "patctl: $none"
	run --separate-stderr here patctl set stackless --user=games --note=x
	[ "$stderr" = "" ]
	run --separate-stderr here patctl set -q stackless --user=games --service=squid,own
	[ "$stderr" = "" ]
	echo '@include common-auth' >"$PAM/own"
	run --separate-stderr here patctl set stackless --user=games --service=own
	rm "$PAM/own"
	[ "$stderr" = "" ]
}

@test "generate names the service that a program asks for" {
	run --separate-stderr here patctl generate --user=games --service=freeradius radius
	[ "$status" -eq 0 ]
	expect "$stderr" 'FreeRADIUS asks PAM for the service "radiusd", not "freeradius"'
	echo '@include common-auth' >"$PAM/freeradius"
	run --separate-stderr here patctl generate --user=games --service=freeradius own
	rm "$PAM/freeradius"
	expect_not "$stderr" 'asks PAM'
	echo '@include common-auth' >"$PAM/tigervnc"
	run --separate-stderr here patctl generate --user=games --service=tigervnc vnc
	rm "$PAM/tigervnc"
	expect_not "$stderr" 'asks PAM'
	run --separate-stderr here patctl generate --user=games --service=jupyterhub,courier-imap names
	expect "$stderr" 'JupyterHub asks PAM for the service "login", not "jupyterhub"'
	expect "$stderr" "Courier's IMAP server asks PAM for the service \"imap\", not \"courier-imap\""
}

# telnet COMMAND...: where telnetd is installed, and login is that of util-linux
telnet() {
	# shellcheck disable=SC2016 # for the inner shell
	here bash -c 'mkdir -p /run/usr/sbin /run/usr/bin /run/work && touch /run/usr/sbin/telnetd &&
		mknod /run/usr/bin/faillog c 0 0 &&
		mount -t overlay -o lowerdir=/usr,upperdir=/run/usr,workdir=/run/work overlay /usr &&
		"$@"' bash "$@"
}

@test "generate says that logins by telnet are of another service than login" {
	run --separate-stderr telnet patctl generate --user=games --service=login telnet
	[ "$status" -eq 0 ]
	expect "$stderr" 'logins by telnet ask PAM for the service "remote", not "login"'
	run --separate-stderr telnet patctl generate --user=games --service=login,remote both
	expect_not "$stderr" 'by telnet'
	run --separate-stderr here patctl generate --user=games --service=login none
	expect_not "$stderr" 'by telnet'
}

@test "no token creates a token: doctor says that polkit-1 accepts passwords alone" {
	run here patctl doctor
	expect "$output" "ok       pam: polkit-1: passwords are accepted; no token is"
}
