# SPDX-License-Identifier: LGPL-2.1-or-later
# Restrictions, suspensions, policy and history with the real ssh, sudo, su and login.

load system

setup() {
	mark_journal
}

teardown() {
	[ -z "${kill:-}" ] || chmod a+x "$kill"
	if [ -e /etc/patd/patd.conf.d ]; then
		rm -r /etc/patd/patd.conf.d
		policy </dev/null
	fi
}

# by_pamtester SERVICE USER SECRET
by_pamtester() {
	pamtester "$1" "$2" authenticate <<<"$3"
}

# by_sshd_pipe USER SECRET: by an sshd that talks to its client over pipes
by_sshd_pipe() {
	mkdir -p /run/sshd
	[ "$(SSHPASS=$2 timeout 60 sshpass -e ssh -o PreferredAuthentications=password \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o ProxyCommand='/usr/sbin/sshd -i' "$1@pipe" id -un)" = "$1" ]
}

# policy <SETTINGS: changes the policy until the end of the test; returns once it is in force
policy() {
	mark_journal
	mkdir -p /etc/patd/patd.conf.d
	cat >/etc/patd/patd.conf.d/test.conf
	systemctl reload patd.service
	wait_until logged "in force"
}

@test "a token for sudo is accepted by sudo only" {
	token=$(token for-sudo alice --service='sudo*')
	by_sudo alice "$token"
	run ! by_ssh_password alice "$token"
	logged "refused \(wrong-service\): token=$(id_of "$token") user=alice service=sshd"
	run ! by_su alice "$token"
	run ! by_console alice "$token"
}

@test "a token for a network is accepted by ssh from there and refused locally" {
	token=$(token from-here alice --from=127.0.0.0/8)
	by_ssh_password alice "$token"
	run ! by_sudo alice "$token"
	logged "refused \(wrong-source\): token=$(id_of "$token") user=alice service=sudo"
	token=$(token from-elsewhere alice --from=10.0.0.0/8,2001:db8::/32)
	refused alice "$token"
	token=$(token from-local alice --from=local)
	by_sudo alice "$token"
	by_su alice "$token"
	run ! by_ssh_password alice "$token"
}

@test "scope: a token for local logins is refused by services that name no source" {
	token=$(token local-only alice --from=local) free=$(token free alice)
	LOGIN_TTY=/dev/tty99 by_console alice "$token"
	logged "accepted: token=$(id_of "$token") user=alice service=login tty=/dev/tty99 rhost=$"
	# A telnet server that does not say where its client is runs login so.
	run -1 by_console alice "$token"
	by_console alice "$free"
	# A service of the network that sets no PAM_RHOST: its file is that of any other.
	cp /etc/pam.d/sudo /etc/pam.d/monit
	run ! by_pamtester monit alice "$token"
	by_pamtester monit alice "$free"
	rm /etc/pam.d/monit
	# sshd behind a pipe, as behind a unix socket and AF_VSOCK, does not know: the sshd of Debian 13
	# says nothing then, an older one UNKNOWN.
	run ! by_sshd_pipe alice "$token"
	logged "refused \(wrong-source\): token=$(id_of "$token") user=alice service=sshd tty=ssh rhost=(UNKNOWN)?$"
	by_sshd_pipe alice "$free"
	run -0 patctl show "$(id_of "$free")"
	[[ $output == *"by sshd from an unknown source"* ]]
	[[ $output != *locally* ]]
	run -0 patctl log "$(id_of "$token")"
	[[ $output == *"login from an unknown source on /dev/pts/"*": wrong-source (the service does not report where logins come from)"* ]]
	run -1 patctl check --service=monit --from=local <<<"$token"
	patctl check --service=sudo --from=local <<<"$token"
}

@test "scope: login opens no token by the name of a host that is written as an address" {
	token=$(token telnet alice --from=10.0.0.0/8,local)
	LOGIN_TTY=/dev/tty99 by_console alice "$token"
	export LOGIN_HOST=10.1.2.3
	run -1 by_console alice "$token"
	logged "refused \(wrong-source\): token=$(id_of "$token") user=alice .* rhost=10.1.2.3"
	policy <<-'EOF'
		[tokens]
		name_services = none
	EOF
	by_console alice "$token"
}

