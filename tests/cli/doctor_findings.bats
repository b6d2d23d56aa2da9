#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl doctor: its findings, except for PAM services: see tests/pam/doctor_outcomes.bats.

load shared_patd

setup_file() {
	patd_world
	mkdir -p "$WORLD/image/etc/pam.d" "$WORLD/image/usr/lib/security"
	touch "$WORLD"/image/usr/lib/security/pam_{pat,unix}.so
	printf '%s\n' 'auth [success=ok auth_err=die authinfo_unavail=die default=bad] pam_pat.so' \
		'auth required pam_unix.so' >"$WORLD/image/etc/pam.d/vault"
}

@test "doctor reports a running patd and warns of another owner of its name" {
	run patctl doctor
	expect "$output" "ok       daemon: patd answers root"
	expect "$output" "ok       daemon: patd answers on the bus"
	expect "$output" "warning  name: uid 0 owns org.patd.Tokens1, not user patd-bus"
}

@test "doctor names tokens for sources that no login through their services has" {
	patctl generate -q opens --service=monit,su --from=local
	patctl generate -q pattern --service='mon*' --from=local
	patctl generate -q network --service=monit --from=local,192.0.2.0/24
	patctl generate -q console --service=login --from=local,192.0.2.0/24
	patctl generate -q one-of-two --service=vsftpd,sshd --from=192.0.2.0/24
	run patctl doctor
	expect_not "$output" "opens nothing"
	token=$(patctl generate -q local --service=monit,squid --from=local)
	id=${token:4:10}
	run patctl doctor
	expect "$output" "warning  token: 1 token opens nothing: no login through its services has a source of its --from: $id; patctl set TOKEN --from=any"
	patctl revoke "$id"
	token=$(patctl generate -q names --service=login,vsftpd --from=192.0.2.0/24)
	id=${token:4:10}
	run patctl doctor
	expect "$output" "warning  token: 1 token opens nothing: no login through its services has a source of its --from: $id"
	patctl revoke "$id"
	run patctl doctor
	expect_not "$output" "opens nothing"
	patctl revoke --all --yes
	patctl delete --state=revoked --yes
}

@test "doctor exits 1 if patd is unreachable" {
	patd_stop
	run -1 patctl doctor
	expect "$output" "problem  daemon: patd does not answer root: cannot connect to"
	expect "$output" "problem  daemon: patd does not answer on the bus"
	expect "$output" "systemctl status patd"
	patd_start
}

@test "doctor finds a bus that is away or hangs, while patd answers root" {
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent run -1 patctl doctor
	expect "$output" "ok       daemon: patd answers root"
	expect "$output" "problem  daemon: users cannot reach patd: no connection to the system bus"
	kill -STOP "$(cat "$WORLD/bus.pid")"
	run -1 timeout 60 patctl doctor
	expect "$output" "ok       daemon: patd answers root"
	expect "$output" "problem  daemon: users cannot reach patd: no connection to the system bus"
	run -1 timeout 60 setpriv --reuid=games --regid=games --clear-groups patctl doctor
	kill -CONT "$(cat "$WORLD/bus.pid")"
	expect "$output" "problem  daemon: users cannot reach patd: no connection to the system bus"
}

@test "doctor does not hang at a bus whose queue is full" {
	/usr/bin/python3 -c '
import socket, sys
bus, other = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
bus.bind(sys.argv[1])
bus.listen(0)
other.connect(sys.argv[1])
print("full", flush=True)
sys.stdin.read()' "$WORLD/full" < <(cat) >"$WORLD/full.ready" 3>&- &
	wait_for full "$WORLD/full.ready"
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=$WORLD/full run -1 timeout 60 patctl doctor
	process_end TERM $!
	expect "$output" "problem  daemon: users cannot reach patd: no connection to the system bus"
}

@test "doctor warns of a missing polkit and reports a running one" {
	run patctl doctor
	expect "$output" "warning  polkit: only root can generate tokens"
	polkit_start </dev/null
	run patctl doctor
	expect "$output" "ok       polkit: polkit knows patd's actions"
	polkit_stop
}

@test "doctor by an ordinary user names what it could not read" {
	run as_games patctl doctor
	expect "$output" "ok       daemon: patd answers on the bus"
	chmod 0700 "$WORLD/image/etc/pam.d"
	run as_games patctl doctor --root="$WORLD/image"
	expect "$output" "unseen   pam: /etc/pam.d: Permission denied"
	chmod 0755 "$WORLD/image/etc/pam.d"
}

