#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The picture of the README, made by doc/picture, matches the output of patctl.

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

	for verb in revoke restore; do
		shows "^# patctl $verb laptop --user=demo"
		run -0 patctl "$verb" laptop
		shows "^laptop \(.{10}\): ${output#*: }$"
	done
	[ "$(patctl list | head -n 1 | tr -s ' ')" = "$(grep -E '^ID +NAME' <<<"$SHOWN" | tr -s ' ')" ]
}
