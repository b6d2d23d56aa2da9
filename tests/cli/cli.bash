# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers of the cli tests, which run patctl against a real patd.
# shellcheck shell=bash disable=SC2154 # run assigns status, output and stderr

bats_require_minimum_version 1.5.0
load ../lib/patd

# Whoever runs the tests by sudo is not whom patctl speaks of.
unset SUDO_USER DOAS_USER

CLI=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Each test has its own token names, so that the tests of a file can share a patd.
setup() {
	export T=t-$BATS_TEST_NUMBER
}

as_games() {
	setpriv --reuid=games --regid=games --clear-groups "$@"
}

# token_services SERVICE...: services for with_pam that ask for a token
token_services() {
	mkdir -p "$WORLD/pam.d"
	echo 'auth sufficient pam_pat.so' >"$WORLD/pam.d/common-auth"
	for service in "$@"; do
		echo '@include common-auth' >"$WORLD/pam.d/$service"
	done
}

# with_nss VARIABLE=VALUE... COMMAND...: see nss.c
with_nss() {
	env LD_PRELOAD="$(asan_preload) $BUILD/tests/cli/nss.so" "$@"
}

# on_terminal COMMAND [LOG]: runs a shell command on a terminal of ON_COLS (120) columns, of type ON_TERM
# (xterm-256color), with the pager ON_PAGER (none).  Its input comes from standard input; at the end of that the terminal sends ^D.
# LOG: a file that has at once what the terminal shows.
on_terminal() {
	TERM=${ON_TERM-xterm-256color} PATCTL_PAGER=${ON_PAGER-} script -qfec "stty cols ${ON_COLS-120}; $1" "${2-/dev/null}" | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

# json PATH: that part of the JSON document on standard input, in Python's syntax: json '[0]["id"]'
json() {
	/usr/bin/python3 -c "import json, sys; print(json.load(sys.stdin)$1)"
}

# field KEY [ARGUMENT...]: of the token $T, or of that which patctl show finds with the arguments
field() {
	if [ $# -eq 1 ]; then
		set -- "$1" "$T"
	fi
	patctl show --json "${@:2}" | json "[0][\"$1\"]"
}

id_of() {
	field id "$@"
}

# names [OPTION...]: the names of the tokens of patctl list, in order
names() {
	patctl list --json "$@" | /usr/bin/python3 -c \
		'import json, sys; print(*(t["name"] for t in json.load(sys.stdin)))'
}

# expect_… check the last `run --separate-stderr`.
expect_status() {
	[ "$status" -eq "$1" ] || fail "status $status, not $1: $output / $stderr"
}

expect_stderr() {
	expect "$stderr" "$1"
}

# expect_stderr_line REGEX: it matches a whole line
expect_stderr_line() {
	grep -qxE -- "$1" <<<"$stderr" || fail "no line '$1' in: $stderr"
}

expect_not_stderr() {
	expect_not "$stderr" "$1"
}

expect_no_stderr() {
	[ "$stderr" = "" ] || fail "on standard error: $stderr"
}

# expect TEXT PART
expect() {
	[[ $1 == *"$2"* ]] || fail "no '$2' in: $1"
}

expect_not() {
	[[ $1 != *"$2"* ]] || fail "'$2' in: $1"
}

fail() {
	printf '%s\n' "$1" >&2
	return 1
}

# expect_from_now SECONDS TIME: TIME is so many seconds from now, less the duration of the test
expect_from_now() {
	local left=$(($2 - $(date +%s)))
	((left <= $1 && left > $1 - 60)) || fail "$left seconds left, not $1"
}

# expect_secret_written_once ARGUMENT...: patctl writes a token to standard output, and has its secret
# in no other system call
expect_secret_written_once() {
	local trace=$BATS_TEST_TMPDIR/trace
	# Both LeakSanitizer and strace would trace patctl, which only one can.
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -s 200 -o "$trace" \
		-e trace=openat,execve,write,writev,sendto,sendmsg patctl "$@"
	run -0 grep "${output:15}" "$trace"
	[ "$(wc -l <<<"$output")" -eq 1 ]
	expect "$output" "write(1, "
}

# login TOKEN USER UID [SERVICE [RHOST [TTY]]]: verifies the token as the PAM module does
login() {
	/usr/bin/python3 "$CLI/login.py" "$WORLD/run/root.sock" "$@"
}

# follow OPTION...: starts patctl log --follow; its output goes to $LOG_OUTPUT.  teardown() ends it.
follow() {
	LOG_OUTPUT=$BATS_TEST_TMPDIR/followed
	patctl log --follow "$@" >"$LOG_OUTPUT" 2>&1 3>&- &
	LOG_PID=$!
}

# wait_for TEXT FILE [LINES]: waits, a minute at most, until that many lines (1) have the text
wait_for() {
	# shellcheck disable=SC2016 # for the inner shell
	timeout 60 bash -c 'until [ "$(grep -ac "$1" "$2")" -ge "$3" ]; do sleep 0.05; done' - \
		"$1" "$2" "${3:-1}"
}

# fake_patd PAGE...: starts fake_patd.py with these pages.  teardown() ends it.
fake_patd() {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	/usr/bin/python3 "$CLI/fake_patd.py" "$@" >"$BATS_TEST_TMPDIR/ready" 3>&- &
	FAKE_PATD=$!
	read -r _ <"$BATS_TEST_TMPDIR/ready"
}

# A file with a teardown() of its own must neither follow nor have a fake patd.
teardown() {
	local pid
	for pid in ${LOG_PID:-} ${FAKE_PATD:-}; do
		process_end TERM "$pid"
	done
}
