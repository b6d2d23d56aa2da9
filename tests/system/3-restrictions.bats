# Tokens that can do only what they are for, at the real ssh, sudo, su and login.

load system

setup() {
	mark
}

teardown() {
	if [ -e /etc/patd/patd.conf.d ]; then
		rm -r /etc/patd/patd.conf.d
		policy </dev/null
	fi
}

# policy <SETTINGS: until the end of the test; returns once it is in force
policy() {
	mark
	mkdir -p /etc/patd/patd.conf.d
	cat >/etc/patd/patd.conf.d/test.conf
	systemctl reload patd.service
	# shellcheck disable=SC2016 # the inner shell's
	timeout 20 bash -c 'until journalctl --sync && journalctl --quiet --after-cursor="$1" \
		-o cat -u patd.service | grep -q "in force"; do :; done' bash "$MARK"
}

@test "a token for sudo opens sudo and nothing else" {
	token=$(token for-sudo alice --service='sudo*')
	by_sudo alice "$token"
	run ! by_ssh_password alice "$token"
	said "refused \(wrong-service\): token=$(id_of "$token") user=alice service=sshd"
	run ! by_su alice "$token"
	run ! by_console alice "$token"
}

@test "a token from a network opens ssh from there, and no local door" {
	token=$(token from-here alice --from=127.0.0.0/8)
	by_ssh_password alice "$token"
	run ! by_sudo alice "$token"
	said "refused \(wrong-source\): token=$(id_of "$token") user=alice service=sudo"
	token=$(token from-elsewhere alice --from=10.0.0.0/8,2001:db8::/32)
	refused alice "$token"
	token=$(token from-local alice --from=local)
	by_sudo alice "$token"
	by_su alice "$token"
	run ! by_ssh_password alice "$token"
}

@test "a token is good for as many logins as were given, in any race" {
	token=$(token five-times alice --max-uses=5)
	by_ssh_password alice "$token"
	logins=()
	for _ in 1 2 3 4 5 6 7; do
		by_sudo alice "$token" & logins+=($!)
	done
	let_in=0
	for login in "${logins[@]}"; do
		wait "$login" && let_in=$((let_in + 1))
	done
	[ "$let_in" -eq 4 ]
	refused alice "$token"
	said "refused \(exhausted\): token=$(id_of "$token")"
	patctl show "$(id_of "$token")" | grep -q '5 of 5'
}

@test "a token works at its hours and from its time on" {
	today=$(date +%a) other=$(date -d '3 days' +%a)
	token=$(token today alice --hours="$today")
	by_sudo alice "$token"
	token=$(token another-day alice --hours="$other")
	refused alice "$token"
	said "refused \(out-of-hours\): token=$(id_of "$token")"
	token=$(token tomorrow alice --not-before=1d)
	refused alice "$token"
	said "refused \(not-yet\): token=$(id_of "$token")"
}

@test "a rotated token works with both secrets until the new one is used" {
	old=$(token rotated alice)
	new=$(patctl rotate --quiet "$(id_of "$old")")
	remember "$new"
	by_ssh_password alice "$old"
	by_sudo alice "$old"
	by_ssh_password alice "$new"
	refused alice "$old"
	said "refused \(rotated\): token=$(id_of "$old")"
	accepted alice "$new"
	# The alert is the first thing an administrator sees.
	journalctl --sync
	journalctl --quiet --after-cursor="$MARK" -p alert -o cat PAT_TOKEN_ID="$(id_of "$old")" |
		grep -q .
}

@test "a suspended token comes back by itself" {
	token=$(token suspended alice)
	patctl revoke --for=3s --reason="away" "$(id_of "$token")"
	run ! by_sudo alice "$token"
	# shellcheck disable=SC2016 # the inner shell's
	timeout 20 bash -c 'until patctl show "$1" | grep -q "State: *active"; do :; done' \
		bash "$(id_of "$token")"
	by_sudo alice "$token"
}

@test "a disabled user's tokens open nothing, and others' do" {
	hers=$(token hers alice) his=$(token his bob)
	patctl disable alice --reason="on leave"
	refused alice "$hers"
	said "refused \(disabled\): token=$(id_of "$hers")"
	by_su bob "$his"
	accepted alice "$PASSWORD"
	patctl enable alice
	accepted alice "$hers"
}

@test "the whole machine is disabled by one word, and passwords go on" {
	token=$(token all alice)
	patctl disable --all
	refused alice "$token"
	accepted alice "$PASSWORD"
	patctl enable --all
	accepted alice "$token"
}

