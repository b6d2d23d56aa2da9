#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl --output: table, wide, json and columns.

load shared_patd

setup_file() {
	patd_world
	patctl generate -q plain --user=games --expires=never --hours="Mon..Fri 08:00-18:00" >/dev/null
	patctl generate -q limited --user=games --expires=29d --service=sshd,sudo --max-uses=3 \
		>"$BATS_FILE_TMPDIR/limited"
	login "$(<"$BATS_FILE_TMPDIR/limited")" games 5 sshd 192.0.2.7 ssh
}

@test "list -o with columns prints these columns in that order" {
	for option in -oname,id,uid "-o name,id,uid" --output=name,id,uid; do
		# shellcheck disable=SC2086 # to be split
		run -0 patctl list --user=games $option
		[[ ${lines[0]} =~ ^NAME\ +ID\ +UID$ ]]
		[[ ${lines[1]} =~ ^limited\ [0-9A-Za-z]{10}\ 5$ ]]
		[[ ${lines[2]} =~ ^plain\ \ \ [0-9A-Za-z]{10}\ 5$ ]]
	done
	[ "$(patctl list --user=games -o name --no-legend)" = $'limited\nplain' ]
}

@test "list -o prints each column that help names, and a dash for none" {
	columns=$(patctl help list | tr -s ' \n' ' ' | sed 's/.*commas between them: //; s/\..*//; s/ //g')
	run -0 patctl list --user=games -o "$columns"
	[ "$(wc -w <<<"${lines[0]}")" -eq 29 ]
	[ "$(tr ',' '\n' <<<"${columns^^}" | sort)" = "$(tr -s ' ' '\n' <<<"${lines[0]}" | sort)" ]
	run -0 patctl list --user=games -o max_uses,uses,services,used_by,used_from,reason --no-legend
	[[ ${lines[0]} =~ ^3\ +1/3\ +sshd,sudo\ +sshd\ +192.0.2.7\ +-$ ]]
	[[ ${lines[1]} =~ ^-\ +0\ +-\ +-\ +-\ +-$ ]]
	run -0 patctl list --user=games -o used,revoked,until,rotated,not_before --no-legend
	[[ ${lines[0]} =~ ^20[^\ ]*Z\ -\ +-\ +-\ +-$ ]]
}

@test "list -o wide prints restrictions with their values and full times" {
	run -0 patctl list --user=games -o wide
	[[ ${lines[0]} =~ ^ID\ +NAME\ +USER\ +STATE\ +CREATED\ +EXPIRES\ +USAGE\ +USES\ USED_BY\ USED_FROM\ +RESTRICTIONS$ ]]
	[[ ${lines[1]} =~ \ 1/3\ +sshd\ +192.0.2.7\ service=sshd,sudo\ max-uses=3$ ]]
	[[ ${lines[2]} =~ \ 0\ +-\ +-\ +hours=\"Mon..Fri\ 08:00-18:00\"$ ]]
	ON_COLS=40 run -0 on_terminal "TZ=UTC patctl list --user=games -o wide"
	[[ ${lines[1]} =~ Last\ used\ 20..-..-..\ ..:..:..\ UTC\ 1/3\ .*\ max-uses=3$ ]]
}

@test "list -o wide has a column NOTE on a terminal, if a token has a note" {
	patctl generate -q plain --user=sys >/dev/null
	ON_COLS=40 run -0 on_terminal "patctl list --user=sys -o wide"
	expect_not "$output" NOTE
	patctl generate -q noted --user=sys --note="blue sticker" >/dev/null
	ON_COLS=40 run -0 on_terminal "patctl list --user=sys -o wide"
	[[ ${lines[0]} =~ \ RESTRICTIONS\ NOTE$ ]]
	[[ ${lines[1]} =~ \ blue\ sticker$ ]]
	[[ ${lines[2]} =~ \ -$ ]]
	# Programs are given the columns that there always were.
	run -0 patctl list --user=sys -o wide
	expect_not "$output" blue
	[ "$(patctl list --user=sys -o note,name --no-legend)" = "blue sticker noted
-            plain" ]
	[ "$(patctl list --user=sys --json | json '[0]["note"]')" = "blue sticker" ]
}

@test "list -o with columns fits a terminal and leaves no column out, unless --full is given" {
	patctl generate -q "$(printf 'n%.0s' {1..80})" --user=news --service=sudo,sshd,login >/dev/null
	ON_COLS=30 run -0 on_terminal "patctl list --user=news -o services,name,state --no-legend"
	[[ ${lines[0]} =~ ^login,s…\ n{13}…\ .*active ]]
	ON_COLS=30 run -0 on_terminal "patctl list --user=news -o services,name,state --no-legend -l"
	[[ ${lines[0]} =~ ^login,sshd,sudo\ n{80}\ .*active ]]
}

@test "-o table is the output without it" {
	[ "$(patctl list --user=games -o table)" = "$(patctl list --user=games)" ]
	[ "$(patctl policy -o table)" = "$(patctl policy)" ]
}

@test "-o json is --json, with every verb that has it" {
	[ "$(patctl list --user=games -o json)" = "$(patctl list --user=games --json)" ]
	[ "$(patctl list --user=games --json -o json)" = "$(patctl list --user=games --json)" ]
	[ "$(patctl show --user=games plain -ojson)" = "$(patctl show --user=games plain --json)" ]
	[ "$(patctl policy -o json)" = "$(patctl policy --json)" ]
	for verb in list generate show revoke restore rotate set rename delete check log disable enable fleet policy doctor; do
		run -0 patctl help $verb
		expect "$output" " --json "
		expect "$output" " -o, --output=FORMAT "
	done
}

@test "another format exits 2 and names those that there are" {
	for format in xml id,,name ,id "id," "id, name" ID wide,id; do
		run -2 --separate-stderr patctl list -o "$format"
		[ "$output" = "" ]
		expect_stderr "table, wide, json, or names of columns"
	done
	run -2 --separate-stderr patctl list -o id,name,id
	expect_stderr "named twice"
	for call in "show plain -o wide" "show plain -o table" "policy -o id"; do
		# shellcheck disable=SC2086 # to be split
		run -2 --separate-stderr patctl $call
		expect_stderr "the only format is json"
	done
	run -2 --separate-stderr patctl list --json -o wide
	expect_stderr "--json and --output cannot be combined"
}
