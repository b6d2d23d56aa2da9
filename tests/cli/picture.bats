#!/usr/bin/env bats
# README's picture is of a real run (doc/picture); here, that patctl still says what it shows.

load cli

setup_file() {
	patd_world
	SHOWN=$(/usr/bin/python3 -c 'import html, re, sys
text = sys.stdin.read()
text = re.sub("<[^>]*>", "", text[text.index("patd-matrix"):])
print(html.unescape(text).replace("\xa0", " "))' <"$BATS_TEST_DIRNAME/../../doc/terminal.svg")
	export SHOWN
}

teardown_file() {
	patd_world_end
}

# shows TEXT: a line of the picture, ids and times apart
shows() {
	grep -qE -- "$1" <<<"$SHOWN"
}

@test "generate, list, revoke and restore say what the picture shows" {
	run patctl generate laptop --expires='30 days'
	shows "# patctl generate laptop --user=demo --expires='30 days'"
	while IFS= read -r line; do
		[[ $line != Token\ * && $line != pat_* && -n $line ]] || continue
		grep -qxF -- "$line" <<<"$SHOWN"
	done <<<"$output"
	grep -qE '^Token laptop \(.{10}\) of user .* expires .* \(in 30 days\)\.$' <<<"$output"
	shows '^Token laptop \(.{10}\) of user .* expires .* \(in 30 days\)\.'

	for verb in revoke restore; do
		shows "^# patctl $verb laptop"
		run patctl "$verb" laptop
		[ "$status" -eq 0 ]
		shows "^laptop \(.{10}\): ${output#*: }$"
	done
	[ "$(patctl list | head -n 1 | tr -s ' ')" = "$(grep -E '^ID +NAME' <<<"$SHOWN" | tr -s ' ')" ]
}
