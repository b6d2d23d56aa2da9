#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual says what the code does, all of it and nothing else, and its examples are right.

# shellcheck disable=SC2030,SC2031 # run assigns them
load cli
load page

VERBS="list generate show revoke restore rotate set rename delete check log sessions requests approve deny askpass disable enable fleet policy status doctor backup restore-backup help"
# What the synopsis of patctl(1) leaves out.
COMMON="-u -a --output= -o --host= -H --json --quiet -q --no-ask-password --no-legend --no-pager --help -h"

setup() {
	PATH=$BUILD/patctl:$PATH
}

teardown() {
	[ -z "${WORLD:-}" ] || patd_world_end
}

# same WHAT-IS WHAT-IS-WRITTEN: lists of lines
same() {
	diff --unified=0 --label code <(sort -u <<<"$1") --label manual <(sort -u <<<"$2")
}

# options_of VERB: as its help has them
options_of() {
	patctl help "$1" | sed '1,/^Options:$/d' | grep -oE '^ +(-[A-Za-z], )?--[a-z-]+=?' | option_names
}

@test "the verbs of patctl are in patctl(1), and no others" {
	run -0 patctl help
	# What is for the shell's completion alone stands in the manual only.
	written=$(terms patctl.1 COMMANDS | cut -d ' ' -f 1 | grep -vx complete)
	same "$(sed -n '/^Verbs:$/,/^$/s/^  \([a-z-]*\) .*/\1/p' <<<"$output")" "$written"
	same "$(tr ' ' '\n' <<<"$VERBS")" "$written"
}

@test "the options of patctl are in patctl(1), and no others" {
	known=$(for verb in $VERBS; do options_of "$verb"; done; echo --version; echo -V)
	same "$known" "$({ terms patctl.1 OPTIONS; terms patctl.1 RESTRICTIONS; } | option_names)"
}

# synopsis VERB: the options that patctl(1) gives it
synopsis() {
	section patctl.1 SYNOPSIS | tr '\n' ' ' | sed 's/\.br/\n/g' | awk -v verb="$1" '
		{
			gsub(/[][]/, "")
			for (i = 1; i <= NF && $i !~ /^-/; i++)
				if ($i == verb) { print; next }
		}' | option_names
}

@test "the synopsis gives each verb the options that it takes" {
	for verb in $VERBS; do
		common=$(tr ' ' '\n' <<<"$COMMON")
		# Where there is a letter, it stands for the long form.
		letters=$(patctl help "$verb" | sed -n 's/^ *-[A-Za-z], \(--[a-z-]*=\{0,1\}\).*/\1/p')
		wanted=$(options_of "$verb" | grep -vxFe "$common" | { grep -vxFe "$letters" || :; })
		written=$(synopsis "$verb" | { grep -vxFe "$letters" || :; })
		same "$wanted" "$written" || fail "of $verb"
	done
}

# daemon_options PROGRAM PAGE: those that --help names are those of the page
daemon_options() {
	run -0 "$1" --help
	same "$(grep -oE '^  --[a-z-]+=?.*' <<<"$output" | sed 's/  \+[^-].*//' | option_names)" \
		"$(terms "$2" OPTIONS | option_names)"
	same "$(sed '/^Under systemd/,$d' <<<"$output" | option_names)" "$(section "$2" SYNOPSIS | option_names;
		printf '%s\n' --help --version)"
}

@test "the options of patd are in patd(8), and no others" {
	daemon_options "$BUILD/patd/patd" patd.8
}

@test "the options of patd-bus are in patd-bus(8), and no others" {
	daemon_options "$BUILD/front/patd-bus" patd-bus.8
}

@test "the options of pam_pat are in pam_pat(8), and no others" {
	same "$(sed -n '/^} known\[\]/,/^};/s/.*{ "\([a-z_]*=\{0,1\}\)".*/\1/p' "$TOP/common/module_option.c")" \
		"$(terms pam_pat.8 OPTIONS | grep -oE '^[a-z_]+=?')"
}

