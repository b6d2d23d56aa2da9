#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The README and its picture, made by doc/picture, match the output of patctl.

load shared_patd

setup_file() {
	patd_world
	SHOWN=$(/usr/bin/python3 -c 'import html, re, sys
text = sys.stdin.read()
text = re.sub("<[^>]*>", "", text[text.index("patd-matrix"):])
print(html.unescape(text).replace("\xa0", " "))' <"$BATS_TEST_DIRNAME/../../doc/terminal.svg")
	export SHOWN
}

# shows REGEX: the picture has such a line
shows() {
	grep -qE -- "$1" <<<"$SHOWN"
}

@test "generate, list, revoke and restore print what the picture shows" {
	run patctl generate laptop --expires='30 days'
	shows "# patctl generate laptop --user=demo --expires='30 days'"
	while IFS= read -r line; do
		[[ $line != Token\ * && $line != pat_* && -n $line ]] || continue
		grep -qxF -- "$line" <<<"$SHOWN"
	done <<<"$output"
	grep -qE '^Token laptop \(.{10}\) of user .* expires .* \(in 30 days\)\.$' <<<"$output"
	shows '^Token laptop \(.{10}\) of user .* expires .* \(in 30 days\)\.'
	shows '^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45} *$'

	for verb in revoke restore; do
		shows "^# patctl $verb laptop --user=demo"
		run -0 patctl "$verb" laptop
		shows "^laptop \(.{10}\): ${output#*: }$"
	done
	[ "$(patctl list | head -n 1 | tr -s ' ')" = "$(grep -E '^ID +NAME' <<<"$SHOWN" | tr -s ' ' | sort -u)" ]
}

# What the README shows, whatever the id, the token and the time.
readme() {
	awk '/^```$/ { inside = !inside; next } inside' "$BATS_TEST_DIRNAME/../../README.md" | general
}

general() {
	sed -E 's/pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}/TOKEN/; s/\([0-9A-Za-z]{10}\)/(ID)/
		s/[0-9]{4}-[0-9-]+ [0-9:]+ [A-Z]+/TIME/; s/ user [a-z]+ / user USER /'
}

@test "generate and revoke print what the README shows" {
	run patctl generate "laptop" --user=games --expires='30 days'
	[ -n "$output" ]
	while IFS= read -r line; do
		readme | grep -qxF -- "$line"
	done < <(general <<<"$output")
	readme | grep -qx TOKEN
	run -0 patctl revoke laptop --user=games
	readme | grep -qxF -- "$(general <<<"$output")"
}
