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
	[ "${BATS_TEST_COMPLETED:-}" = "" ] || return 0
	[ ! -e "$STATE" ] || touch "$STATE/failed"
	[ "$BATS_TEST_NUMBER" -gt 3 ] || journalctl --quiet --no-pager -o short-precise -n 30
}

teardown_file() {
	load_application "$APPLICATION"
	[ ! -e "$STATE" ] || remove_application
}

# takes_tokens: skips the rest of a test that is about them, unless the application does
takes_tokens() {
	[ "$(row_value token)" = accepted ] || skip "tokens never open it"
}

# opens: whether a token without restrictions does; a refusal shows nothing where it does not
opens() {
	result_with
	[ "$RESULT" = accepted ]
}

@test "it is installed" {
	install_application
}

@test "its recipe works as written, and leaves PAM as it was" {
	[ -e "$RECIPES/$APPLICATION.md" ] || skip "it has none"
	cp -a /etc/pam.d "$STATE/pam.d"
	run_recipe "$APPLICATION" opens_by_recipe
	diff -r "$STATE/pam.d" /etc/pam.d
}

@test "it is configured, and asks PAM" {
	configure
	record_calls
	touch "$STATE/configured"
}

@test "a password is measured, and a wrong one refused" {
	login "$PASSWORD"
	measure password "$RESULT"
	login "not $PASSWORD"
	[ "$RESULT" = refused ]
}

@test "a token is measured, with what PAM is told" {
	result_with
	measure token "$RESULT"
	measure service "$(of_calls 2 auth)"
	measure rhost "$(of_calls 3 auth)"
	measure tty "$(of_calls 4 auth)"
	measure ids "$(named "$(of_calls ids auth)")"
	measure phases "$(of_calls 1)"
}

@test "a token that opens is revoked, and then refused for that or still accepted" {
	takes_tokens
	opens
	patctl revoke "$(id_of "$TOKEN")"
	login "$TOKEN"
	for_reason revoked
	measure revoked "$RESULT"
	measure told "$(told)"
}

@test "tokens for local logins and for this machine's addresses are measured, and another source refused" {
	takes_tokens
	opens
	result_with --from=local
	for_reason wrong-source
	measure local "$RESULT"
	result_with --from=127.0.0.0/8,::1
	for_reason wrong-source
	measure address "$RESULT"
	result_with --from=192.0.2.0/24
	[ "$RESULT" = refused ]
	for_reason wrong-source
}

@test "the uses that a login takes are measured, and a token without a use left is refused for that" {
	takes_tokens
	result_with --max-uses=50
	[ "$RESULT" = accepted ]
	measure uses "$(uses_of "$TOKEN")"
	result_with --max-uses=1
	for_reason exhausted
	first=$RESULT
	login "$TOKEN"
	for_reason exhausted
	measure once "$first $RESULT"
}

@test "what patctl knows of it is so" {
	known=$(grep "^$(measured "$MEASURED" service)|" /shared/hosts) ||
		skip "patctl knows nothing of its service"
	echo "$known"
	IFS='|' read -r _ program user may_be_setuid skips_account <<<"$known"
	[ "$program" = "" ] || [ -e "$program" ]
	ids=$(measured "$MEASURED" ids)
	case $user in
	'') [[ ${ids%/*} = root || ${ids%/*} = alice ]] ;;
	*) [ "${ids%/*}" = "$user" ] ;;
	esac
	[ "${ids%/*}" = "${ids#*/}" ] || [ "$ids" = alice/root ] || [ "$may_be_setuid" = yes ]
	[ "$skips_account" = no ] || [[ " $(measured "$MEASURED" phases) " != *' account '* ]]
}

@test "the longest secret that reaches PAM is measured" {
	takes_tokens
	count_characters
	measure longest "$(longest_secret 1023 511 255 128 64 60)"
}

@test "all of its row was measured, and is so" {
	[ ! -e "$STATE/failed" ]
	measure packages "$(installed_versions)"
	measure date "$(date +%F)"
	found=$(differences "$MEASURED")
	echo "$found"
	[ "$found" = "" ]
}