# keys SECTION: of patd.conf, as patd has them
keys() {
	mkdir -p "$BATS_TEST_TMPDIR/etc"
	printf '[%s]\nno_such_key = 1\n' "$1" >"$BATS_TEST_TMPDIR/etc/patd.conf"
	"$BUILD/patd/patd" --check-config --config-dir="$BATS_TEST_TMPDIR/etc" 2>&1 |
		sed -n 's/.* has no key "no_such_key"; it has //p' | sed 's/, /\n/g'
}

@test "the sections and keys of patd.conf are in patd.conf(5), and no others" {
	chmod 0755 "$BATS_TEST_TMPDIR"
	umask 022
	mkdir "$BATS_TEST_TMPDIR/etc"
	echo '[no-such-section]' >"$BATS_TEST_TMPDIR/etc/patd.conf"
	run -1 "$BUILD/patd/patd" --check-config --config-dir="$BATS_TEST_TMPDIR/etc"
	same "$(grep -o '\[[^]]*\]' <<<"$output" | grep -vxF '[no-such-section]')" \
		"$(sections patd.conf.5 | grep '^\[')"
	for name in tokens history storage; do
		[ -n "$(keys $name)" ]
		same "$(keys $name)" "$(terms patd.conf.5 "\[$name\]")"
	done
	same "$(keys 'verifier games')" "$(terms patd.conf.5 '\[verifier USER\]')"
}

