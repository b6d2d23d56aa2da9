#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl policy.

load shared_patd

@test "policy prints each setting with its value and source" {
	run -0 as_games patctl policy
	[[ ${lines[0]} =~ ^SETTING\ +VALUE\ +FROM$ ]]
	[[ $output =~ tokens\.default_lifetime\ +30d?.*\ default ]]
	expect "$output" "tokens.max_lifetime"
	expect "$output" "history.keep"
	expect "$output" "storage.usage_sync"
	run -0 patctl policy --no-legend
	expect_not "$output" SETTING
}

@test "policy --json prints an array of key, value and source" {
	run -0 patctl policy --json
	[ "$(json '[0]["source"]' <<<"$output")" = default ]
	expect "$(json '' <<<"$output")" "'key': 'tokens.deny_locked', 'value': 'no'"
}

@test "policy with an operand exits 2" {
	run -2 patctl policy tokens
}
