#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Expired tokens, and states of tokens after a restart of patd.

load cli

setup() {
	patd_world
}

teardown() {
	patd_world_end
}

@test "an expired token is refused and has state expired" {
	token=$(patctl generate -q ci --expires=30d)
	login "$token" root 0
	patd_restart_later 40
	run -1 login "$token" root 0
	run -0 patctl show ci
	expect "$output" "State:    expired"
	run -0 on_terminal "patctl list"
	expect "$output" $'\e[38;5;245mexpired\e[0m'
	run -0 patctl list --json
	[ "$(json '[0]["state"]' <<<"$output")" = expired ]
}

@test "an expired token can be revoked and then deleted" {
	patctl generate -q ci --expires=30d >/dev/null
	patd_restart_later 40
	run -1 patctl delete -y ci
	run -0 patctl revoke ci
	run -0 patctl delete -y ci
}

@test "a revoked expired token has state revoked and cannot be restored" {
	patctl generate -q ci >/dev/null
	patctl revoke -q ci
	patd_restart_later 40
	run -0 patctl show ci
	expect "$output" "State:    revoked"
	run -1 --separate-stderr patctl restore ci
	expect_stderr "expired"
}

@test "a token that never expires is accepted after 400 days" {
	token=$(patctl generate -q ci --expires=never)
	patd_restart_later 400
	login "$token" root 0
}

@test "a revoked token stays revoked after a kill of patd" {
	token=$(patctl generate -q ci)
	patctl revoke -q ci
	patd_stop KILL
	patd_start
	run -1 login "$token" root 0
	patctl restore -q ci
	login "$token" root 0
}
