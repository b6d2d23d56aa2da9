#!/usr/bin/env bats
# The settings in force.

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}

@test "every setting with its value and where it is from" {
	run -0 as_games patctl policy
	[[ ${lines[0]} =~ ^SETTING\ +VALUE\ +FROM$ ]]
	[[ $output =~ tokens\.default_lifetime\ +30d?.*\ default ]]
	expect "$output" "tokens.max_lifetime"
	expect "$output" "history.keep"
	expect "$output" "storage.usage_sync"
	run -0 patctl policy --no-legend
	expect_not "$output" SETTING
}

@test "--json is an array of key, value and source" {
	run -0 patctl policy --json
	[ "$(json '[0]["source"]' <<<"$output")" = default ]
	expect "$(json '' <<<"$output")" "'key': 'tokens.deny_locked', 'value': 'no'"
}

@test "it takes no operand: exit 2" {
	run -2 patctl policy tokens
}
