#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What counts as a use of a token: pat(7), Uses.

load pam
load ../cli/page
bats_require_minimum_version 1.5.0

# phases SERVICE TOKEN PHASE...: a program that goes through these phases of PAM
phases() {
	PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR=$WORLD/pam.d preloaded libpam_wrapper.so -- \
		pamtester "$1" "$OWNER" "${@:3}" <<<"$2"
}

# uses TOKEN
uses() {
	patctl show --json --id "$(token_id "$1")" | jq '.[0].uses'
}

# the_line: the one that pat(7) has for a module of the account phase
the_line() {
	[ -d "$WORLD/blocks" ] || blocks pat.7 RESTRICTIONS "$WORLD/blocks"
	grep -h '^auth.*pam_access' "$WORLD"/blocks/*
}

# access FOR: who may log in, for pam_access
access() {
	printf '%s\n' "+:$1:ALL" '-:ALL:ALL' >"$WORLD/access.conf"
}

@test "limited uses: two verifications by one process in one moment are two uses" {
	token=$(generate twice --user="$OWNER" --max-uses=2)
	expect_result 'PAM_SUCCESS 2' login "$token" -n 2
	[ "$(uses "$token")" -eq 2 ]
	expect_result PAM_AUTH_ERR login "$token"
	token=$(generate once --user="$OWNER" --max-uses=1)
	run login "$token" -n 2
	[ "$(grep -c PAM_SUCCESS <<<"$output")" -eq 1 ]
	[ "$(uses "$token")" -eq 1 ]
	patctl log --all --json | jq -es --arg id "$(token_id "$token")" \
		'[.[] | select(.id == $id and .event == "refused" and .result == "exhausted")] | length == 1'
}

@test "a login that the account phase refuses has spent its use" {
	access somebody-else
	stack account <<-EOF
		auth required @pat@
		account required pam_access.so accessfile=$WORLD/access.conf
	EOF
	token=$(generate account --user="$OWNER" --max-uses=3)
	run -0 phases account "$token" authenticate
	run -1 phases account "$token" authenticate acct_mgmt
	expect_line 'pamtester: Permission denied'
	[ "$(uses "$token")" -eq 2 ]
	access "$OWNER"
	run -0 phases account "$token" authenticate acct_mgmt
	[ "$(uses "$token")" -eq 3 ]
}

@test "whom the line of pat(7) refuses before pam_pat spends no use" {
	access somebody-else
	stack access <<-EOF
		$(the_line) accessfile=$WORLD/access.conf
		auth required @pat@
		account required pam_access.so accessfile=$WORLD/access.conf
	EOF
	token=$(generate access --user="$OWNER" --max-uses=1)
	run -1 phases access "$token" authenticate acct_mgmt
	[ "$(uses "$token")" -eq 0 ]
	access "$OWNER"
	run -0 phases access "$token" authenticate acct_mgmt
	[ "$(uses "$token")" -eq 1 ]
}

@test "an account that has expired costs no use" {
	token=$(generate expired --user="$OWNER" --max-uses=1)
	printf '%s:*:19000:::::1:\n' "$OWNER" >"$WORLD/shadow"
	run with_shadow "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$token"
	expect_line 'authenticate: PAM_AUTH_ERR'
	[ "$(uses "$token")" -eq 0 ]
	printf '%s:*:19000::::::\n' "$OWNER" >"$WORLD/shadow"
	run with_shadow "$TOOLS/drive" "$WORLD/pam.d" pat "$OWNER" <<<"$token"
	expect_line 'authenticate: PAM_SUCCESS'
	[ "$(uses "$token")" -eq 1 ]
}