@test "limited uses: concurrent logins do not exceed max-uses" {
	token=$(token five-times alice --max-uses=5)
	by_ssh_password alice "$token"
	logins=()
	for _ in 1 2 3 4 5 6 7; do
		by_sudo alice "$token" & logins+=($!)
	done
	accepted=0
	for login in "${logins[@]}"; do
		wait "$login" && accepted=$((accepted + 1))
	done
	[ "$accepted" -eq 4 ]
	refused alice "$token"
	logged "refused \(exhausted\): token=$(id_of "$token")"
	patctl show "$(id_of "$token")" | grep -q '5 of 5'
}

@test "a token is refused outside its hours and before its start" {
	today=$(date +%a) other=$(date -d '3 days' +%a)
	token=$(token today alice --hours="$today")
	by_sudo alice "$token"
	token=$(token another-day alice --hours="$other")
	refused alice "$token"
	logged "refused \(out-of-hours\): token=$(id_of "$token")"
	token=$(token tomorrow alice --not-before=1d)
	refused alice "$token"
	logged "refused \(not-yet\): token=$(id_of "$token")"
}

# job COMMAND...: a job of CI, in its unit
job() {
	systemd-run --quiet --unit=ci-job "$@"
}

@test "lifespan: a token ends with the unit of its job, and not before" {
	job sleep infinity
	token=$(token job alice --until=unit:ci-job)
	run -0 patctl show "$(id_of "$token")"
	[[ $output == *"Ends:     when unit ci-job.service stops"* ]]
	accepted alice "$token"
	systemctl daemon-reload
	by_sudo alice "$token"
	systemctl daemon-reexec
	by_sudo alice "$token"
	systemctl stop ci-job
	refused alice "$token"
	logged "refused \(ended\): token=$(id_of "$token") user=alice service=sudo"
	has_state "$token" ended
	run patctl doctor
	[[ $output == *"has ended with the boot, session or unit that it was bound to: $(id_of "$token")"* ]]
	# The next job of that name is another.
	job sleep infinity
	run ! by_sudo alice "$token"
	token=$(token next-job alice --until=unit:ci-job)
	by_sudo alice "$token"
	systemctl restart ci-job
	run ! by_sudo alice "$token"
	systemctl stop ci-job
}

@test "lifespan: a token ends with a unit that fails, and with one that does its work as it starts" {
	job sleep infinity
	token=$(token failing alice --until=unit:ci-job)
	by_sudo alice "$token"
	systemctl kill --signal=KILL ci-job
	wait_until systemctl is-failed --quiet ci-job
	run ! by_sudo alice "$token"
	systemctl reset-failed ci-job
	job --no-block --property=Type=oneshot sleep infinity
	wait_until [ -L /run/systemd/units/invocation:ci-job.service ]
	token=$(token oneshot alice --until=unit:ci-job.service)
	by_sudo alice "$token"
	systemctl stop ci-job
	run ! by_sudo alice "$token"
	systemctl reset-failed ci-job || :
}

@test "a token is bound to no unit that has no start of its own" {
	for unit in nosuch multi-user.target system.slice ssh@.service; do
		run -2 patctl generate --quiet bound --user=alice --until="unit:$unit"
		[[ $output == *"no system service or scope of this name is active"* ]]
	done
	run -4 patctl show --user=alice bound
}

@test "lifespan: a token ends with the login session that it was generated in" {
	local hold=$BATS_TEST_TMPDIR/hold made=$BATS_TEST_TMPDIR/made end
	mkfifo "$hold"
	# As an administrator does, within a session of her own.
	ssh_by password alice "$PASSWORD" "echo '$PASSWORD' | sudo -S -p '' \
		patctl generate --quiet of-session --user=alice --until=session; head -n 1" \
		<"$hold" >"$made" &
	exec {end}>"$hold"
	wait_until grep -q '^pat_' "$made"
	token=$(<"$made")
	record_secret "$token"
	[[ $(patctl show --json "$(id_of "$token")") == *'"until": "session:'* ]]
	accepted alice "$token"
	echo >&"$end"
	exec {end}>&-
	wait
	wait_until has_state "$token" ended
	refused alice "$token"
	logged "refused \(ended\): token=$(id_of "$token")"
}

