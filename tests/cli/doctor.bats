#!/usr/bin/env bats
# What is wrong, and what to do.  What happens at PAM services is in tests/pam/doctor.bats.

load cli

setup_file() {
	patd_world
	mkdir -p "$WORLD/image/etc/pam.d" "$WORLD/image/usr/lib/security"
	touch "$WORLD"/image/usr/lib/security/pam_{pat,unix}.so
	printf 'auth required pam_pat.so\nauth required pam_unix.so\n' >"$WORLD/image/etc/pam.d/vault"
}

teardown_file() {
	patd_world_end
}

@test "patd answers, and who is not user patd is a warning" {
	run patctl doctor
	expect "$output" "ok       daemon: patd answers on the bus"
	expect "$output" "warning  name: the uid 0 owns org.patd.Tokens1, not user patd"
}

@test "patd not there: a problem, exit 1" {
	patd_stop
	run -1 patctl doctor
	expect "$output" "problem  daemon: patd does not answer on the bus"
	expect "$output" "systemctl status patd"
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent run -1 patctl doctor
	expect "$output" "problem  daemon: the system bus cannot be reached"
	patd_start
}

@test "polkit away is a warning, and there it knows the actions" {
	run patctl doctor
	expect "$output" "warning  polkit: only root can generate tokens"
	polkit_start </dev/null
	run patctl doctor
	expect "$output" "ok       polkit: polkit knows patd's actions"
	polkit_stop
}

@test "every user may, and is told what only root can see" {
	run as_games patctl doctor
	expect "$output" "ok       daemon: patd answers on the bus"
	chmod 0700 "$WORLD/image/etc/pam.d"
	run as_games patctl doctor --root="$WORLD/image"
	expect "$output" "unseen   pam: /etc/pam.d: Permission denied"
	chmod 0755 "$WORLD/image/etc/pam.d"
}

@test "an image: only its files, with --quiet only what is wrong" {
	run -1 patctl doctor --root="$WORLD/image" -q
	expect "$output" "problem  pam: vault: a right password does not open: /etc/pam.d/vault:1 (pam_pat.so)"
	expect_not "$output" daemon:
	expect_not "$output" "unseen "
}

@test "--json: findings, and what each trial comes to at each service" {
	run -1 patctl doctor --root="$WORLD/image" --json
	[ "$(json '["services"][0]["service"]' <<<"$output")" = vault ]
	[ "$(json '["services"][0]["outcomes"]["password"]' <<<"$output")" = cred_insufficient ]
	[ "$(json '["findings"][-1]["services"]' <<<"$output")" = "['vault']" ]
	[ "$(json '["findings"][-1]["level"]' <<<"$output")" = problem ]
}

@test "the key as a credential: root's alone, and not a second time as a file" {
	local image=$WORLD/image

	mkdir -p "$image"/etc/credstore.encrypted
	install -m 0600 /dev/null "$image/etc/credstore.encrypted/patd.key"
	run patctl doctor --root="$image"
	expect "$output" "ok       key: the key is a credential: /etc/credstore.encrypted/patd.key"
	chmod 0644 "$image/etc/credstore.encrypted/patd.key"
	run patctl doctor --root="$image"
	expect "$output" "problem  key: /etc/credstore.encrypted/patd.key is not root's alone"
	mkdir -p "$image/var/lib/patd"
	install -m 0600 /dev/null "$image/var/lib/patd/key"
	run patctl doctor --root="$image"
	expect "$output" "warning  key: the key is there twice"
	rm -r "${image:?}/etc/credstore.encrypted" "${image:?}/var"
}

@test "it changes nothing" {
	find "$WORLD/image" "$WORLD/state" "$WORLD/run" -printf '%p %m %T@ %C@\n' | sort >"$WORLD/before"
	run patctl doctor
	run patctl doctor --root="$WORLD/image"
	find "$WORLD/image" "$WORLD/state" "$WORLD/run" -printf '%p %m %T@ %C@\n' | sort >"$WORLD/after"
	diff "$WORLD/before" "$WORLD/after"
}

@test "no such folder, or an operand: exit 2" {
	run -2 patctl doctor --root=/nonexistent
	run -2 patctl doctor sudo
}

@test "a patd that goes by a time ahead of the clock is a warning" {
	run patctl doctor
	[[ $output != *"saw a clock that was ahead"* ]]
	patd_stop
	patd_start env LATER=$((40 * 86400)) \
		LD_PRELOAD="$(asan_preload) $BUILD/tests/pam/later.so"
	patctl generate -q later >/dev/null
	patd_stop
	patd_start
	run patctl doctor
	expect "$output" "warning  clock: patd once saw a clock that was ahead"
	[[ $output =~ "it comes in "(39|40)" days" ]]
}
