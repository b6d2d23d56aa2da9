# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers of the pam tests, which run the module under the real libpam.  Beside tests/lib/patd.bash:
#
#   stack NAME <LINES       makes a service for `drive`; @pat@ is our module with patd's root.sock and
#                           time for a slow machine, @module@ our module without options
#   drive …                 authenticates, see drive.c; reads the answers from standard input
#   answered ANSWER… -- COMMAND  runs COMMAND with the answers on standard input
#   peer …                  authenticates with a fake patd, see peer.c
#
# A file that needs more than pam_world() defines its own setup_file() after `load pam`.
# shellcheck shell=bash disable=SC2034,SC2154 # variables that a bats file assigns or reads

load ../lib/patd

MODULE=$BUILD/pam_pat/pam_pat.so
TOOLS=$BUILD/tests/pam

# Users of every Debian system, without a password.
OWNER=daemon
OTHER_USER=bin

# Generous limits: a test fails only on a hang.
TIMEOUT_S=60
ANSWER_S=30 # for patd, or a fake one

# A well-formed token that does not exist.
UNKNOWN_TOKEN=pat_Example123_ThisIsNoSecretButHasTheShapeOfAToken0011UTAsv

pam_world() {
	export BUILD
	patd_world
	# Copies: the build directory may be accessible to root only.
	cp "$MODULE" "$TOOLS/drive" "$WORLD"
	mkdir "$WORLD/pam.d"
	stack other <<<'auth required pam_deny.so'
	stack pat <<<'auth required @pat@'
	stack peer <<<"auth required @module@ socket=$WORLD/peer.sock timeout=$ANSWER_S"
}

setup_file() {
	pam_world
}

teardown_file() {
	patd_world_end
}

stack() {
	local module=$WORLD/pam_pat.so
	sed "s|@pat@|$module socket=$WORLD/run/root.sock timeout=$ANSWER_S|; s|@module@|$module|" \
		>"$WORLD/pam.d/$1"
}

answered() {
	local answers=()
	while [ "$1" != -- ]; do
		answers+=("$1")
		shift
	done
	shift
	printf '%s\n' "${answers[@]}" | "$@"
}

# login TOKEN [drive's OPTION...]: authenticates OWNER by the service pat, with our module alone
login() {
	local token=$1
	shift
	answered "$token" -- "$TOOLS/drive" "$@" "$WORLD/pam.d" pat "$OWNER"
}

# peer [peer's OPTION...] MANNER [drive's OPTION...]: authenticates OWNER by service $SERVICE, or
# "peer", with a fake patd that behaves in that manner
peer() {
	local options=()
	while [[ $1 = -* ]]; do
		options+=("$1" "$2")
		shift 2
	done
	options+=("$WORLD/peer.sock" "$1")
	shift
	answered "$UNKNOWN_TOKEN" -- timeout "$TIMEOUT_S" "$TOOLS/peer" "${options[@]}" \
		"$TOOLS/drive" "$@" "$WORLD/pam.d" "${SERVICE:-peer}" "$OWNER"
}

# shadow_entry PASSWORD: that of OWNER
shadow_entry() {
	perl -e 'printf "%s:%s:19000::::::\n", $ARGV[0], crypt($ARGV[1], q($6$saltsalt$))' "$OWNER" "$1"
}

# with_shadow COMMAND...: runs it with $WORLD/shadow as /etc/shadow
with_shadow() {
	# shellcheck disable=SC2016 # for the inner shell to expand
	unshare --mount sh -c 'mount --bind "$0" /etc/shadow && exec "$@"' "$WORLD/shadow" "$@"
}

# passwd_entries LINE...: the users that libnss_wrapper.so, preloaded, provides from then on
passwd_entries() {
	printf '%s\n' "$@" >"$WORLD/passwd"
	: >"$WORLD/group"
	export NSS_WRAPPER_PASSWD=$WORLD/passwd NSS_WRAPPER_GROUP=$WORLD/group
}

generate() {
	patctl generate -q "$@" 2>/dev/null
}

token_id() {
	cut -d_ -f2 <<<"$1"
}

# expect_result CODE COMMAND...: runs COMMAND, such as login; authentication returns CODE
expect_result() {
	run "${@:2}"
	expect_line "authenticate: $1"
}

# expect_line LINE: $output has it
expect_line() {
	if ! grep -qxF -- "$1" <<<"$output"; then
		printf 'expected: %s\ngot:\n%s\n' "$1" "$output"
		return 1
	fi
}

# expect_without TEXT: $output does not have it
expect_without() {
	if grep -qF -- "$1" <<<"$output"; then
		printf 'not expected: %s\ngot:\n%s\n' "$1" "$output"
		return 1
	fi
}

# preloaded LIBRARY... -- COMMAND: with the runtime of the sanitisers first in a build with them
preloaded() {
	local libraries
	libraries=$(asan_preload)
	while [ "$1" != -- ]; do
		libraries+=${libraries:+:}$1
		shift
	done
	shift
	LD_PRELOAD=$libraries "$@"
}
