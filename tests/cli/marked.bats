#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the language "marked", see cli.mk, every line that was translated begins with a mark.  What has
# none was forgotten.

load cli
load translated

setup_file() {
	translated_world de_DE
}

teardown_file() {
	patd_world_end
}

# all_marked TEXT: each line that has a letter, but for examples, which are commands
all_marked() {
	local line
	while IFS= read -r line; do
		[[ $line =~ ^\ \ ((sudo\ )?(TOKEN=.*)?patctl|printf|chmod|SUDO_ASKPASS=.*\ sudo)\  ]] && continue
		[[ $line =~ [a-zA-Z] ]] || continue
		[[ $line == *¤* ]] || fail "forgotten: $line"
	done <<<"$1"
}

@test "every line of help is marked for translation" {
	for verb in "" list generate show revoke restore rotate set rename delete check log requests \
		approve deny askpass disable enable fleet policy status doctor backup restore-backup help complete; do
		# shellcheck disable=SC2086 # none is no word
		run -0 marked patctl help $verb
		all_marked "$output"
	done
}

@test "headings, labels, states and events are marked for translation" {
	patctl generate -q "$T" --user=games --hours="Mon..Sun 00:00-24:00" >/dev/null
	run -0 marked patctl list --user=games
	for word in ID NAME USER STATE CREATED EXPIRES USAGE active "Not used"; do
		expect "$output" "¤$word"
	done
	run -0 marked patctl show --user=games "$T"
	all_marked "$output"
	run -0 marked patctl policy
	expect "${lines[0]}" "¤SETTING"
	run -0 marked patctl log --user=games "$T"
	all_marked "$output"
}

@test "findings of doctor are marked for translation" {
	run marked patctl doctor
	all_marked "$output"
	run marked patctl doctor --root="$WORLD"
	all_marked "$output"
}

@test "confirmations and errors are marked for translation" {
	patctl generate -q "$T" >/dev/null
	for call in "revoke $T" "restore $T" "rename $T $T-2" "delete $T-2 --yes" "show none" \
		"generate" "generate $T-2" "generate a --expires=nonsense" "generate a --from=nonsense" \
		"generate a --hours=nonsense" "generate a --service=/" "list --sort=nonsense" \
		"list --state=nonsense" "log --lines=x" "log --event=x" "log --since=@x" \
		"log -f -r" "revoke x --for=0" "frobnicate" \
		"list x" "list --user=a --all" "check" "disable nobody-there" "disable games" \
		"disable" "enable games" "backup /nonexistent/file" "restore-backup /nonexistent" \
		"rotate none" "list --host=-"; do
		# shellcheck disable=SC2086 # words are meant
		run marked patctl $call </dev/null
		[ "$output" != "" ] || fail "$call says nothing"
		all_marked "$output"
	done
}
