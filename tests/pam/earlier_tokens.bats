#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tokens that earlier versions made, of 64 characters, work as those of today do, with the database
# and the backup of each set in tests/earlier.

load pam
bats_require_minimum_version 1.5.0

# Of a user of every Debian system, who is not disabled in the sets.
EARLIER_USER=games

# earlier_token SET CASE: the token with which the login of that name was tried
earlier_token() {
	python3 -c 'import json, sys
with open(sys.argv[1], encoding="utf-8") as logins:
    print(*(one["token"] for one in json.load(logins) if one["case"] == sys.argv[2]))' \
		"$TOP/tests/earlier/$1/expected/logins.json" "$2"
}

# the_sets: their names
the_sets() {
	find "$TOP/tests/earlier" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort
}

# begin_with SET: patd runs with its database
begin_with() {
	patd_stop
	rm -rf "$WORLD/state"
	mkdir -m 0700 "$WORLD/state"
	gzip -dc "$TOP/tests/earlier/$1/patd.db.gz" >"$WORLD/state/patd.db"
	install -m 0600 "$TOP/tests/earlier/$1/key" "$WORLD/state/key"
	chmod 0600 "$WORLD/state/patd.db"
	patd_start
}

# restore SET: patd runs with what its backup has
restore() {
	patd_stop
	rm -rf "$WORLD/state"
	mkdir -m 0700 "$WORLD/state"
	gzip -dc "$TOP/tests/earlier/$1/backup.gz" >"$WORLD/earlier.backup"
	"$BUILD/patd/patd" --restore-backup="$WORLD/earlier.backup" --state-dir="$WORLD/state"
	patd_start
}

# opens TOKEN, refuses TOKEN: the real module asks the real patd
opens() {
	run answered "$1" -- "$TOOLS/drive" "$WORLD/pam.d" pat "$EARLIER_USER"
	expect_line 'authenticate: PAM_SUCCESS'
}

refuses() {
	run answered "$1" -- "$TOOLS/drive" "$WORLD/pam.d" pat "$EARLIER_USER"
	expect_line 'authenticate: PAM_AUTH_ERR'
}

@test "a token of 64 characters opens with an earlier database, also between blanks" {
	for set in $(the_sets); do
		begin_with "$set"
		token=$(earlier_token "$set" 'a restored token')
		[ ${#token} -eq 64 ]
		opens "$token"
		opens "  $token"$'\r'
		refuses "$(earlier_token "$set" 'a revoked token')"
		# As a program cuts it that takes 63 characters, or 60.
		for cut in 63 60; do
			run answered "${token:0:cut}" -- "$TOOLS/drive" "$WORLD/pam.d" pat "$EARLIER_USER"
			expect_line 'authenticate: PAM_CRED_INSUFFICIENT'
		done
	done
}

@test "a token of 64 characters opens after its backup was restored" {
	for set in $(the_sets); do
		restore "$set"
		opens "$(earlier_token "$set" 'a restored token')"
		refuses "$(earlier_token "$set" 'an exhausted token')"
	done
}

@test "patctl checks, revokes and restores a token of 64 characters from standard input" {
	for set in $(the_sets); do
		begin_with "$set"
		token=$(earlier_token "$set" 'a restored token')
		run -0 answered "$token" -- with_pam patctl check --service=pat
		run -0 answered "$token" -- patctl revoke -
		refuses "$token"
		run -1 answered "$token" -- with_pam patctl check --service=pat
		run -0 answered "$token" -- patctl restore -
		opens "$token"
		run -2 patctl show "$token"
		[[ $output == *'an argument contains a token'* ]]
		expect_without "${token:15}"
	done
}

@test "rotate gives a token of 64 characters a secret of today's length" {
	for set in $(the_sets); do
		begin_with "$set"
		token=$(earlier_token "$set" 'a restored token')
		new=$(patctl rotate -q --id "$(token_id "$token")")
		[ ${#new} -eq 60 ]
		[ "$(token_id "$new")" = "$(token_id "$token")" ]
		opens "$token"
		opens "$new"
		refuses "$token"
	done
}
