# SPDX-License-Identifier: LGPL-2.1-or-later
# Accounts that are deleted, and made again, by the real userdel(8) and deluser(8).

load system

teardown() {
	# After a failed test.
	systemctl start "${SOCKETS[@]}"
	if id carol >/dev/null 2>&1; then
		leave
		userdel --remove carol
	fi
}

make_carol() {
	useradd --create-home --shell /bin/bash --uid 4711 carol
}

# leave: ends the user's systemd, which outlives a login; userdel deletes nobody who has a process
leave() {
	systemctl stop user@4711.service
	wait_until not_running
}

not_running() {
	! pgrep --uid carol >/dev/null
}

@test "scope: an account made again with the same name and uid gets no token of a deleted one" {
	for delete in userdel "deluser --quiet"; do
		make_carol
		token=$(token "before ${delete%% *}" carol)
		by_su carol "$token"
		leave
		# shellcheck disable=SC2086 # to be split
		run -0 $delete carol
		echo "$output"
		[[ $output != *patd:* ]]
		rm -r /home/carol
		make_carol
		run ! by_su carol "$token"
		has_state "$token" revoked
		patctl log "$(id_of "$token")" | grep -q 'the user was deleted'
		leave
		userdel --remove carol
	done
}

@test "a user without tokens is deleted without a word from patd" {
	make_carol
	run -0 userdel --remove carol
	echo "$output"
	[[ $output != *patd:* && $output != *patctl:* ]]
}

@test "a user is deleted while patd is unreachable, and doctor finds the tokens that are left" {
	make_carol
	token=$(token left carol)
	systemctl stop "${UNITS[@]}"
	run -0 userdel carol
	echo "$output"
	[[ $output == *"patd: the tokens of user carol were not revoked; later: patctl revoke --all --user=carol"* ]]
	rm -r /home/carol
	systemctl start "${SOCKETS[@]}"
	run patctl doctor --quiet
	echo "$output"
	grep -q '^warning  account: user carol does not exist, and 1 token is left, .*; patctl revoke --all --user=carol$' <<<"$output"
	patctl revoke --all --user=carol
	run patctl doctor --quiet
	[[ $output != *carol* ]]
}

@test "userdel of a user of another system leaves the tokens of this one" {
	make_carol
	token=$(token here carol)
	mkdir -p "$BATS_TEST_TMPDIR/other/etc"
	cp /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/login.defs "$BATS_TEST_TMPDIR/other/etc"
	run userdel --prefix "$BATS_TEST_TMPDIR/other" carol
	echo "$status $output"
	run ! grep -q '^carol:' "$BATS_TEST_TMPDIR/other/etc/passwd"
	by_su carol "$token"
}
