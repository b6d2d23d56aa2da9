#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl list and the output formats: table, colours, JSON.

# shellcheck disable=SC2030,SC2031 # run assigns them
load shared_patd

setup_file() {
	patd_world
	patctl generate -q active --user=games --expires=29d >/dev/null
	patctl generate -q revoked --user=games --expires=never >/dev/null
	patctl revoke -q revoked --user=games
}

# User games has these two tokens only; tests make theirs for other users.

@test "patctl without a verb lists the tokens of the caller" {
	run -0 as_games patctl
	expect "${lines[0]}" "ID "
	expect "${lines[1]}" " active "
	expect "${lines[2]}" " revoked "
	[ "${#lines[@]}" -eq 3 ]
}

@test "list --user lists tokens of that user and --all of all users" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl list --user=games
	[ "${#lines[@]}" -eq 3 ]
	expect_not "$output" "$T"
	run -0 patctl list --all
	expect "$output" "$T"
	expect "$output" "games"
}

@test "list prints all columns" {
	run -0 patctl list --user=games
	[[ ${lines[0]} =~ ^ID\ +NAME\ +USER\ +STATE\ +CREATED\ +EXPIRES\ +USAGE$ ]]
	[[ ${lines[1]} =~ ^[0-9A-Za-z]{10}\ active\ +games\ active\ +20..-..-..T..:..:..Z\ 20..-..-..T..:..:..Z\ Not\ used$ ]]
	[[ ${lines[2]} =~ ^[0-9A-Za-z]{10}\ revoked\ games\ revoked\ +20..-..-..T..:..:..Z\ never\ +Not\ used$ ]]
}

@test "list --no-legend prints no headings" {
	run -0 patctl list --user=games --no-legend
	[ "${#lines[@]}" -eq 2 ]
	expect_not "$output" "NAME"
}

@test "list to a pipe has no colours and full names" {
	long=$(printf "%.0s$T-ü-" {1..36})
	patctl generate -q "$long" >/dev/null
	for locale in C C.UTF-8; do
		run -0 env LC_ALL=$locale TERM=xterm-256color COLUMNS=40 patctl list
		expect "$output" "$long"
		expect_not "$output" $'\e'
	done
}

@test "list to a pipe prints names with characters of unknown width unchanged" {
	name="$T "$'\U0001fae8 e\u0301 \u200b'
	patctl generate -q "$name" >/dev/null
	for locale in C C.UTF-8; do
		run -0 env LC_ALL=$locale patctl list
		expect "$output" " $name "
	done
}

@test "list on a terminal has coloured states and relative times" {
	run -0 on_terminal "patctl list --user=games"
	expect "${lines[1]}" $'\e[32mactive'
	[[ ${lines[1]} =~ (now|ago)\ +in\ 29d\ +Not\ used$ ]]
	expect "${lines[2]}" $'\e[38;5;208mrevoked\e[0m'
	run -0 on_terminal "patctl show --user=games revoked"
	expect "$output" $'State:    \e[38;5;208mrevoked\e[0m'
	[[ $output =~ (now|ago)\) ]]
}

@test "list on a terminal with 8 colours prints revoked in yellow" {
	ON_TERM=linux run -0 on_terminal "patctl list --user=games"
	expect "$output" $'\e[33mrevoked\e[0m'
}

@test "list has no colours with NO_COLOR, a dumb terminal or no TERM" {
	NO_COLOR=1 run -0 on_terminal "patctl list --user=games; patctl show --user=games active"
	expect_not "$output" $'\e'
	ON_TERM=dumb run -0 on_terminal "patctl list --user=games; patctl show --user=games active"
	expect_not "$output" $'\e'
	run -0 on_terminal "unset TERM; patctl list --user=games; patctl show --user=games active"
	expect_not "$output" $'\e'
	NO_COLOR='' run -0 on_terminal "patctl list --user=games"
	expect "$output" $'\e'
}

# fits WIDTH: each line of $output has so many columns at most
fits() {
	/usr/bin/python3 -c 'import re, sys
for line in sys.stdin.read().split("\n"):
    line = re.sub("\x1b[^m]*m", "", line)
    if len(line) > int(sys.argv[1]): sys.exit(f"{len(line)} columns: {line}")' "$1" <<<"$output"
}

# narrow_list: tokens of user news with all that a line can have
narrow_list() {
	[ ! -e "$BATS_FILE_TMPDIR/narrow" ] || return 0
	patctl generate -q backup-of-the-mail-1 --user=news --service=sudo >/dev/null
	patctl generate -q backup-of-the-mail-2 --user=news >"$BATS_FILE_TMPDIR/narrow"
	login "$(<"$BATS_FILE_TMPDIR/narrow")" news 9
	patctl generate -q "$(printf 'n%.0s' {1..200})" --user=news --expires=never >/dev/null
}

