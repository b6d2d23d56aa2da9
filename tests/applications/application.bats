# SPDX-License-Identifier: LGPL-2.1-or-later
# One application does what its row in doc/applications.md says; run for each by inside.

load measure

setup() {
	load_application "$APPLICATION"
	local reason
	reason=$(row_value unmeasured)
	[ "$reason" = "" ] || skip "$reason"
	case $BATS_TEST_NUMBER in
	1) ;;
	2 | 3) [ -e "$STATE/installed" ] || skip "it was not installed" ;;
	*) [ -e "$STATE/configured" ] || skip "it was not configured" ;;
	esac
}

# What a server says of its own failure to start is in the journal.
teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || [ "$BATS_TEST_NUMBER" -gt 3 ] ||
		journalctl --quiet --no-pager -o short-precise -n 30
}

teardown_file() {
	load_application "$APPLICATION"
	[ ! -e "$STATE" ] || remove_application
}

@test "it is installed" {
	install_application
}

@test "its recipe works as written, and leaves PAM as it was" {
	[ -e "$RECIPES/$APPLICATION.md" ] || skip "it has none"
	cp -a /etc/pam.d "$STATE/pam.d"
	run_recipe "$APPLICATION"
	diff -r "$STATE/pam.d" /etc/pam.d
}

@test "it is configured, and asks PAM" {
	configure
	record_calls
	touch "$STATE/configured"
}

@test "a password is accepted or refused as the table says, and a wrong one refused" {
	login "$PASSWORD"
	measure password "$RESULT"
	login "not $PASSWORD"
	[ "$RESULT" = refused ]
	agrees password
}

@test "a token is accepted or refused, with the service, source, terminal and user of the table" {
	result_with
	measure token "$RESULT"
	measure service "$(of_calls 2 auth)"
	measure rhost "$(of_calls 3 auth)"
	measure tty "$(of_calls 4 auth)"
	measure ids "$(named "$(of_calls ids auth)")"
	measure phases "$(of_calls 1)"
	agrees token service rhost tty ids phases
}

@test "a revoked token is refused, with or without a word to the person" {
	result_with
	patctl revoke "$(id_of "$TOKEN")"
	login "$TOKEN"
	measure revoked "$RESULT"
	measure told "$(told)"
	agrees revoked told
}

@test "a token for local logins is accepted or refused" {
	result_with --from=local
	measure local "$RESULT"
	agrees local
}

@test "a token for logins from this machine's addresses is accepted or refused" {
	result_with --from=127.0.0.0/8,::1
	measure address "$RESULT"
	agrees address
}

@test "a login takes as many uses as the table says" {
	result_with --max-uses=50
	measure uses "$(uses_of "$TOKEN")"
	agrees uses
}

@test "a token for one use is accepted as often as the table says" {
	result_with --max-uses=1
	first=$RESULT
	login "$TOKEN"
	measure once "$first $RESULT"
	agrees once
}
