#!/usr/bin/env bats
# Whether a token would open the door, without its use.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "a token that would be accepted: exit 0, and whose it is" {
	token=$(patctl generate -q "$T" --user=games)
	run -0 patctl check <<<"$token"
	[ "$output" = "$T (${token:4:10}) of user games: accepted" ]
	run -0 as_games patctl check <<<"$token"
	run -0 patctl check -q <<<"$token"
	[ "$output" = "" ]
}

@test "a file without a newline at its end will do" {
	token=$(patctl generate -q "$T")
	printf %s "$token" >"$BATS_TEST_TMPDIR/token"
	run -0 patctl check <"$BATS_TEST_TMPDIR/token"
}

@test "it is no use, and no entry of the history" {
	token=$(patctl generate -q "$T" --max-uses=1)
	patctl check -q <<<"$token"
	patctl check -q <<<"$token"
	use "$token" root 0
	run -0 patctl log "$T"
	[ "${#lines[@]}" -eq 2 ]
}

@test "every reason is told: exit 1" {
	token=$(patctl generate -q "$T" --service=sudo --from=192.0.2.0/24 --not-before=2h)
	patctl revoke -q "$T"
	run --separate-stderr patctl check --service=sshd --from=198.51.100.1 <<<"$token"
	expect_status 1
	expect_no_stderr
	expect "${lines[0]}" ": refused"
	expect "$output" "it is revoked"
	expect "$output" "it does not work yet"
	expect "$output" "it is not good for that service"
	expect "$output" "it is not good for a login from there"
}

@test "restrictions count only if the login is told" {
	token=$(patctl generate -q "$T" --service=sudo --from=192.0.2.0/24)
	run -0 patctl check <<<"$token"
	run -0 patctl check --service=sudo --from=192.0.2.7 <<<"$token"
	run -1 patctl check --service=sshd <<<"$token"
	run -1 patctl check --from=local <<<"$token"
}

@test "a secret that was replaced" {
	token=$(patctl generate -q "$T")
	patctl rotate -q "$T" --grace=none >/dev/null
	run -1 patctl check <<<"$token"
	expect "$output" "it was replaced"
}

@test "--json" {
	token=$(patctl generate -q "$T")
	run -0 patctl check --json <<<"$token"
	[ "$(json '["name"]' <<<"$output")" = "$T" ]
	[ "$(json '["accepted"]' <<<"$output")" = True ]
	[ "$(json '["refusals"]' <<<"$output")" = "[]" ]
	patctl revoke -q "$T"
	run -1 patctl check --json <<<"$token"
	[ "$(json '["refusals"]' <<<"$output")" = "['revoked']" ]
}

@test "what is no token: exit 2; one that is not there, or another's: exit 4" {
	token=$(patctl generate -q "$T")
	run -2 patctl check </dev/null
	run -2 patctl check <<<password
	run -2 patctl check <<<"${token%?}"
	run -4 as_games patctl check <<<"$token"
	patctl revoke -q "$T"
	patctl delete -qy "$T"
	run --separate-stderr patctl check <<<"$token"
	expect_status 4
	expect_not_stderr "${token:15}"
}

@test "a token as an operand of any verb is refused, and not shown again" {
	token=$(patctl generate -q "$T")
	for verb in check show revoke "" generate; do
		# shellcheck disable=SC2086 # words are meant
		run patctl $verb "$token"
		[ "$status" -eq 2 ]
		expect "$output" "patctl rotate --grace=none ${token:4:10}"
		expect "$output" "history of the shell"
		expect_not "$output" "${token:15}"
	done
	run -0 patctl show "$T"
}

@test "on a terminal nothing is shown of what is typed, and the echo is back" {
	token=$(patctl generate -q "$T")
	run -0 on_terminal "patctl check && stty -a" < <(
		sleep 1
		printf '%s\n' "$token"
	)
	expect "$output" "Token: "
	expect "$output" "accepted"
	expect_not "$output" "${token:15}"
	expect "$output" " echo "
}

@test "Ctrl-C brings the echo back" {
	run on_terminal "trap : INT; patctl check; stty -a" < <(
		sleep 1
		printf '\003'
		sleep 1
	)
	expect "$output" " echo "
}

@test "the token goes to patd in a memfd, and through no argument" {
	token=$(patctl generate -q "$T")
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -e trace=openat,execve,write,sendmsg,fcntl -s 200 \
		-o "$BATS_TEST_TMPDIR/trace" patctl check -q <<<"$token"
	run -0 grep "${token:15}" "$BATS_TEST_TMPDIR/trace"
	[ "${#lines[@]}" -eq 1 ]
	expect_not "$output" "write(1,"
	run -0 grep F_ADD_SEALS "$BATS_TEST_TMPDIR/trace"
	expect "$output" "F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE"
}
