# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers of the story: steps, commands on a terminal, and checks.
#
#     step "What this step shows, in one line."
#     run '$ sudo id' 'password for demo: ' @token
#     expect_success
#     expect_output 'uid=0(root)'
#
# run prints the command after the prompt of root (#) or of demo ($), runs it on a terminal, and
# prints its output.  A check that fails ends the story.
# shellcheck shell=bash disable=SC2034

started=$EPOCHREALTIME
steps=0
title='before the first'
command=none
output=/demo/output
status=0
columns=$(stty size 2>/dev/null <&1 | cut -d ' ' -f 2) || true
[ "${columns:-0}" -gt 0 ] || columns=100

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	export DIM=$'\e[2m' PLAIN=$'\e[0m'
	bold=$'\e[1m' red=$'\e[1;31m' green=$'\e[1;32m'
	colour=("TERM=$TERM")
else
	export DIM='' PLAIN=''
	bold='' red='' green=''
	colour=(TERM=dumb NO_COLOR=1)
fi

step() {
	steps=$((steps + 1))
	title=$1
	printf '\n%s%d. %s%s\n' "$bold" "$steps" "$title" "$PLAIN"
}

show() {
	command=$1
	printf '%s%s%s%s\n' "$green" "${command:0:1}" "$PLAIN$bold" "${command:1}$PLAIN"
}

# run PROMPT-AND-COMMAND [PROMPT ANSWER]...: see type
run() {
	local as=(env -i -C /root HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin)

	show "$1"
	if [ "${1:0:1}" = '$' ]; then
		as=(setpriv --reuid=demo --regid=demo --init-groups --reset-env env -C /home/demo)
	fi
	status=0
	# Nobody is there to leave a pager.
	/demo/type "$columns" "${@:2}" -- "${as[@]}" "${colour[@]}" LANG=C.UTF-8 PATCTL_PAGER= \
		bash -c "${1:2}" | sed -u 's/\r//g' | tee "$output" || status=$?
}

expect_success() {
	[ "$status" -eq 0 ] || fail "it should have succeeded, and returned $status"
}

expect_failure() {
	[ "$status" -ne 0 ] || fail "it should have failed, and succeeded"
}

expect_output() {
	grep -qF -- "$1" "$output" || fail "its output lacks: $1"
}

expect_no_output() {
	! grep -qF -- "$1" "$output" || fail "its output has: $1"
}

fail() {
	local log

	printf '\n%sStep %d (%s) did not behave: %s%s\n' "$red" "$steps" "$title" "$1" "$PLAIN"
	printf 'The command: %s\n' "$command"
	for log in /var/log/*.log; do
		printf '\n--- %s\n' "$log"
		tail -n 20 "$log"
	done
	exit 1
} >&2