@test "list on a terminal of 80 columns has all columns and names that differ" {
	narrow_list
	ON_COLS=80 run -0 on_terminal "patctl list --user=news"
	fits 80
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[0]} =~ ^ID\ +NAME\ +USER\ STATE\ +CREATED\ +EXPIRES\ USAGE$ ]]
	expect "$output" " backup-of-the-mail-1 "
	[[ ${lines[2]} =~ \ backup-of-the-mail-2\ .*in\ 30d\ +Last\ used\ (now|[0-9]+s\ ago)$ ]]
	[[ ${lines[3]} =~ ^[0-9A-Za-z]{10}\ n+…\ news ]]
}

@test "list fits every terminal, cuts the name with an ellipsis, and never the id" {
	narrow_list
	for columns in 160 100 79 70 60 50 40 30 20; do
		ON_COLS=$columns run -0 on_terminal "patctl list --user=news"
		fits "$columns"
		[ "${#lines[@]}" -eq 4 ]
		[[ ${lines[3]} =~ ^[0-9A-Za-z]{10}\ n+…(\ |$) ]]
	done
}

@test "list leaves out other columns before it cuts a name of usual length" {
	narrow_list
	ON_COLS=64 run -0 on_terminal "patctl list --user=news"
	fits 64
	expect_not "$output" CREATED
	expect "$output" " backup-of-the-mail-1 "
	expect "$output" "EXPIRES"
}

@test "list prints LIMITS where they fit, if a token has any" {
	patctl generate -q lim --user=man --service=sudo >/dev/null
	ON_COLS=60 run -0 on_terminal "patctl list --user=man"
	[[ ${lines[0]} =~ \ USAGE\ +LIMITS$ ]]
	[[ ${lines[1]} =~ \ Not\ used\ service$ ]]
	ON_COLS=59 run -0 on_terminal "patctl list --user=man"
	[[ ${lines[0]} =~ \ USAGE$ ]]
	ON_COLS=160 run -0 on_terminal "patctl list --user=games"
	expect_not "$output" LIMITS
}

@test "list --full cuts nothing and leaves nothing out on a narrow terminal" {
	narrow_list
	for option in --full -l; do
		ON_COLS=40 run -0 on_terminal "patctl list --user=news $option"
		[[ ${lines[0]} =~ ^ID\ +NAME\ +USER\ STATE\ +CREATED\ +EXPIRES\ USAGE\ +LIMITS$ ]]
		expect "$output" " $(printf 'n%.0s' {1..200}) "
		expect_not "$output" "…"
	done
}

@test "list on a terminal aligns names with characters of unknown width" {
	patctl generate -q "$T "$'\u0378' --user=uucp >/dev/null
	run -0 on_terminal "patctl list --user=uucp"
	expect "${lines[1]}" " $T \\xcd\\xb8 "
}

@test "an empty list suggests generate on a terminal only" {
	run -0 on_terminal "patctl list --user=daemon"
	expect "$output" "patctl generate NAME --user=daemon"
	run -0 on_terminal "patctl list --user=daemon -q"
	[ "$output" = "" ]
	run -0 --separate-stderr patctl list --user=daemon
	[ "$output" = "" ]
	expect_no_stderr
	run -0 patctl list --user=daemon --json
	[ "$output" = "[]" ]
}

@test "list of a user who does not exist exits 1 and suggests list --all" {
	for options in "" --json --sort=name --state=active; do
		# shellcheck disable=SC2086 # none is no word
		run -1 --separate-stderr patctl list --user=no-such-user $options
		[ "$output" = "" ]
		expect_stderr "no such user: "
		expect_stderr "no-such-user"
		expect_stderr "patctl list --all"
		expect_not_stderr "generate"
	done
}

@test "each verb that takes --user exits 1 for a user who does not exist" {
	for call in "list --unused-for=1d" "revoke --unused-for=90d --yes" "revoke --all --yes" \
		"revoke --all --dry-run" "restore --all --yes" "restore --revoked-since=1h --dry-run" \
		"delete --all --yes" "log" "log --reverse" "log --lines=3 --event=used" "log --follow" \
		"generate $T"; do
		# shellcheck disable=SC2086 # to be split
		run -1 --separate-stderr timeout 60 patctl $call --user=no-such-user
		[ "$output" = "" ]
		expect_stderr 'no such user: "no-such-user"'
		# shellcheck disable=SC2086 # to be split
		run -1 --separate-stderr timeout 60 patctl $call --user=no-such-user --json
		# shellcheck disable=SC2154 # run assigns it
		[ "$(json '["error"]' <<<"$stderr")" = unknown-user ]
		[ "$output" = "" ]
	done
	run -1 --separate-stderr patctl disable no-such-user
	expect_stderr "no such user"
}