@test "every token of a user is revoked by one word" {
	one=$(token one bob) two=$(token two bob)
	patctl revoke --all --user=bob --reason=left
	run ! by_su bob "$one"
	run ! by_su bob "$two"
}

@test "a policy that is tightened binds the tokens there are, and never stops a revoke" {
	old=$(token old alice --expires=never)
	policy <<-'EOF'
		[tokens]
		allow_never = no
	EOF
	refused alice "$old"
	said "refused \(against-policy\): token=$(id_of "$old")"
	run ! patctl generate --quiet new --user=alice --expires=never
	patctl revoke "$(id_of "$old")"
	patctl policy | grep -q 'tokens.allow_never *no */etc/patd/patd.conf.d/test.conf:2'
}

@test "what users make for themselves opens what the policy says, and root's opens all" {
	run -0 env LOGIN_USER=alice LOGIN_SECRET="$PASSWORD" ANSWER="$PASSWORD" \
		COMMAND='patctl generate --quiet own' expect -f "$BATS_TEST_DIRNAME/person.exp"
	own=$(grep -o 'pat_[0-9A-Za-z_]*' <<<"$output")
	remember "$own"
	roots=$(token roots alice)
	policy <<-'EOF'
		[tokens]
		self_services = sudo
	EOF
	by_sudo alice "$own"
	run ! by_su alice "$own"
	said "refused \(against-policy\): token=$(id_of "$own") user=alice service=su "
	by_su alice "$roots"
}

@test "a policy that cannot be keeps the one before, and says where" {
	mkdir -p /etc/patd/patd.conf.d
	printf '[tokens]\nmax_lifetime = soon\ncolour = red\n' >/etc/patd/patd.conf.d/test.conf
	run -1 /usr/libexec/patd --check-config
	[[ $output == *"test.conf:2"* && $output == *"test.conf:3"* ]]
	pid=$(patd_pid)
	run ! systemctl reload patd.service
	systemctl kill --signal=HUP patd.service
	# shellcheck disable=SC2016 # the inner shell's
	timeout 20 bash -c 'until journalctl --sync && journalctl --quiet --after-cursor="$1" -o cat \
		-u patd.service | grep -q "stays in force"; do :; done' bash "$MARK"
	said "test.conf:2: "
	[ "$(patd_pid)" = "$pid" ]
	accepted alice "$(token after-all alice)"
}

@test "an account that has expired is closed to tokens" {
	token=$(token leaver alice)
	chage --expiredate 2020-01-01 alice
	run ! by_sudo alice "$token"
	run ! by_su alice "$token"
	chage --expiredate -1 alice
	said "refused \(account-closed\): token=$(id_of "$token")"
	accepted alice "$token"
}

@test "a locked password keeps tokens out only where the policy says so" {
	token=$(token locked alice)
	usermod --lock alice
	by_su alice "$token"
	policy <<-'EOF'
		[tokens]
		deny_locked = yes
	EOF
	run ! by_su alice "$token"
	said "refused \(account-closed\): token=$(id_of "$token")"
	usermod --unlock alice
	by_su alice "$token"
}

@test "the session knows the token that it came by" {
	token=$(token session alice)
	[ "$(SSHPASS=$token sshpass -e ssh -o LogLevel=ERROR -o PreferredAuthentications=password \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null alice@127.0.0.1 \
		printenv PAT_TOKEN_ID)" = "$(id_of "$token")" ]
	[ "$(printf '%s\n' "$token" | runuser -u alice -- sudo -k -S -p '' printenv PAT_TOKEN_ID)" = \
		"$(id_of "$token")" ]
}

# as_su TOKEN: what su says meanwhile; sudo and ssh's password method show no such lines
as_su() {
	printf '%s\n' "$1" | timeout 60 setpriv --reuid=nobody --regid=nogroup --clear-groups \
		su alice -s /bin/sh -c true 2>&1
}

@test "a login tells that the token is about to expire" {
	token=$(token nearly alice --expires=2d)
	cd /
	run -0 as_su "$token"
	[[ $output == *"expires in"* ]]
	token=$(token not-nearly alice --expires=30d)
	run -0 as_su "$token"
	[[ $output != *"expires in"* ]]
}

@test "journalctl follows one token through ssh, sudo and revoke" {
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

@test "patctl log tells the same, and the chain is whole" {
	token=$(token logged alice)
	by_ssh_password alice "$token"
	run -0 patctl log "$(id_of "$token")"
	[[ $output == *generated* && $output == *used*sshd*127.0.0.1* ]]
	patctl log --verify
}
