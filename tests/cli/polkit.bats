#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl with polkit: what a rule allows, and password dialogs.

load shared_patd

setup_file() {
	patd_world
	# The rules depend on token and user, so that one polkitd serves all tests.
	polkit_start <<-EOF
		polkit.addRule(function(action, subject) {
			if (/yes/.test(action.lookup("token")) || action.lookup("user") == "news")
				return polkit.Result.YES;
			if (/no/.test(action.lookup("token")))
				return polkit.Result.NO;
		});
	EOF
}

teardown_file() {
	polkit_stop
	patd_world_end
}

# traced COMMAND: runs it as games on a terminal, with its processes in the file trace.  Both
# LeakSanitizer and strace would trace patctl, which only one can.
traced() {
	ASAN_OPTIONS=detect_leaks=0 on_terminal "strace -f -e trace=process \
		-o '$BATS_TEST_TMPDIR/trace' setpriv --reuid=games --regid=games --clear-groups $1"
}

@test "generate and restore succeed if polkit allows them" {
	token=$(as_games patctl generate -q "yes $T")
	login "$token" games 5
	as_games patctl revoke "yes $T"
	run -0 as_games patctl restore "yes $T"
	login "$token" games 5
}

@test "rotate succeeds if polkit allows it and else exits 5" {
	old=$(as_games patctl generate -q "yes $T")
	new=$(as_games patctl rotate -q "yes $T")
	login "$new" games 5
	run -1 login "$old" games 5
	patctl generate -q "no $T" --user=games >/dev/null
	run -5 --separate-stderr as_games patctl rotate "no $T"
	[ "$output" = "" ]
}

@test "rotate --expires of a user, over the bus, gives another expiration" {
	as_games patctl generate -q "yes $T" --expires=2d >/dev/null
	as_games patctl rotate -q "yes $T" --expires=20d >/dev/null
	expect_from_now $((20 * 86400)) "$(field expires_at --user=games "yes $T")"
	as_games patctl rotate -q "yes $T" --expires=2999-01-31T18:00Z >/dev/null
	[ "$(field expires_at --user=games "yes $T")" = 32474800800 ]
}

@test "set widens a token if polkit allows it and else exits 5" {
	for name in "yes $T" "no $T"; do
		as_games patctl generate -q "yes $T now" --service=sudo --from=local --hours=Mon \
			--expires=2d --note=blue >/dev/null
		as_games patctl rename -q "yes $T now" "$name"
	done
	run -0 as_games patctl set "yes $T" --service=any --from=any --hours=any --note= --expires=9d
	[ "$(field services --user=games "yes $T")" = "[]" ]
	[ "$(field sources --user=games "yes $T")" = "[]" ]
	[ "$(field hours --user=games "yes $T")$(field note --user=games "yes $T")" = NoneNone ]
	expect_from_now $((9 * 86400)) "$(field expires_at --user=games "yes $T")"
	run -5 --separate-stderr as_games patctl set "no $T" --service=any
	[ "$(field services --user=games "no $T")" = "['sudo']" ]
	run -0 as_games patctl set "no $T" --hours="Mon 08:00-09:00" --from=local
}

@test "a user generates, lists and shows tokens of another if polkit allows it" {
	token=$(as_games patctl generate -q "$T" --user=news)
	login "$token" news 9
	run -0 as_games patctl list --user=news
	expect "$output" " $T "
	run -0 as_games patctl show --user=news "$T"
	expect "$output" "User:     news"
	# Only the owner and root may see the sources.
	[ "$(as_games patctl show --user=news --json "$T" | json '[0]["used_from"]')" = None ]
}

@test "generate that polkit denies exits 5 and names who may" {
	run -5 --separate-stderr as_games patctl generate "no $T"
	[ "$output" = "" ]
	expect_stderr "ask an administrator, or try as root"
}

@test "a call that needs a password exits 5 without a terminal and suggests one" {
	run -5 --separate-stderr as_games patctl generate "$T" </dev/null
	[ "$output" = "" ]
	expect_stderr "run patctl on a terminal, or ask an administrator"
	run -5 --separate-stderr as_games patctl list --all </dev/null
	expect_stderr "run patctl on a terminal"
	patctl generate -q "$T" --user=games >/dev/null
	as_games patctl revoke -q "$T"
	run -5 --separate-stderr as_games patctl restore --json "$T" </dev/null
	[ "$(json '[0]["error"]' <<<"$output")" = denied ]
}

@test "a call that needs a password exits 5 with --no-ask-password and names the option" {
	run -5 --separate-stderr as_games patctl generate --no-ask-password "$T"
	expect_stderr "--no-ask-password was given"
	run -5 on_terminal "setpriv --reuid=games --regid=games --clear-groups \
		patctl generate --no-ask-password $T"
	expect "$output" "--no-ask-password was given"
}

@test "calls that need no password succeed with --no-ask-password" {
	run -0 as_games patctl generate --no-ask-password -q "yes $T"
	run -0 as_games patctl list --no-ask-password
	run -0 patctl generate --no-ask-password -q "$T"
}

@test "generate on a terminal starts an agent for the password and ends it" {
	run -5 traced "patctl generate '$T'"
	# And says what happened, which is nothing that an administrator could help with.
	expect "$output" "the password was wrong or not entered (a token is not accepted there)"
	expect_not "$output" "ask an administrator"
	cd "$BATS_TEST_TMPDIR"
	grep -q 'execve("/usr/bin/pkttyagent"' trace
	grep -q 'killed by SIGTERM' trace
	# patctl waited for the agent, so that it is the last to exit.
	[[ $(tail -n 1 trace) == *"exited with 5"* ]]
}

@test "calls that need no password start no agent" {
	run -0 traced "patctl generate -q 'yes $T'"
	run ! grep pkttyagent "$BATS_TEST_TMPDIR/trace"
	run -0 traced "patctl revoke 'yes $T'"
	run ! grep pkttyagent "$BATS_TEST_TMPDIR/trace"
}