@test "a user who is gone, and was known to patd, is no mistake" {
	patctl generate -q "$T" --user=uucp >/dev/null
	patctl revoke -q --all --user=uucp --yes
	patctl delete -q --all --user=uucp --yes
	for call in "list" "revoke --unused-for=90d --yes" "revoke --all --yes" "revoke --all --dry-run" \
		"restore --all --yes" "delete --all --yes" "log --event=refused"; do
		# shellcheck disable=SC2086 # to be split
		run -0 with_nss NSS_GONE=uucp patctl $call --user=uucp
	done
	run -0 with_nss NSS_GONE=uucp patctl log --user=uucp
	expect "$output" "deleted"
	run -0 with_nss NSS_GONE=uucp patctl disable uucp
	run -0 with_nss NSS_GONE=uucp patctl enable uucp
	run -0 patctl log --user=daemon
	[ "$output" = "" ]
}

@test "list of a deleted user prints its tokens" {
	patctl generate -q "$T" --user=lp >/dev/null
	run -0 with_nss NSS_GONE=lp patctl list --user=lp
	expect "$output" "$T"
	run -0 --separate-stderr with_nss NSS_GONE=lp patctl list --user=lp --state=revoked
	[ "$output" = "" ]
	expect_no_stderr
}

@test "list of a user who cannot be looked up is an empty list" {
	run -0 --separate-stderr with_nss NSS_FAILS=5 patctl list --user=no-such-user --json
	[ "$output" = "[]" ]
	expect_no_stderr
}

@test "list --json prints an array with times in seconds and nulls" {
	run -0 patctl list --user=games --json
	/usr/bin/python3 -m json.tool <<<"$output" >/dev/null
	[ "$(json '[0]["name"]' <<<"$output")" = active ]
	[ "$(json '[0]["user"]' <<<"$output")" = games ]
	[ "$(json '[0]["uid"]' <<<"$output")" = 5 ]
	[ "$(json '[0]["revoked_at"]' <<<"$output")" = None ]
	[ "$(json '[0]["last_used_at"]' <<<"$output")" = None ]
	(($(json '[0]["expires_at"]' <<<"$output") - $(json '[0]["created_at"]' <<<"$output") == 29 * 86400))
	[ "$(json '[1]["state"]' <<<"$output")" = revoked ]
	[ "$(json '[1]["expires_at"]' <<<"$output")" = None ]
	(($(json '[1]["revoked_at"]' <<<"$output") > 1700000000))
}

@test "show --json prints an array of the tokens that were found" {
	run -1 --separate-stderr patctl show --user=games --json active "no such" revoked
	[ "$(json '[1]["name"]' <<<"$output")" = revoked ]
	run -4 --separate-stderr patctl show --json "no such"
	[ "$output" = "[]" ]
}

@test "revoke, restore and delete --json print the result of each operand" {
	patctl generate -q "$T" >/dev/null
	run -0 patctl revoke --json "$T"
	[ "$(json '[0]["result"]' <<<"$output")" = revoked ]
	[ "$(json '[0]["error"]' <<<"$output")" = None ]
	run -0 patctl restore --json "$T"
	[ "$(json '[0]["result"]' <<<"$output")" = restored ]
	run -1 --separate-stderr patctl delete --yes --json "$T" "no such"
	# Missing operands are printed first, before anything is done.
	[ "$(json '[0]["item"]' <<<"$output")" = "no such" ]
	[ "$(json '[0]["error"]' <<<"$output")" = not-found ]
	[ "$(json '[0]["id"]' <<<"$output")" = None ]
	[ "$(json '[1]["result"]' <<<"$output")" = failed ]
	[ "$(json '[1]["error"]' <<<"$output")" = not-revoked ]
	patctl revoke -q "$T"
	run -0 patctl delete --yes --json "$T"
	[ "$(json '[0]["result"]' <<<"$output")" = deleted ]
	[ "$(json '[0]["name"]' <<<"$output")" = "$T" ]
}

@test "a list of several pages is complete, sorted and aligned" {
	for i in {100..399}; do
		echo "$i"
	done | xargs -P2 -I{} patctl generate -q "page {}" --user=sync >/dev/null
	patctl generate -q "a name wider than the others" --user=sync >/dev/null
	run -0 patctl list --user=sync --json
	[ "$(json '.__len__()' <<<"$output")" -eq 301 ]
	[ "$(json '[1]["name"]' <<<"$output")" = "page 100" ]
	[ "$(json '[300]["name"]' <<<"$output")" = "page 399" ]
	run -0 patctl list --user=sync --no-legend
	[ "${#lines[@]}" -eq 301 ]
	# The headings are printed once, and the columns have the same width on all pages.
	run -0 patctl list --user=sync
	[ "${#lines[@]}" -eq 302 ]
	[ "$(awk -F 'active|STATE' '{ print length($1) }' <<<"$output" | sort -u | wc -l)" -eq 1 ]
}

@test "output to a full disk exits 1" {
	for call in list "list --json" "show --user=games active" "show --user=games --json active" help --version; do
		run -1 --separate-stderr bash -c "patctl $call >/dev/full"
		expect_stderr "No space left on device"
	done
}
