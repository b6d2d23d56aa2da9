# What the files of the cli tier share.  For bats files:
#
#     load cli
#     setup_file() { patd_world; }
#     teardown_file() { patd_world_end; }
#
# shellcheck shell=bash

bats_require_minimum_version 1.5.0
load ../lib/patd

CLI=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Each test has names of its own, so that a file's tests share one world.
setup() {
	export T=t$BATS_TEST_NUMBER
}

as_games() {
	setpriv --reuid=games --regid=games --clear-groups "$@"
}

# on_terminal COMMAND: a shell's command on a terminal of 120 columns, in colour unless it says
# otherwise.  What it is to read comes from standard input, whose end is the terminal's ^D.
on_terminal() {
	TERM=${ON_TERM-xterm-256color} script -qec "stty cols ${ON_COLS-120}; $1" /dev/null | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

id_of() {
	patctl show --json "$@" | json '[0]["id"]'
}

# json PATH: what Python finds in the document on standard input, as in: json '[0]["id"]'
json() {
	/usr/bin/python3 -c "import json, sys; print(json.load(sys.stdin)$1)"
}

# Of the last `run --separate-stderr`, which assigns status, output and stderr.
# shellcheck disable=SC2154
expect_status() {
	[ "$status" -eq "$1" ] || fail "status $status, not $1: $output / $stderr"
}

expect_stderr() {
	expect "$stderr" "$1"
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

# use TOKEN USER UID [SERVICE [RHOST [TTY]]]: logs in with it, as the PAM module does.
use() {
	/usr/bin/python3 "$CLI/use.py" "$WORLD/run/root.sock" "$@"
}