@test "doctor --root checks the files only, and --quiet prints problems only" {
	run -1 patctl doctor --root="$WORLD/image" -q
	expect "$output" "problem  pam: vault: a correct password is refused: /etc/pam.d/vault:1 (pam_pat.so)"
	expect_not "$output" daemon:
	expect_not "$output" "unseen "
}

@test "doctor --json prints findings and the outcome of each trial" {
	run -1 patctl doctor --root="$WORLD/image" --json
	[ "$(json '["services"][0]["service"]' <<<"$output")" = vault ]
	[ "$(json '["services"][0]["outcomes"]["password"]' <<<"$output")" = cred_insufficient ]
	[ "$(json '["findings"][-1]["services"]' <<<"$output")" = "['vault']" ]
	[ "$(json '["findings"][-1]["level"]' <<<"$output")" = problem ]
}

@test "doctor checks mode and uniqueness of the key credential" {
	local image=$WORLD/image

	mkdir -p "$image"/etc/credstore.encrypted
	install -m 0600 /dev/null "$image/etc/credstore.encrypted/patd.key"
	run patctl doctor --root="$image"
	expect "$output" "ok       key: the key is a credential: only root has access to /etc/credstore.encrypted/patd.key"
	chmod 0644 "$image/etc/credstore.encrypted/patd.key"
	run patctl doctor --root="$image"
	expect "$output" "problem  key: users other than root have access to /etc/credstore.encrypted/patd.key"
	mkdir -p "$image/var/lib/patd"
	install -m 0600 /dev/null "$image/var/lib/patd/key"
	run patctl doctor --root="$image"
	expect "$output" "warning  key: the key exists twice"
	rm -r "${image:?}/etc/credstore.encrypted" "${image:?}/var"
}

@test "scope: doctor lists the tokens of a user who is gone, with the command that revokes them" {
	patctl generate -q "$T" --user=games >/dev/null
	patctl generate -q "$T later" --user=games --not-before=2999-01-01 --expires=never >/dev/null
	patctl generate -q "$T suspended" --user=games >/dev/null
	patctl revoke "$T suspended" --user=games --for=30d
	patctl generate -q "$T ended" --user=games >/dev/null
	patctl revoke "$T ended" --user=games
	run patctl doctor
	expect "$output" "ok       account: every token's user exists"

	run with_nss NSS_GONE=games patctl doctor
	expect "$output" "warning  account: user games does not exist, and 3 tokens are left"
	expect "$output" "with this name and uid 5 would get; patctl revoke --all --user=games"
	expect_not "$output" "every token's user exists"

	patctl disable games
	run with_nss NSS_GONE=games patctl doctor
	expect "$output" "user games does not exist, and 3 tokens are left"
	patctl enable games

	run -0 with_nss NSS_GONE=games patctl revoke --all --user=games
	run with_nss NSS_GONE=games patctl doctor
	expect_not "$output" "user games"
}

@test "scope: doctor finds the tokens of a user whose uid is another now" {
	patctl generate -q "$T" --user=games >/dev/null
	run with_nss NSS_UID=4712 patctl doctor
	expect "$output" "warning  account: 1 token is left of user games with uid 5, who is user games with uid 4712 now; revoke them by id"
	expect_not "$output" "--user=games"
	patctl revoke "$T" --user=games
}

@test "scope: doctor takes nobody for gone whom NSS could not look up" {
	patctl generate -q "$T" --user=games >/dev/null
	# ENOENT, ESRCH, EBADF, EIO, EPERM
	for error in 2 3 9 5 1; do
		run with_nss NSS_FAILS=$error patctl doctor
		expect "$output" "unseen   account: user games could not be looked up"
		expect_not "$output" "does not exist, and"
		expect_not "$output" "every token's user exists"
	done
	run with_nss NSS_HANGS=1 timeout 60 patctl doctor
	expect "$output" "unseen   account: user games could not be looked up"
	expect_not "$output" "does not exist, and"
	expect_not "$output" "after it"

	# With a server that does not answer, each takes its time.
	patctl generate -q "$T" --user=mail >/dev/null
	run with_nss NSS_FAILS=5 patctl doctor
	expect "$output" "unseen   account: user games could not be looked up, and the users after it were not"
	expect_not "$output" "user mail"
	patctl revoke "$T" --user=mail
	patctl revoke "$T" --user=games
}

