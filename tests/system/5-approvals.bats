# SPDX-License-Identifier: LGPL-2.1-or-later
# A sudo that waits for an approval, and what the person at its terminal does meanwhile.

load system

setup_file() {
	WAITING=$(token waiting alice --confirm)
	export WAITING
}

# doctor warns of such a token where sudo remembers.
teardown_file() {
	patctl revoke --quiet waiting --user=alice
	patctl delete --yes waiting --user=alice
}

teardown() {
	rm -f /var/tmp/opened
	[ "${BATS_TEST_COMPLETED:-}" = 1 ] || patctl deny
}

# waiting COMMAND ACTION: the last line is the id of the request; see waiting.exp
waiting() {
	LOGIN_SECRET=$WAITING timeout 100 expect -f "$BATS_TEST_DIRNAME/waiting.exp" "$@" 3>&-
}

# last_entry EVENT
last_entry() {
	patctl log --all --event="$1" --reverse | cat | head -n 1
}

@test "confirmed uses: Ctrl-C, the end of the terminal and kill end the request of a sudo" {
	for action in interrupt hangup terminate; do
		run -0 waiting 'touch /var/tmp/opened' "$action"
		run -4 patctl approve "${lines[-1]}"
		[[ $output = *'no such request'* ]]
		[[ $(last_entry refused) = *'sudo -k touch /var/tmp/opened: unconfirmed' ]]
	done
	[ ! -e /var/tmp/opened ]
}

@test "confirmed uses: a sudo that is suspended waits on, and goes on with its approval" {
	waiting 'touch /var/tmp/opened' suspend
	[ -e /var/tmp/opened ]
	[[ $(last_entry used) = *'sudo -k touch /var/tmp/opened, approved by root'* ]]
}
