# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl --host with the real ssh and sshd.

load system

setup_file() {
	patctl list
	install -d -m 0700 /root/.ssh
	ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/test-host
	printf '%s\n' 'Host there nowhere' 'Hostname 127.0.0.1' 'IdentityFile /root/.ssh/test-host' \
		'StrictHostKeyChecking no' 'UserKnownHostsFile /dev/null' 'LogLevel ERROR' \
		'BatchMode yes' 'Host nowhere' 'Port 1' >/root/.ssh/config
	for user in root alice; do
		home=$(getent passwd $user | cut -d : -f 6)
		install -d -o $user -m 0700 "$home/.ssh"
		install -o $user -m 0600 /root/.ssh/test-host.pub "$home/.ssh/authorized_keys"
	done
}

teardown_file() {
	rm -rf /root/.ssh "$(getent passwd alice | cut -d : -f 6)/.ssh"
}

@test "a token generated over ssh is accepted until it is revoked over ssh" {
	token=$(patctl -H root@there generate --quiet remote --user=alice)
	record_secret "$token"
	by_sudo alice "$token"
	run -0 patctl -H root@there list --user=alice
	[[ $output == *" remote "* ]]
	patctl -H root@there revoke remote --user=alice
	run ! by_sudo alice "$token"
	patctl -H root@there restore remote --user=alice
	by_sudo alice "$token"
}

@test "a secret rotated over ssh is accepted" {
	old=$(token rotated-there alice)
	new=$(patctl -H root@there rotate --quiet rotated-there --user=alice --grace=none)
	record_secret "$new"
	by_sudo alice "$new"
	run ! by_sudo alice "$old"
}

@test "calls over ssh are made as the user of ssh" {
	token alices alice >/dev/null
	token bobs bob >/dev/null
	run -0 patctl -H alice@there list
	[[ $output == *" alices "* ]]
	[[ $output != *" bobs "* ]]
	patctl -H alice@there revoke alices
	run -5 patctl -H alice@there generate mine
	[[ $output == *"run ssh -t alice@there patctl ..., or use --host=root@there"* ]]
	# A local terminal is no help, as the dialog would be on the other machine.
	run -5 script -qec "patctl -H alice@there generate mine" /dev/null
	[[ $output == *"interactive authentication is required; patctl -H cannot ask for a password"* ]]
	run -4 patctl show --user=alice mine
}

@test "log --follow over ssh prints new entries" {
	patctl -H root@there log --all --follow --lines=0 >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	log=$!
	# More entries until the command prints one, as it takes some time to start.
	# shellcheck disable=SC2016 # for the inner shell
	timeout 60 bash -c 'until grep -q generated "$1"; do
		patctl generate -q "followed $((++n))" --user=bob >/dev/null
	done' - "$BATS_TEST_TMPDIR/out"
	kill "$log"
}

@test "an unreachable machine exits 8" {
	run -8 patctl -H nowhere list
	[[ $output == *"Connection refused"* ]]
	[[ $output == *"cannot connect to nowhere"* ]]
}