@test "doctor by an ordinary user does not look for users who are gone" {
	run as_games patctl doctor
	expect "$output" "unseen   account: whether every token's user exists; needs root"
}

# What files there are, and what is in the database: patd itself folds its log into it at any time.
contents() {
	find "$WORLD/image" "$WORLD/run" -printf '%p %m %T@ %C@\n' | sort
	find "$WORLD/state" -printf '%p %m\n' | grep -v -- '-wal$\|-shm$' | sort
	# patd has locked the database itself.
	rm -rf "$WORLD/copy"
	cp -r "$WORLD/state" "$WORLD/copy"
	/usr/bin/python3 -c 'import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).iterdump(), sep="\n")' "$WORLD/copy/patd.db"
}

@test "doctor changes no file" {
	# It writes what it had in memory before it verifies.
	patctl log --verify
	contents >"$WORLD/before"
	run patctl doctor
	run patctl doctor --root="$WORLD/image"
	contents >"$WORLD/after"
	diff "$WORLD/before" "$WORLD/after"
}

@test "doctor reports a state folder that is read-only" {
	mkdir -p "$WORLD/image/var/lib/patd"
	# shellcheck disable=SC2016 # for the inner shell
	run -1 unshare --mount bash -c 'mount -t tmpfs -o ro,mode=0700 tmpfs "$1/var/lib/patd" &&
		patctl doctor --root="$1"' bash "$WORLD/image"
	rm -r "${WORLD:?}/image/var"
	expect "$output" "problem  database: /var/lib/patd is read-only: patd can revoke nothing"
}

@test "doctor warns of what sudo remembers of a token that is revoked or suspended" {
	local token revoke
	for revoke in "revoke" "revoke --for=1h"; do
		token=$(patctl generate "$T" --user=games)
		login "$token" games "$(id -u games)" sudo
		# shellcheck disable=SC2086 # the words of the command
		patctl $revoke "${token:4:10}"
		# shellcheck disable=SC2016 # for the inner shell
		run unshare --mount bash -c 'mount -t tmpfs tmpfs /run && mkdir -p /run/sudo/ts &&
			touch /run/sudo/ts/games && patctl doctor'
		expect "$output" "warning  account: token ${token:4:10} of user games was revoked"
		patctl revoke -q "${token:4:10}"
		patctl delete -q --yes "${token:4:10}"
	done
}

@test "doctor knows that sudo remembers a token that was used elsewhere since" {
	local token other text
	token=$(patctl generate "$T" --user=games)
	other=$(patctl generate "$T-ssh" --user=games)
	login "$token" games "$(id -u games)" sudo
	for text in "$token" "$other"; do
		login "$text" games "$(id -u games)" sshd 192.0.2.7 ssh
		patctl revoke -q "${text:4:10}"
	done
	# shellcheck disable=SC2016 # for the inner shell
	run unshare --mount bash -c 'mount -t tmpfs tmpfs /run && mkdir -p /run/sudo/ts &&
		touch /run/sudo/ts/games && patctl doctor'
	expect "$output" "warning  account: token ${token:4:10} of user games was revoked"
	expect_not "$output" "token ${other:4:10} of user games was revoked"
	patctl delete -q --yes "${token:4:10}" "${other:4:10}"
}

@test "doctor with a missing folder or an operand exits 2" {
	run -2 patctl doctor --root=/nonexistent
	run -2 patctl doctor sudo
}

@test "doctor warns if the time of patd is ahead of the clock" {
	run patctl doctor
	[[ $output != *"the clock was once ahead"* ]]
	patd_restart_later 40
	patctl generate -q later >/dev/null
	patd_stop
	patd_start
	run patctl doctor
	expect "$output" "warning  clock: the clock was once ahead"
	[[ $output =~ "which comes in "(39|40)" days" ]]
	expect "$output" "those with login hours are refused"
	# The administrator's word, which counts once.
	touch "$WORLD/run/reset-time"
	patd_stop
	patd_start
	run patctl doctor
	[[ $output != *"the clock was once ahead"* ]]
	patd_restart_later 40
	patd_stop
	patd_start
	run patctl doctor
	expect "$output" "warning  clock: the clock was once ahead"
}
