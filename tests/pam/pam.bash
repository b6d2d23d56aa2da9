# What the files of this tier share.  After patd_world (tests/lib/patd.bash):
#
#   stack NAME <LINES     a service for `drive`; @pat@ in it is our module on patd's root.sock
#   drive … (see drive.c) authenticates; its standard input is what the person types
#   typed TEXT… -- COMMAND  the same with the answers as arguments
#   peer …                a fake patd, see peer.c
# shellcheck shell=bash disable=SC2034,SC2154 # what goes to and comes from a bats file

load ../lib/patd

MODULE=$BUILD/pam_pat/pam_pat.so
TOOLS=$BUILD/tests/pam

# Users that every Debian has, and that have no password.
OWNER=daemon
STRANGE_USER=bin

# Only an upper bound on time, and a generous one: that it ends at all.
TOO_LONG=60

# Well-formed, and nobody's.
STRANGER=pat_Example123_ThisIsNoSecretButHasTheShapeOfAToken00000001ihlxC

pam_world() {
	export BUILD
	patd_world
	# Copies: the build may stand where only root can go, as below /root.
	cp "$MODULE" "$TOOLS/drive" "$WORLD"
	mkdir "$WORLD/pam.d"
	stack other <<<'auth required pam_deny.so'
	stack pat <<<'auth required @pat@'
	stack peer <<<"auth required @module@ socket=$WORLD/peer.sock"
}

stack() {
	local module=$WORLD/pam_pat.so
	sed "s|@pat@|$module socket=$WORLD/run/root.sock|; s|@module@|$module|" >"$WORLD/pam.d/$1"
}

typed() {
	local answers=()
	while [ "$1" != -- ]; do
		answers+=("$1")
		shift
	done
	shift
	printf '%s\n' "${answers[@]}" | "$@"
}

# login TOKEN [drive's OPTION...]: as OWNER, to the stack of our module alone
login() {
	local token=$1
	shift
	typed "$token" -- "$TOOLS/drive" "$@" "$WORLD/pam.d" pat "$OWNER"
}

# peer [peer's OPTION...] MANNER [drive's OPTION...]: as OWNER, where a fake patd listens, to the
# stack $SERVICE or "peer"
peer() {
	local options=()
	while [[ $1 = -* ]]; do
		options+=("$1" "$2")
		shift 2
	done
	options+=("$WORLD/peer.sock" "$1")
	shift
	typed "$STRANGER" -- timeout "$TOO_LONG" "$TOOLS/peer" "${options[@]}" \
		"$TOOLS/drive" "$@" "$WORLD/pam.d" "${SERVICE:-peer}" "$OWNER"
}

# with_shadow COMMAND...: $WORLD/shadow is what it finds at /etc/shadow
with_shadow() {
	# shellcheck disable=SC2016 # for the inner shell to expand
	unshare --mount sh -c 'mount --bind "$0" /etc/shadow && exec "$@"' "$WORLD/shadow" "$@"
}

generate() {
	patctl generate -q "$@" 2>/dev/null
}

token_id() {
	cut -d_ -f2 <<<"$1"
}

# says LINE: among the lines of $output
says() {
	if ! grep -qxF -- "$1" <<<"$output"; then
		printf 'expected: %s\ngot:\n%s\n' "$1" "$output"
		return 1
	fi
}

silent_about() {
	if grep -qF -- "$1" <<<"$output"; then
		printf 'not expected: %s\ngot:\n%s\n' "$1" "$output"
		return 1
	fi
}

# preloaded LIBRARY... -- COMMAND: with the sanitiser's runtime first, where we are built with it
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
