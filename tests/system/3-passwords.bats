# SPDX-License-Identifier: LGPL-2.1-or-later
# No token sets a password, and no token that is refused counts as a wrong one.

load system

NEW='another horse battery staple'

setup_file() {
	export DEBIAN_FRONTEND=noninteractive
	# As poppassd: root's, authenticates and then changes the password in one transaction.
	printf '@include common-%s\n' auth account password >/etc/pam.d/poppassd
}

teardown() {
	echo "alice:$PASSWORD" | chpasswd
	echo "bob:$PASSWORD" | chpasswd
	chage -d "$(date +%F)" bob
	# After a failed test.
	rm -f /etc/pam.d/older
	[ ! -e /usr/share/pam-configs/faillock ] || without_faillock
	pam-auth-update --enable pat-password
}

teardown_file() {
	rm -f /etc/pam.d/poppassd
}

# changed SECRET: logs alice in at that host with it, and sets the password NEW
changed() {
	printf '%s\n' "$1" "$NEW" "$NEW" |
		timeout 60 pamtester poppassd alice authenticate chauthtok
}

# aged SECRET OLD: logs bob in by ssh with SECRET; his password has aged, and he says that it is OLD
aged() {
	chage -d 0 bob
	LOGIN_USER=bob LOGIN_SECRET=$1 OLD_PASSWORD=$2 NEW_PASSWORD=$NEW \
		timeout 90 expect -f "$BATS_TEST_DIRNAME/aged.exp"
}

hash_of() {
	getent shadow "$1" | cut -d: -f2
}

@test "no token creates a token: a host that opens by a token does not change the password" {
	record_secret "$NEW"
	token=$(token poppassd alice --service=poppassd)
	before=$(hash_of alice)
	mark_journal
	run changed "$token"
	echo "$output"
	[ "$status" -ne 0 ]
	[[ $output == *"successfully authenticated"* ]]
	[[ $output == *"A token cannot change the password."* ]]
	[ "$(hash_of alice)" = "$before" ]
	logged "refused \(logged in with a token\): password change: token=$(id_of "$token")"
}

@test "the same host changes the password for who has given the old one" {
	changed "$PASSWORD"
	by_su alice "$NEW"
	run ! by_su alice "$PASSWORD"
}

@test "passwd and chpasswd change passwords as before" {
	printf '%s\n' "$PASSWORD" "$NEW" "$NEW" | runuser -u alice -- passwd
	by_su alice "$NEW"
	echo "alice:$PASSWORD" | chpasswd
	by_su alice "$PASSWORD"
}

@test "no token creates a token: a login by ssh with a token leaves an aged password" {
	token=$(token aged bob)
	before=$(hash_of bob)
	run aged "$token" "$token"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(hash_of bob)" = "$before" ]
	# pam_unix has asked for the old password before; sshd does not show the notice.
	mark_journal
	run aged "$token" "$PASSWORD"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(hash_of bob)" = "$before" ]
	logged "refused \(logged in with a token\): password change: token=$(id_of "$token")"
}

@test "an aged password is changed at a login by ssh as before" {
	aged "$PASSWORD" "$PASSWORD"
	by_su bob "$NEW"
}

without_faillock() {
	faillock --user alice --reset
	pam-auth-update --disable faillock faillock-first
	rm -f /usr/share/pam-configs/faillock{,-first}
}

# counted: how many failures pam_faillock has counted for alice
counted() {
	faillock --user alice | grep -c ' V$'
}

@test "no lockout: refused tokens count nothing at pam_faillock, and wrong passwords do" {
	# The profiles that guides to a hardened Debian have.
	cat >/usr/share/pam-configs/faillock <<-'EOF'
		Name: count failed logins
		Default: no
		Priority: 0
		Auth-Type: Primary
		Auth:
			[default=die]	pam_faillock.so authfail deny=3
	EOF
	cat >/usr/share/pam-configs/faillock-first <<-'EOF'
		Name: refuse who failed too often
		Default: no
		Priority: 1024
		Auth-Type: Primary
		Auth:
			requisite	pam_faillock.so preauth deny=3
		Account-Type: Primary
		Account:
			required	pam_faillock.so
	EOF
	pam-auth-update --enable faillock faillock-first
	grep faillock /etc/pam.d/common-auth
	token=$(token ended alice)
	patctl revoke "$(id_of "$token")"
	for _ in 1 2 3 4 5; do
		run ! by_su alice "$token"
	done
	refused alice "$(forged 0123456789)"
	systemctl stop "${UNITS[@]}"
	run ! by_su alice "$token"
	systemctl start "${SOCKETS[@]}"
	faillock --user alice
	run counted
	[ "$output" = 0 ]
	good=$(token good alice)
	accepted alice "$good"
	accepted alice "$PASSWORD"

	run ! by_su alice wrong
	run counted
	[ "$output" = 1 ]
}

@test "doctor finds the missing password line and a line that lets tokens go on" {
	run patctl doctor
	echo "$output"
	grep -q '^ok       pam: .*sshd.*: tokens and passwords are accepted' <<<"$output"
	pam-auth-update --disable pat-password
	run patctl doctor
	echo "$output"
	grep -q '^warning  pam: .*sshd.*: a login with a token can change the password' <<<"$output"
	pam-auth-update --enable pat-password
	printf 'auth sufficient pam_pat.so\n@include common-auth\n' >/etc/pam.d/older
	run patctl doctor
	rm /etc/pam.d/older
	grep -q '^warning  pam: older: a token that patd refuses goes on as a wrong password' <<<"$output"
	diff <(grep -c pam_pat /etc/pam.d/common-*) - <<-'EOF'
		/etc/pam.d/common-account:0
		/etc/pam.d/common-auth:1
		/etc/pam.d/common-password:1
		/etc/pam.d/common-session:1
		/etc/pam.d/common-session-noninteractive:1
	EOF
}
