#!/usr/bin/env bats
# What an ordinary user is asked, and told where it cannot be asked.

load cli

setup_file() {
	patd_world
	# Rules may look at the token: that spares a polkitd for each test.
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

# traced COMMAND: as games on a terminal; the processes go into the file trace.  strace and the
# leak detector cannot both trace.
traced() {
	ASAN_OPTIONS=detect_leaks=0 on_terminal "strace -f -e trace=process \
		-o '$BATS_TEST_TMPDIR/trace' setpriv --reuid=games --regid=games --clear-groups $1"
}

@test "an ordinary user generates and restores what polkit allows" {
	token=$(as_games patctl generate -q "yes $T")
	use "$token" games 5
	as_games patctl revoke "yes $T"
	run -0 as_games patctl restore "yes $T"
	use "$token" games 5
}

@test "an ordinary user rotates what polkit allows, and no more" {
	old=$(as_games patctl generate -q "yes $T")
	new=$(as_games patctl rotate -q "yes $T")
	use "$new" games 5
	run -1 use "$old" games 5
	patctl generate -q "no $T" --user=games >/dev/null
	run --separate-stderr as_games patctl rotate "no $T"
	expect_status 5
	[ "$output" = "" ]
}

@test "an ordinary user handles the tokens of another if polkit allows it" {
	token=$(as_games patctl generate -q "$T" --user=news)
	use "$token" news 9
	run -0 as_games patctl list --user=news
	expect "$output" " $T "
	run -0 as_games patctl show --user=news "$T"
	expect "$output" "User:     news"
	# Where it was used from is for its owner and root.
	[ "$(as_games patctl show --user=news --json "$T" | json '[0]["used_from"]')" = None ]
}

@test "what polkit refuses: exit 5, and who may do it" {
	run --separate-stderr as_games patctl generate "no $T"
	expect_status 5
	[ "$output" = "" ]
	expect_stderr "ask an administrator, or try as root"
}

@test "a password is needed, and there is no terminal: exit 5, and to take one" {
	run --separate-stderr as_games patctl generate "$T" </dev/null
	expect_status 5
	[ "$output" = "" ]
	expect_stderr "run patctl on a terminal, or ask an administrator"
	run --separate-stderr as_games patctl list --all </dev/null
	expect_status 5
	expect_stderr "run patctl on a terminal"
	patctl generate -q "$T" --user=games >/dev/null
	as_games patctl revoke -q "$T"
	run --separate-stderr as_games patctl restore --json "$T" </dev/null
	expect_status 5
	[ "$(json '[0]["error"]' <<<"$output")" = denied ]
}

@test "--no-ask-password: exit 5, and that it is the reason" {
	run --separate-stderr as_games patctl generate --no-ask-password "$T"
	expect_status 5
	expect_stderr "without --no-ask-password"
	run -5 on_terminal "setpriv --reuid=games --regid=games --clear-groups \
		patctl generate --no-ask-password $T"
	expect "$output" "without --no-ask-password"
}

@test "--no-ask-password does not hinder what takes none" {
	run -0 as_games patctl generate --no-ask-password -q "yes $T"
	run -0 as_games patctl list --no-ask-password
	run -0 patctl generate --no-ask-password -q "$T"
}

@test "on a terminal an agent is there for the password, and gone afterwards" {
	run -5 traced "patctl generate '$T'"
	cd "$BATS_TEST_TMPDIR"
	grep -q 'execve("/usr/bin/pkttyagent"' trace
	grep -q 'killed by SIGTERM' trace
	# The last to end is patctl, which waited for the agent.
	[[ $(tail -n 1 trace) == *"exited with 5"* ]]
}

@test "no agent is started for what takes no password" {
	run -0 traced "patctl generate -q 'yes $T'"
	run ! grep pkttyagent "$BATS_TEST_TMPDIR/trace"
	run -0 traced "patctl revoke 'yes $T'"
	run ! grep pkttyagent "$BATS_TEST_TMPDIR/trace"
}
