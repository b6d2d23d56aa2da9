#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl doctor: the configuration on the disk beside the one in force.

load cli
load installed

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

setup() {
	mkdir -p "$WORLD/etc/patd.conf.d"
	rm -f "$WORLD"/etc/patd.conf "$WORLD"/etc/patd.conf.d/*
	units_run
	reload
}

# Returns once patd has read its configuration.
reload() {
	local before
	before=$(grep -c 'stays in force\|is in force' "$WORLD/patd.log" || :)
	kill -HUP "$(cat "$WORLD/patd.pid")"
	wait_for 'stays in force\|is in force' "$WORLD/patd.log" $((before + 1))
}

config() {
	printf '%s\n' "$@" >"$WORLD/etc/patd.conf"
}

@test "doctor reports that patd uses its current configuration" {
	config '[tokens]' 'max_lifetime = 90d'
	reload
	run installed patctl doctor
	expect "$output" "ok       policy: patd uses the current $WORLD/etc"
	run installed setpriv --reuid=games --regid=games --clear-groups patctl doctor
	expect "$output" "ok       policy: patd uses the current $WORLD/etc"
}

@test "doctor warns of a setting that is not in force, and names it" {
	config '[tokens]' 'max_lifetime = 90d'
	run installed patctl doctor
	expect "$output" "warning  policy: $WORLD/etc was changed since patd read it: tokens."
	expect "$output" "; systemctl reload patd"
	reload
	run installed patctl doctor
	expect "$output" "ok       policy:"
	# A line that only moves is no change.
	config '# a comment' '[tokens]' 'max_lifetime = 90d'
	run installed patctl doctor
	expect "$output" "ok       policy:"
	printf '%s\n' '[verifier games]' 'services = xlock' >"$WORLD/etc/patd.conf.d/games.conf"
	run installed patctl doctor
	expect "$output" "warning  policy: $WORLD/etc was changed since patd read it: verifier"
	reload
	rm "$WORLD/etc/patd.conf.d/games.conf"
	run installed patctl doctor
	expect "$output" "warning  policy: $WORLD/etc was changed since patd read it: verifier"
}

@test "doctor reports a configuration that patd refused at a reload" {
	config '[tokens]' 'max_lifetime = 30'
	reload
	run -1 installed patctl doctor
	expect "$output" "problem  policy: patd refuses its configuration: $WORLD/etc/patd.conf:2: max_lifetime cannot be \"30\""
	expect_not "$output" "ok       policy:"
	run -1 installed patctl doctor --json
	[ "$(json '["findings"]' <<<"$output" | grep -c "'check': 'policy', 'level': 'problem'")" = 1 ]
}

@test "doctor reports a configuration with which patd does not start" {
	config '[tokens]' 'max_lifetime = 30'
	patd_stop
	run -1 patd_start
	run -1 installed patctl doctor
	config ''
	patd_start
	expect "$output" "problem  daemon: patd does not answer root"
	expect "$output" "problem  policy: patd refuses its configuration: $WORLD/etc/patd.conf:2:"
}

@test "doctor has patd judge what cannot be read for another reason than its mode" {
	ln -s patd.conf "$WORLD/etc/patd.conf"
	run -1 installed patctl doctor
	rm "$WORLD/etc/patd.conf"
	expect "$output" "problem  policy: patd refuses its configuration: $WORLD/etc/patd.conf: cannot be read: Too many levels of symbolic links"
}

@test "doctor reports a file that root can read and patd would refuse" {
	config ''
	chown games "$WORLD/etc/patd.conf"
	run -1 installed patctl doctor
	rm "$WORLD/etc/patd.conf"
	expect "$output" "problem  policy: patd refuses its configuration: $WORLD/etc/patd.conf: belongs to neither root"
}

@test "doctor by a user who cannot read the configuration does not judge it" {
	config ''
	chmod 0600 "$WORLD/etc/patd.conf"
	run installed setpriv --reuid=games --regid=games --clear-groups patctl doctor
	expect "$output" "unseen   policy: $WORLD/etc: Permission denied; needs root"
}

@test "doctor without the program of patd does not judge the configuration" {
	run patctl doctor
	expect "$output" "unseen   policy: cannot run patd --print-config: No such file or directory"
}

@test "doctor warns of a policy that ends no session" {
	config '[tokens]' 'expiry_ends_sessions = yes'
	reload
	run installed patctl doctor
	expect "$output" "warning  policy: tokens.expiry_ends_sessions ends no session: systemd-logind does not run"
	run installed bash -c "mkdir /run/systemd/sessions && patctl doctor"
	expect "$output" "warning  policy: tokens.expiry_ends_sessions ends no session: polkit's rule for it is missing: /usr/share/polkit-1/rules.d/patd.rules; reinstall patd"
	config '[tokens]'
	reload
	run installed patctl doctor
	expect_not "$output" "ends no session"
}

@test "scope: doctor warns of services of the network in local_services" {
	run installed patctl doctor
	expect_not "$output" local_services
	config '[tokens]' 'local_services = su,sudo,squid,mon*'
	reload
	run installed patctl doctor
	expect "$output" "warning  policy: local_services has services for clients on a network, which open tokens that are for local logins: monit, squid; remove them from the list"
}