# see_other_boot: patd finds another id than that of this boot, until it restarts: the kernel's own,
# over which nspawn has mounted one of the machine, or where there is none, one of ours.
see_other_boot() {
	local id=/proc/sys/kernel/random/boot_id in_patd=(nsenter "--target=$(patd_pid)" --mount)
	"${in_patd[@]}" umount "$id" && return
	cat /proc/sys/kernel/random/uuid >/run/other-boot
	"${in_patd[@]}" mount --bind /run/other-boot "$id"
}

@test "lifespan: a token ends with the boot" {
	token=$(token booted alice --until=boot)
	by_sudo alice "$token"
	systemctl restart patd.service
	by_sudo alice "$token"
	see_other_boot
	run ! by_sudo alice "$token"
	logged "refused \(ended\): token=$(id_of "$token")"
	has_state "$token" ended
	systemctl restart patd.service
}

@test "an old secret is refused and logged as an alert after use of the new one" {
	old=$(token rotated alice)
	new=$(patctl rotate --quiet "$(id_of "$old")")
	record_secret "$new"
	by_ssh_password alice "$old"
	by_sudo alice "$old"
	by_ssh_password alice "$new"
	refused alice "$old"
	logged "refused \(rotated\): token=$(id_of "$old")"
	accepted alice "$new"
	journalctl --sync
	journalctl --quiet --after-cursor="$MARK" -p alert -o cat PAT_TOKEN_ID="$(id_of "$old")" |
		grep -q .
}

@test "a suspended token is accepted after its period" {
	token=$(token suspended alice)
	patctl revoke --for=20s --reason="away" "$(id_of "$token")"
	run ! by_sudo alice "$token"
	wait_until has_state "$token" active
	by_sudo alice "$token"
}

@test "tokens of a disabled user are refused and those of others accepted" {
	hers=$(token hers alice) his=$(token his bob)
	patctl disable alice --reason="on leave"
	refused alice "$hers"
	logged "refused \(disabled\): token=$(id_of "$hers")"
	by_su bob "$his"
	accepted alice "$PASSWORD"
	patctl enable alice
	accepted alice "$hers"
}

@test "disable --all refuses tokens and accepts passwords" {
	token=$(token all alice)
	patctl disable --all
	refused alice "$token"
	accepted alice "$PASSWORD"
	patctl enable --all
	accepted alice "$token"
}

@test "revoke --all refuses every token of the user" {
	one=$(token one bob) two=$(token two bob)
	patctl revoke --all --user=bob --reason=left
	run ! by_su bob "$one"
	run ! by_su bob "$two"
}

@test "a tighter policy refuses existing tokens and allows revoke" {
	old=$(token old alice --expires=never)
	policy <<-'EOF'
		[tokens]
		allow_never = no
	EOF
	refused alice "$old"
	logged "refused \(against-policy\): token=$(id_of "$old")"
	run ! patctl generate --quiet new --user=alice --expires=never
	patctl revoke "$(id_of "$old")"
	patctl policy | grep -q 'tokens.allow_never *no */etc/patd/patd.conf.d/test.conf:2'
}

@test "self_services restricts tokens generated by users but not by root" {
	run -0 env LOGIN_USER=alice LOGIN_SECRET="$PASSWORD" ANSWER="$PASSWORD" \
		COMMAND='patctl generate --quiet own' expect -f "$BATS_TEST_DIRNAME/person.exp"
	own=$(grep -o 'pat_[0-9A-Za-z_]*' <<<"$output")
	record_secret "$own"
	roots=$(token roots alice)
	policy <<-'EOF'
		[tokens]
		self_services = sudo
	EOF
	by_sudo alice "$own"
	run ! by_su alice "$own"
	logged "refused \(against-policy\): token=$(id_of "$own") user=alice service=su "
	by_su alice "$roots"
}

@test "a reload needs no program but a shell" {
	kill=$(type -P kill || :)
	[ -z "$kill" ] || chmod a-x "$kill"
	policy </dev/null
}

