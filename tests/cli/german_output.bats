#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl in German: messages are translated, JSON and completed words are not.
# shellcheck disable=SC1111 # German quotes

load shared_patd
load translated

setup_file() {
	translated_world de_DE nl_NL
	patctl generate -q rest --user=games --expires=29d --max-uses=3 >/dev/null
	patctl generate -q fort --user=games --expires=never >/dev/null
	patctl revoke -q fort --user=games
}

@test "list prints German headings and states in aligned columns" {
	run -0 german patctl list --user=games
	[[ ${lines[0]} =~ ^ID\ +NAME\ BENUTZER\ ZUSTAND\ +ERZEUGT\ +ABLAUF\ +NUTZUNG$ ]]
	[[ $output =~ \ rest\ games\ +aktiv\ +20[^\ ]*Z\ 20[^\ ]*Z\ Nicht\ verwendet ]]
	[[ $output =~ \ fort\ games\ +widerrufen\ 20[^\ ]*Z\ nie\ +Nicht\ verwendet ]]
	run -0 german on_terminal "patctl list --user=games"
	expect "$output" " in 29 T "
	expect "$output" "GRENZEN"
	expect "$output" "Anzahl"
}

@test "show prints German labels in an aligned column" {
	run -0 german patctl show --user=games rest
	expect "$output" "Name:        rest"
	expect "$output" "Zustand:     aktiv"
	expect "$output" "Läuft ab:    20"
	expect "$output" " von root"
	expect "$output" "Anmeldungen: 0 von 3"
	expect "$output" "Nutzung:     Nicht verwendet"
}

@test "generate prints German messages and a token" {
	run -0 --separate-stderr german patctl generate "$T" --expires=3d
	[[ $output =~ ^pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}$ ]]
	expect_stderr "Das Token $T (${output:4:10}) des Benutzers root läuft am 20"
	expect_stderr " Tagen) ab."
	expect_stderr "Kopieren Sie es jetzt"
}

@test "revoke, restore and rotate print German messages" {
	patctl generate -q "$T" >/dev/null
	run -0 german patctl revoke "$T" --for=2h
	expect "$output" "Benutzertoken erfolgreich widerrufen bis 20"
	run -0 german patctl restore "$T"
	expect "$output" "Benutzertoken erfolgreich wiederhergestellt"
	run --separate-stderr german patctl rotate "$T" --grace=none
	expect_stderr "hat ein neues Geheimnis und läuft am 20"
	expect_stderr "Das bisherige Geheimnis gilt nicht mehr."
}

@test "the question of delete accepts German and English answers" {
	for answer in j ja y yes; do
		patctl generate -q "$T-$answer" >/dev/null
		patctl revoke -q "$T-$answer"
		run -0 german on_terminal "patctl delete $T-$answer" <<<"$answer"
		expect "$output" "Soll es gelöscht werden? [j/N]"
		expect "$output" "Benutzertoken erfolgreich gelöscht"
	done
	patctl generate -q "$T" >/dev/null
	patctl revoke -q "$T"
	run -3 german on_terminal "patctl delete $T" <<<"n"
	expect "$output" "nichts wurde gelöscht"
}

@test "log prints German events in an aligned column" {
	token=$(patctl generate -q "$T")
	login "$token" root 0 sshd 192.0.2.7 ssh
	patctl revoke -q "$T" --reason="expired"
	run -1 login "$token" root 0 sudo
	run -0 german patctl log "$T"
	expect "${lines[0]}" "  erzeugt            $T ("
	expect "${lines[0]}" "von root, von root"
	expect "${lines[1]}" "  verwendet          $T ("
	expect "${lines[1]}" ", sshd von 192.0.2.7 auf ssh (neues Netz und neuer Dienst)"
	expect "${lines[2]}" "  widerrufen         $T ("
	expect "${lines[2]}" ": expired"
	expect "${lines[3]}" "  abgewiesen         $T ("
	expect "${lines[3]}" ", sudo: widerrufen"
}

@test "check prints German reasons" {
	token=$(patctl generate -q "$T" --service=sudo)
	run -1 german patctl check --service=sshd <<<"$token"
	expect "$output" "des Benutzers root: abgewiesen"
	expect "$output" "der Dienst sshd ist nicht erlaubt (nur: sudo)"
}

@test "help is German with aligned descriptions" {
	run -0 german patctl help
	expect "$output" "Aufruf: patctl [VERB]"
	expect "$output" "  revoke TOKEN...             Token widerrufen: sie gelten sofort nicht mehr"
	expect "$output" "      --json              JSON ausgeben"
	run -0 german patctl help revoke
	expect "$output" "Aufruf: patctl revoke TOKEN... [OPTION...]"
	expect "$output" "Beispiele:"
	expect "$output" '  patctl revoke laptop --for=2weeks --reason="on holiday"'
}

