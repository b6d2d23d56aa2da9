#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion: the words of patctl complete, and their use by bash, fish and zsh.

load shared_patd

setup_file() {
	patd_world
	COMPLETIONS=$(cd "$BATS_TEST_DIRNAME/../../completions" && pwd)
	export COMPLETIONS
}

need() {
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

# offers WORD...: the words that patctl complete offers, without their descriptions
offers() {
	patctl complete -- "$@" | cut -f 1
}

# bash_offers LINE: what bash offers after the line, which has no quotes
bash_offers() {
	bash --norc -c '
		. "$COMPLETIONS/patctl.bash" && compopt() { :; }
		COMP_LINE=$1 COMP_POINT=${#1}
		# Split as readline does.
		read -ra COMP_WORDS < <(sed "s/[=:]\+/ & /g" <<<"$1")
		[[ $1 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_patctl
		printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}

# bash_types LINE: the line after Tab was pressed at its end
bash_types() {
	# ^A goes to the beginning of the line, where an echo makes it harmless.
	printf '%s\n' "PS1=; PROMPT_COMMAND=; bind 'set enable-bracketed-paste off'" \
		". $COMPLETIONS/patctl.bash" "$1"$'\t\x01'"echo 'DONE: '" exit |
		on_terminal "bash --norc --noprofile -i" | sed -n 's/^DONE:  *//p'
}

fish_offers() {
	# shellcheck disable=SC2016 # for fish
	HOME=$BATS_TEST_TMPDIR fish --no-config \
		-c 'source $COMPLETIONS/patctl.fish; complete -C $argv[1]' "$1"
}

zsh_shows() {
	HOME=$BATS_TEST_TMPDIR zsh -f "$CLI/complete.zsh" "$COMPLETIONS" "$BATS_FILE_TMPDIR/zcompdump" "$@"
}

# every_shell_offers LINE...: what each installed shell offers after the lines
every_shell_offers() {
	local line

	for line in "$@"; do
		bash_offers "$line"
		! command -v fish >/dev/null || fish_offers "$line"
	done
	! command -v zsh >/dev/null || zsh_shows "$@"
}

verbs() {
	patctl help | sed -n '/^Verbs:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

options_of() {
	echo "--version"
	patctl help "$1" | sed -n '/^Options:/,$s/^ .*\(--[a-z-]*=\?\).*/\1/p' |
		sed 's/ .*//'
}

# expect_every_word FUNCTION: the function prints all verbs and options after a line
expect_every_word() {
	local verb option offered

	offered=$("$1" "patctl ")
	for verb in $(verbs); do
		grep -qw -- "^$verb" <<<"$offered" || fail "no $verb: $offered"
	done
	for verb in $(verbs); do
		offered=$("$1" "patctl $verb --")
		for option in $(options_of "$verb"); do
			grep -q -- "^$option\($(printf '\t')\|$\)" <<<"$offered" ||
				fail "no $option of $verb: $offered"
		done
	done
}

@test "complete offers exactly the verbs and options of help" {
	[ "$(verbs | wc -l)" -ge 14 ]
	[ "$(offers "" | sort)" = "$(verbs | sort)" ]
	for verb in $(verbs); do
		[ "$(options_of "$verb" | wc -l)" -ge 2 ]
		[ "$(offers "$verb" -- | sort)" = "$(options_of "$verb" | sort)" ] || fail "of $verb"
	done
}

@test "bash offers every verb and option" {
	expect_every_word bash_offers
}

@test "fish offers every verb and option" {
	need fish
	expect_every_word fish_offers
}

@test "zsh offers every verb and option" {
	need zsh
	local lines=("patctl ") verb option

	for verb in $(verbs); do
		lines+=("patctl $verb --")
	done
	zsh_shows "${lines[@]}" >"$BATS_TEST_TMPDIR/shown"
	for verb in $(verbs); do
		sed -n "/patctl $verb --\$/,/^LINE/p" "$BATS_TEST_TMPDIR/shown" >"$BATS_TEST_TMPDIR/one"
		for option in $(options_of "$verb"); do
			grep -q -- "^$option " "$BATS_TEST_TMPDIR/one" ||
				fail "no $option of $verb: $(cat "$BATS_TEST_TMPDIR/one")"
		done
		grep -q -- "^$verb  *-- " "$BATS_TEST_TMPDIR/shown" || fail "no $verb"
	done
}

@test "each verb is offered only the tokens in a state it applies to" {
	for name in "$T-on" "$T-off" "$T-later"; do
		patctl generate -q "$name" >/dev/null
	done
	patctl generate -q "$T-pending" --not-before=1d >/dev/null
	patctl revoke -q "$T-off" "$T-later"
	for verb in revoke rotate; do
		[ "$(offers $verb "$T" | sort)" = "$T-on
$T-pending" ]
	done
	for verb in restore delete; do
		[ "$(offers $verb "$T" | sort)" = "$T-later
$T-off" ]
	done
	for verb in show set rename log; do
		[ "$(offers $verb "$T" | wc -l)" -eq 4 ]
	done
	id=$(id_of "$T-off")
	[ "$(patctl complete -- restore "${id:0:9}")" = "$id	root, revoked: $T-off" ]
	expect "$(offers restore "")" "$id"
	# Not a token that is given already, by id or by name.
	[ "$(offers restore "$id" "$T")" = "$T-later" ]
	[ "$(offers restore "$T-later" "$T")" = "$T-off" ]
	# Nor where no token can be given.
	for words in "rename $id" "revoke --all" "restore --revoked-since=1h" "status" "generate" "check" "frobnicate"; do
		# shellcheck disable=SC2086 # to be split
		[ "$(offers $words "$T")" = "" ]
	done
}

@test "set offers any for a restriction, alone and first" {
	[ "$(offers set "$T" --service=an)" = --service=any ]
	[ "$(offers set "$T" --from=)" = "--from=any
--from=local" ]
	[ "$(offers set "$T" --hours=)" = --hours=any ]
	[ "$(offers set "$T" --service=sudo,an)" = "" ]
	[ "$(offers generate x --from=)" = --from=local ]
	[ "$(offers generate x --hours=)" = "" ]
}

@test "what a token can end with is offered, and the times of log are not" {
	[ "$(offers generate x --until= | xargs)" = "--until=boot --until=session --until=unit:" ]
	[ "$(offers set "$T" -U "" | xargs)" = "any boot session unit:" ]
	[ "$(offers generate x --until=b)" = --until=boot ]
	[ "$(offers generate -H web1 x --until= | xargs)" = "--until=boot --until=unit:" ]
	[ "$(offers log --until=)$(offers log -U "")" = "" ]
	# Of this machine, if it has systemd.
	for unit in $(offers generate x --until=unit:); do
		[[ -L /run/systemd/units/invocation:${unit#--until=unit:} ]]
	done
}

@test "values of options are offered after = and as a separate word" {
	[ "$(offers list --state=re)" = --state=revoked ]
	[ "$(offers list --state re)" = revoked ]
	[ "$(offers delete --state=revoked,expi)" = --state=revoked,expired ]
	[ "$(offers list --state=revoked,re)" = "" ]
	[ "$(offers list --state=a | xargs)" = "--state=active --state=altered" ]
	[ "$(offers delete --state=a)" = --state=altered ]
	[ "$(offers list -o used,use | xargs)" = "used,user used,uses used,used_by used,used_from" ]
	[ "$(offers list --sort=us | sort)" = "--sort=used
--sort=user" ]
	[ "$(offers list --sort=-c)" = --sort=-created ]
	[ "$(offers list -o wi)" = wide ]
	[ "$(offers list --output=id,na)" = --output=id,name ]
	[ "$(offers list --output=id,wi)" = "" ]
	[ "$(offers --output=js)" = --output=json ]
	[ "$(offers show -o "")" = json ]
	[ "$(offers list --user=game)" = --user=games ]
	[ "$(offers log --event=rest)" = --event=restored ]
	[ "$(offers log --event=used,ref)" = --event=used,refused ]
	[ "$(offers generate x --from=2001:db8::/32,)" = --from=2001:db8::/32,local ]
	for word in --reason= --for= --expires= --lines=; do
		[ "$(offers log "$word")" = "" ]
	done
	[ "$(offers log -n "")" = "" ]
}

@test "services are offered without files that others include" {
	local file offered
	offered=$(offers check --service "")
	[ "$offered" = "$(offers generate x --service= | sed 's/^--service=//')" ]
	expect_not "$offered" common-
	for file in /etc/pam.d/*; do
		case ${file##*/} in
		common-* | *[A-Z~.]*) ;;
		*) grep -qx -- "${file##*/}" <<<"$offered" || fail "no $file: $offered" ;;
		esac
	done
}

@test "options already given or excluded are not offered" {
	expect_not "$(offers list --user=games --)" --all
	expect_not "$(offers log --follow --)" --until
	expect_not "$(offers list --json --)" --json
	[ "$(offers generate -- --)" = "" ]
}

@test "disable is offered all users and enable the disabled ones" {
	expect "$(offers disable ga)" games
	patctl disable -q games --reason="left; \$(true)"
	[ "$(patctl complete -- enable "")" = "games	left; \$(true)" ]
	patctl enable -q games
	[ "$(offers enable "")" = "" ]
}

@test "a name of another user, or one like an id, is offered as its id" {
	patctl generate -q "$T-two" >/dev/null
	patctl generate -q "$T-two" --user=games >/dev/null
	patctl generate -q "tidididididid" >/dev/null
	like_id=$(printf '%.10s' "tidididididid")
	patctl generate -q "$like_id" >/dev/null
	# The name of another user's token is none that root can give.
	[ "$(offers show t | grep -E "^$T-two$|^tidid" | sort)" = "$T-two
tidididididid" ]
	[ "$(offers show --user=games "$T")" = "$T-two" ]
	[ "$(offers show --id "$T")" = "" ]
	expect "$(offers show --id "")" "$(id_of --user=games "$T-two")"
	[ "$(patctl complete -- show "" | grep -cE "^[0-9A-Za-z]{10}.*: $T-two$")" -eq 2 ]
	[ "$(patctl complete -- show "" | grep -c ": $like_id$")" -eq 1 ]
}

@test "a name that is the beginning of another token's id is not offered" {
	patctl generate -q "$T" --user=mail >/dev/null
	id=$(id_of --user=mail "$T")
	patctl generate -q "${id:0:5}" --user=mail >/dev/null
	patctl generate -q "${id:0:4}-" --user=mail >/dev/null
	patctl generate -q "${id:0:3}" --user=mail >/dev/null
	[ "$(offers show --user=mail "${id:0:4}" | sort)" = "$(printf '%s\n' "${id:0:4}-" "$id" | sort)" ]
	expect "$(offers show --user=mail "${id:0:2}")" $'\n'"${id:0:3}"$'\n'
}

@test "an ordinary user is offered its own tokens without a password dialog" {
	patctl generate -q "$T-root" >/dev/null
	patctl generate -q "$T-games" --user=games >/dev/null
	id=$(as_games patctl show --json "$T-games" | json '[0]["id"]')
	[ "$(as_games patctl complete -- show "$T")" = "$T-games	active: $T-games" ]
	expect "$(as_games patctl complete -- show "")" "$id	active: $T-games"
	for words in "show --user=root" "enable" "log --user=root"; do
		# shellcheck disable=SC2086 # to be split
		run --separate-stderr as_games patctl complete -- $words ""
		# shellcheck disable=SC2154 # run assigns it
		[ "$output$stderr" = "" ]
	done
}

@test "names with shell metacharacters are not offered and not run" {
	cd "$BATS_TEST_TMPDIR"
	local name shown

	: >"$T-names"
	# shellcheck disable=SC2016 # not to be expanded
	for name in '$(touch pwned)' '`touch pwned`' 'a;touch pwned' 'a b' "a'b" 'a"b' 'a\b' -q \
		--all '*' '~' '!touch pwned' 'a&b' 'a|b' 'a>pwned' '{a,b}' '%F{red}x' '#x' '=ls' "a:b"; do
		patctl generate -q --user=news -- "$name" >/dev/null
		printf '%s\n' "$name" >>"$T-names"
	done
	n=$(wc -l <"$T-names")
	offers show --user=news "" >offered
	# Only "a:b" needs no quotes in any shell.
	[ "$(grep -cxE '[0-9A-Za-z]{10}' offered)" -eq "$n" ]
	[ "$(grep -vxE '[0-9A-Za-z]{10}' offered)" = a:b ]

	bash_offers "patctl show --user=news " >bash
	[ "$(sort bash)" = "$(sort offered)" ]
	if command -v fish >/dev/null; then
		fish_offers "patctl show --user=news " >fish
		[ "$(cut -f 1 fish | sort)" = "$(sort offered)" ]
		[ "$(sed 's/.*\tactive: //' fish | sort -u)" = "$(sort -u "$T-names")" ]
	fi
	if command -v zsh >/dev/null; then
		shown=$(zsh_shows "patctl show --user=news ")
		while read -r name; do
			expect "$shown" "$name"
		done <offered
		while IFS= read -r name; do
			expect "$shown" "-- active: $name"
		done <"$T-names"
	fi
	[ ! -e pwned ]
}

@test "backup is offered files whose names need no quoting" {
	mkdir "$BATS_TEST_TMPDIR/folder"
	touch "$BATS_TEST_TMPDIR/folder/"{one.backup,"two backup",.hidden}
	cd "$BATS_TEST_TMPDIR"
	[ "$(offers restore-backup folder/)" = folder/one.backup ]
	ln -s folder link
	[ "$(offers backup fol)" = folder/ ]
	[ "$(offers backup li)" = link/ ]
	cd folder
	[ "$(offers backup "")" = one.backup ]
}

@test "words of the command line are not run, and tokens are not passed to patctl" {
	cd "$BATS_TEST_TMPDIR"
	local lines token

	token=$(patctl generate -q "$T")
	# shellcheck disable=SC2016 # not to be expanded
	printf '%s\n' '#!/bin/sh' "printf '%s\n' \"\$*\" >>'$PWD/asked'" >patctl
	chmod +x patctl
	printf '%s\n' '#!/bin/sh' "touch '$PWD/pwned'" >stranger
	chmod +x stranger
	lines=("patctl check $token " "patctl check $token" "patctl show --reason=$token ")
	PATH=$PWD:$PATH every_shell_offers "${lines[@]}"
	[ ! -e asked ]
	# shellcheck disable=SC2016 # not to be expanded
	lines=('patctl show $(touch pwned) ' 'patctl show `touch pwned` '
		'patctl show --user=$(touch pwned)')
	PATH=$PWD:$PATH every_shell_offers "${lines[@]}"
	[ -e asked ]
	[ ! -e pwned ]
	mv stranger patctl
	bash_offers "./patctl re"
	[ ! -e pwned ]
}

@test "bash on a terminal completes a word and keeps the words before it" {
	patctl generate -q "$T-laptop" --user=games >/dev/null
	[ "$(bash_types "patctl rena")" = "patctl rename" ]
	[ "$(bash_types "patctl show --user=games $T-l")" = "patctl show --user=games $T-laptop" ]
	[ "$(bash_types "patctl list --user=gam")" = "patctl list --user=games" ]
	[ "$(bash_types "patctl list --us")" = "patctl list --user=" ]
	[ "$(bash_types "patctl list --user \"gam")" = "patctl list --user games" ]
	[ "$(bash_types "patctl generate x --from=2001:db8::/32,l")" = \
		"patctl generate x --from=2001:db8::/32,local" ]
	[ "$(bash_types "patctl generate 'a b' --from=l")" = "patctl generate a b --from=local" ]
}

@test "bash and zsh add no blank after a folder" {
	mkdir -p "$BATS_TEST_TMPDIR/folder"
	touch "$BATS_TEST_TMPDIR/folder/one.backup"
	cd "$BATS_TEST_TMPDIR"
	# What is typed after the first Tab goes on in the same word.
	[ "$(bash_types $'patctl restore-backup fo\to')" = "patctl restore-backup folder/one.backup" ]
	need zsh
	run -0 zsh_shows "patctl restore-backup fo"
	grep -qx "LINE: patctl restore-backup folder/" <<<"$output" || fail "$output"
}

@test "zsh completes a word and describes several matches" {
	need zsh
	patctl generate -q "$T-lap" --user=games >/dev/null
	patctl generate -q "$T-lab" --user=games >/dev/null
	run -0 zsh_shows "patctl rena" "patctl list --user=gam" "patctl list --us" \
		"patctl generate 'a b' --from=10.0.0.0/8,l" "patctl show --user=games $T-la" \
		"sudo patctl rena"
	expect "$output" "LINE: patctl rename "
	expect "$output" "LINE: patctl list --user=games "
	expect "$output" "LINE: patctl list --user="
	expect "$output" "LINE: patctl generate 'a b' --from=10.0.0.0/8,local "
	expect "$output" "$T-lab  -- active: $T-lab"
	expect "$output" "LINE: sudo patctl rename "
}

@test "fish completes a word with its description" {
	need fish
	patctl generate -q "$T-lap" --user=games >/dev/null
	[ "$(fish_offers "patctl rena")" = "rename	rename a token" ]
	[ "$(fish_offers "patctl list --user=gam")" = "--user=games" ]
	[ "$(fish_offers "patctl generate 'a b' --from=10.0.0.0/8,l" | cut -f 1)" = \
		"--from=10.0.0.0/8,local" ]
	[ "$(fish_offers "patctl show --user=games $T-")" = "$T-lap	active: $T-lap" ]
	[ "$(fish_offers "patctl show --user=games \"$T-")" = "$T-lap	active: $T-lap" ]
}

@test "bash-completion loads the completion, also after sudo" {
	[ -e /usr/share/bash-completion/bash_completion ] || skip "bash-completion is not installed"
	mkdir "$BATS_TEST_TMPDIR/completions"
	ln -s "$COMPLETIONS/patctl.bash" "$BATS_TEST_TMPDIR/completions/patctl"
	export BASH_COMPLETION_USER_DIR=$BATS_TEST_TMPDIR
	ln -s /usr/share/bash-completion/bash_completion "$BATS_TEST_TMPDIR/patctl.bash"
	COMPLETIONS=$BATS_TEST_TMPDIR
	[ "$(bash_types "patctl rena")" = "patctl rename" ]
	[ "$(bash_types "sudo patctl list --user=gam")" = "sudo patctl list --user=games" ]
}

# complete_from PAGE...: completes with the pages of a fake patd
complete_from() {
	patd_stop
	fake_patd "$@"
	run --separate-stderr patctl complete -- revoke ""
	process_end TERM "$FAKE_PATD"
	patd_start
	expect_status 0
	expect_no_stderr
}

@test "complete offers at most 500 tokens and requests no further pages" {
	complete_from 256:a 256:b org.example.NotAsked
	# shellcheck disable=SC2154 # run assigns it
	[ "${#lines[@]}" -eq 500 ]
}

@test "complete stops after a number of pages with few matches" {
	# shellcheck disable=SC2046 # to be split
	complete_from 0:a 1:b $(for _ in {1..100}; do echo 0:a 0:b; done) 1
	[ "${#lines[@]}" -eq 1 ]
}

@test "complete offers nothing without patd and within 10 seconds if patd hangs" {
	kill -STOP "$(cat "$WORLD/patd.pid")"
	run --separate-stderr timeout 10 patctl complete -- revoke ""
	[ "$status" -ne 124 ]
	[ "$output$stderr" = "" ]
	run --separate-stderr timeout 10 setpriv --reuid=games --regid=games --clear-groups \
		patctl complete -- revoke ""
	kill -CONT "$(cat "$WORLD/patd.pid")"
	[ "$status" -ne 124 ]
	[ "$output$stderr" = "" ]
	run -0 --separate-stderr env PATD_RUNTIME_DIR=/nowhere patctl complete -- revoke ""
	[ "$output$stderr" = "" ]
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere run -0 --separate-stderr \
		as_games patctl complete -- revoke ""
	[ "$output$stderr" = "" ]
}