@test "the defaults of patd.conf are those in patd.conf(5), and in the file that is installed" {
	patd_world
	run -0 patctl policy --no-legend
	while read -r key value _; do
		section=${key%%.*} key=${key#*.}
		written=$(section patd.conf.5 "\[$section\]" | awk -v key="$key" '
			/^\.RS 4$/ && last == key { found = 1 }
			found { print; if (/^\.RE$/) exit }
			{ last = $0 }' | tr '\n' ' ' | grep -oP 'Default: \K[^ ]*[^ ,.]')
		[ "$written" = "$value" ] || fail "patd.conf(5) has $written for $key, not $value"
		sed -n "/^\[$section\]/,/^\[/p" "$TOP/patd/patd.conf" | grep -qxF "#$key = $value" ||
			fail "no $key = $value in patd.conf"
	done <<<"$output"
	[ "$(grep -c '^#[a-z_]* = ' "$TOP/patd/patd.conf")" -eq "${#lines[@]}" ]
}

# here TEXT: with users that are here, and a patd that is not installed
here() {
	sed -e "s|/tmp/|$WORLD/example/|g; s|/usr/libexec/patd-bus|$BUILD/front/patd-bus|g" \
		-e "s|/usr/libexec/patd |$BUILD/patd/patd |g" \
		-e 's/\balice\b/games/g; s/\[verifier postgres\]/[verifier games]/' <<<"$1"
}

# ids: with every id as ID
ids() {
	sed -E 's/\([0-9A-Za-z]{10}\)/(ID)/g' <<<"$1"
}

# does COMMAND OUTPUT [AS...]: it is run, and says so, if there is any
does() {
	[ -n "$1" ] || return 0
	run "${@:3}" bash -euo pipefail -c "$(here "$1")" </dev/null
	[ "$status" -eq 0 ] || fail "$1: status $status: $output"
	[ "$2" = "" ] || [ "$(ids "$output")" = "$(ids "$(here "$2")")" ] || fail "$1: $output"
}

# session FILE [AS...]: commands after "$ ", run by AS, or after "# ", which all succeed, and what they
# print
session() {
	local line command='' output='' as=()
	while IFS= read -r line; do
		case $line in
		['$#']' '*)
			does "$command" "$output" "${as[@]}"
			as=()
			[[ $line = '#'* ]] || as=("${@:2}")
			command=${line#* } output=''
			;;
		*)
			if [[ $command = *\\ ]]; then
				command+=$'\n'$line
			else
				output+=${output:+$'\n'}$line
			fi
			;;
		esac
	done <"$1"
	does "$command" "$output" "${as[@]}"
}

@test "the examples of patctl(1) do what it says" {
	patd_world
	patctl generate -q laptop >/dev/null
	blocks patctl.1 EXAMPLES "$WORLD/examples"
	for file in "$WORLD"/examples/*; do
		# It has no end.
		sed -i 's/ --follow$//' "$file"
		session "$file"
	done
	[ "$(find "$WORLD/examples" -type f | wc -l)" -gt 6 ]
}

@test "the examples of pat(7) do what it says" {
	patd_world
	blocks pat.7 EXAMPLES "$WORLD/examples"
	for file in "$WORLD"/examples/*; do
		# In the booted system.
		sed -i '/^\$ sudo id$/d' "$file"
		session "$file" as_games
	done
	[ "$(find "$WORLD/examples" -type f | wc -l)" -gt 4 ]
}

@test "the examples of patd.conf(5) are good configurations" {
	patd_world
	umask 022
	mkdir "$WORLD/etc"
	blocks patd.conf.5 EXAMPLES "$WORLD/examples"
	for file in "$WORLD"/examples/*; do
		if grep -q '^\[' "$file"; then
			here "$(cat "$file")" >"$WORLD/etc/patd.conf"
			run -0 "$BUILD/patd/patd" --check-config --config-dir="$WORLD/etc"
			continue
		fi
		patd_stop
		patd_start
		does "$(cat "$file")" ""
		expect "$output" "$WORLD/etc/patd.conf"
	done
	[ "$(find "$WORLD/examples" -type f | wc -l)" -gt 3 ]
}

@test "patd starts as in the example of patd(8)" {
	patd_world
	mkdir -m 0700 "$WORLD/example"
	blocks patd.8 EXAMPLES "$WORLD/examples"
	{
		here "$(cat "$WORLD/examples/1")"
		echo "gdbus wait --system --timeout=30 org.patd.Tokens1"
		here "$(cat "$WORLD/examples/2")"
		# shellcheck disable=SC2016 # of the script
		echo 'kill $(jobs -p); wait'
	} | sed 's/--fork/& --print-pid=5/' >"$WORLD/example/script"
	run env DBUS_SYSTEM_BUS_ADDRESS="unix:path=$WORLD/example/bus" \
		timeout 60 bash -euo pipefail "$WORLD/example/script" 5>"$WORLD/example/pid"
	kill "$(cat "$WORLD/example/pid")"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -e "$WORLD/example/state/patd.db" ]
}

@test "the examples of org.patd.Tokens1(5) do what it says" {
	patd_world
	patctl generate -q mine >/dev/null
	id=$(id_of mine)
	blocks org.patd.Tokens1.5 EXAMPLES "$WORLD/examples"
	for file in "$WORLD"/examples/*; do
		# It has no end.
		! grep -q '^busctl monitor' "$file" || continue
		does "$(sed "s/CL48DsYXGA/$id/" "$file")" ""
	done
	expect "$(patctl show mine)" revoked
}

@test "the expression of pat(7) finds tokens of both lengths and nothing shorter or longer" {
	local expression token text
	patd_world
	blocks pat.7 DESCRIPTION "$WORLD/blocks"
	expression=$(grep -hF 'pat_[' "$WORLD"/blocks/*)
	token=$(patctl generate -q scanned 2>/dev/null)
	for text in "$token" "password=$token;" "https://u:$token@example.com" "${token%?}A0b1C" \
		pat_DqCrr7fvRK_ShU1d1mCR1l0iXWEiUtSaPVAjxNgkc4lQdiE48wSOBt3JEaNg; do
		grep -qE -- "$expression" <<<"$text"
		grep -qP -- "$expression" <<<"$text"
		python3 -c 'import re, sys; sys.exit(not re.search(*sys.argv[1:]))' "$expression" "$text"
	done
	for text in "${token%?}" "${token}x" "${token}xyz" "${token}uvwxyz" "x$token" "PAT${token#pat}"; do
		run ! grep -qE -- "$expression" <<<"$text"
	done
	# The checksum that it describes.
	python3 -c 'import string, sys, zlib
crc = zlib.crc32(sys.argv[1][:-6].encode())
digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
text = "".join(digits[crc // 62**n % 62] for n in range(5, -1, -1))
sys.exit(text != sys.argv[1][-6:])' "$token"
}

@test "every page leads to pat(7), and pat(7) to every page" {
	local page name
	for page in "$BUILD"/man/*.[1-8]; do
		name=$(basename "$page")
		[ "$name" != pat.7 ] || continue
		expect "$(section "$name" 'SEE ALSO')" "pat(7)"
		expect "$(section pat.7 'SEE ALSO')" "${name%.*}(${name##*.})"
	done
}