@test "no line of German help is wider than 80 columns" {
	for verb in "" list generate show revoke restore rotate set rename delete check log requests \
		approve deny askpass disable enable fleet policy status doctor backup restore-backup help complete; do
		# shellcheck disable=SC2086 # an empty verb is no word
		run -0 german patctl help $verb
		for line in "${lines[@]}"; do
			[ "${#line}" -le 80 ] || fail "wide: $line"
		done
	done
}

# The translations are in the build directory, which may be in root's home.
@test "errors of a user who is not root are German" {
	as_games test -r "$BUILD/tests/pam/locale/de/LC_MESSAGES/patd.mo" ||
		skip "other users cannot read the build directory"
	run -4 --separate-stderr as_games env LC_ALL=de_DE.UTF-8 patctl show keines
	expect_stderr "kein Token hat den Namen oder die ID „keines“; eine Übersicht gibt: patctl list"
}

@test "errors of patctl and patd are German" {
	run -4 --separate-stderr german patctl show keines
	expect_stderr "kein Token hat die ID „keines“, und keines von root diesen Namen"
	expect_stderr "; eine Übersicht gibt: patctl list --all"
	run -2 --separate-stderr german patctl list --state=aktiv
	expect_stderr "--state=aktiv: ein Zustand ist active, revoked,"
	run -1 --separate-stderr german patctl generate rest --user=games
	expect_stderr "der Benutzer hat bereits ein Token dieses Namens"
	run --separate-stderr german patctl generate "$T" --hours=nie
	expect_stderr "Wochentage schreibt man „Mon“ oder „Monday“"
	run --separate-stderr german patctl delete rest --user=games --yes
	expect_stderr "das Token ist nicht widerrufen; widerrufen Sie es zuerst"
	run --separate-stderr german patctl genrate
	expect_stderr "unbekannter Befehl „genrate“; meinten Sie: patctl generate"
	run -8 --separate-stderr german env PATD_RUNTIME_DIR=/nonexistent patctl list
	expect_stderr "patd ist nicht erreichbar: keine Verbindung zu /nonexistent/root.sock: "
	expect_stderr "läuft patd? Siehe: systemctl status patd"
}

@test "doctor prints German findings" {
	run german patctl doctor
	expect "$output" "ok         daemon: patd antwortet auf dem Bus"
	expect "$output" "Warnung    name: die UID 0 besitzt org.patd.Tokens1, nicht der Benutzer patd-bus"
}

@test "policy prints German headings" {
	run -0 german patctl policy
	[[ ${lines[0]} =~ ^EINSTELLUNG\ +WERT\ +HERKUNFT$ ]]
}

@test "complete prints German descriptions and untranslated words" {
	run -0 german patctl complete -- rev
	[ "$output" = $'revoke\tToken widerrufen: sie gelten sofort nicht mehr' ]
	run -0 german patctl complete -- list --state=ex
	expect "$output" "--state=expired"
}

# same COMMAND...: has the same output and exit status in both languages
same() {
	local status_c=0 status_de=0
	"$@" >"$BATS_TEST_TMPDIR/c" 2>&1 || status_c=$?
	german "$@" >"$BATS_TEST_TMPDIR/de" 2>&1 || status_de=$?
	[ "$status_c" -eq "$status_de" ]
	diff "$BATS_TEST_TMPDIR/c" "$BATS_TEST_TMPDIR/de"
}

@test "output with --json and exit status are the same as in English" {
	same patctl list --all --json
	same patctl show --user=games rest fort --json
	same patctl log --all --json
	same patctl policy --json
	same patctl doctor --json
	same patctl revoke keines --json
	same patctl delete rest --yes --json
	same patctl disable keiner --json
	same patctl complete -- list --sort=
}

@test "an untranslated, a missing and the C locale print English" {
	for locale in nl_NL.UTF-8 ru_RU.UTF-8 C POSIX C.UTF-8; do
		LC_ALL=$locale run -0 patctl list --user=games
		expect "${lines[0]}" "USER"
		LC_ALL=$locale run -0 patctl help
		expect "$output" "Usage: patctl"
	done
	LC_ALL=C LANGUAGE=de run -0 patctl help
	expect "$output" "Usage: patctl"
}

@test "LANGUAGE overrides the language of the locale" {
	LC_ALL=nl_NL.UTF-8 LANGUAGE=de run -0 patctl help
	expect "$output" "Aufruf: patctl"
}

@test "umlauts are printed in UTF-8 in a locale with another character set" {
	LC_ALL='' LC_MESSAGES=de_DE.UTF-8 LC_CTYPE=C run -0 patctl show --user=games rest
	expect "$output" "Läuft ab:"
}