@test "a reload of an invalid policy fails, is logged and keeps the former policy" {
	mkdir -p /etc/patd/patd.conf.d
	printf '[tokens]\nmax_lifetime = soon\ncolour = red\n' >/etc/patd/patd.conf.d/test.conf
	run -1 /usr/libexec/patd --check-config
	[[ $output == *"test.conf:2"* && $output == *"test.conf:3"* ]]
	pid=$(patd_pid)
	run ! systemctl reload patd.service
	systemctl kill --signal=HUP patd.service
	wait_until logged "stays in force"
	logged "test.conf:2: "
	[ "$(patd_pid)" = "$pid" ]
	accepted alice "$(token after-all alice)"
}

@test "a token of an expired account is refused" {
	token=$(token leaver alice)
	chage --expiredate 2020-01-01 alice
	run ! by_sudo alice "$token"
	run ! by_su alice "$token"
	chage --expiredate -1 alice
	logged "refused \(account-closed\): token=$(id_of "$token")"
	accepted alice "$token"
}

@test "a token of a locked account is refused only with deny_locked" {
	token=$(token locked alice)
	usermod --lock alice
	by_su alice "$token"
	policy <<-'EOF'
		[tokens]
		deny_locked = yes
	EOF
	run ! by_su alice "$token"
	logged "refused \(account-closed\): token=$(id_of "$token")"
	usermod --unlock alice
	by_su alice "$token"
}

@test "the environment of a session has PAT_TOKEN_ID" {
	token=$(token session alice)
	[ "$(ssh_by password alice "$token" printenv PAT_TOKEN_ID)" = "$(id_of "$token")" ]
	[ "$(printf '%s\n' "$token" | runuser -u alice -- sudo -k -S -p '' printenv PAT_TOKEN_ID)" = \
		"$(id_of "$token")" ]
}

@test "a login prints a warning if the token expires soon" {
	local method
	token=$(token nearly alice --expires=2d)
	# sudo prints no messages of PAM.
	run -0 su_as_nobody alice "$token" true
	[[ $output == *"expires in"* ]]
	# Standard output has that of the command alone: su's prompt, too, is on standard error.
	run -0 --separate-stderr su_as_nobody alice "$token" 'echo done'
	[ "$output" = "done" ]
	# shellcheck disable=SC2154 # run assigns it
	[[ $stderr == *"expires in"* ]]
	# ssh_by() hides banners.
	for method in password keyboard-interactive; do
		run -0 --separate-stderr env SSHPASS="$token" timeout 60 sshpass -e ssh \
			-o PreferredAuthentications="$method" -o StrictHostKeyChecking=no \
			-o UserKnownHostsFile=/dev/null alice@127.0.0.1 'echo done'
		[ "$output" = "done" ]
		[[ $stderr == *"expires in"* ]]
	done
	token=$(token not-nearly alice --expires=30d)
	run -0 su_as_nobody alice "$token" true
	[[ $output != *"expires in"* ]]
}

@test "journalctl finds each event of a token by PAT_TOKEN_ID" {
	token=$(token in-journal alice)
	id=$(id_of "$token")
	by_ssh_password alice "$token"
	by_sudo alice "$token"
	patctl revoke "$id"
	run ! by_sudo alice "$token"
	journalctl --sync
	run -0 journalctl --quiet -o json --output-fields=PAT_EVENT,PAT_SERVICE,PAT_RESULT,PAT_USER \
		PAT_TOKEN_ID="$id"
	for part in '"PAT_EVENT":"generated"' '"PAT_SERVICE":"sshd"' '"PAT_SERVICE":"sudo"' \
		'"PAT_EVENT":"revoked"' '"PAT_RESULT":"revoked"' '"PAT_USER":"alice"'; do
		[[ $output == *"$part"* ]]
	done
	journalctl --quiet --catalog PAT_TOKEN_ID="$id" PAT_EVENT=revoked | grep -q 'man:patctl(1)'
}

@test "patctl log prints each event of a token and --verify succeeds" {
	token=$(token logged alice)
	by_ssh_password alice "$token"
	run -0 patctl log "$(id_of "$token")"
	[[ $output == *generated* && $output == *used*sshd*127.0.0.1* ]]
	patctl log --verify
}
