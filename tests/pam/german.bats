#!/usr/bin/env bats
# What the module tells people, in the language of the host.

load pam

setup_file() {
	pam_world
	cp "$TOOLS/translated.so" "$WORLD/pam_pat.so"
	mkdir "$WORLD/locales"
	localedef --no-archive -i de_DE -f UTF-8 "$WORLD/locales/de_DE.UTF-8"
	export LOCPATH=$WORLD/locales
}

teardown_file() {
	patd_world_end
}

@test "a German host: a refusal and the log, of which only the first is German" {
	run typed "$STRANGER" -- env -u LANGUAGE LC_ALL=de_DE.UTF-8 "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/peer" "$WORLD/peer.sock" revoked "$TOOLS/drive" -l "$WORLD/pam.d" peer "$OWNER"
	says "error: Dieses Token wurde widerrufen."
	run cat "$WORLD/log"
	[[ $output == *"refused (revoked)"* ]]
}

@test "a German host: days are counted as German does" {
	LC_ALL=de_DE.UTF-8 run peer -e $((3 * 86400 + 3600)) accepted -l
	[[ $output == *"info: Dieses Token läuft in 3 Tagen ab, am 20"*" UTC."* ]]
	LC_ALL=de_DE.UTF-8 run peer -e $((86400 + 3600)) accepted -l
	[[ $output == *"info: Dieses Token läuft in 1 Tag ab, am 20"*" UTC."* ]]
}

@test "a host that has not asked for a locale is told in English" {
	LC_ALL=de_DE.UTF-8 run peer revoked
	says "error: This token has been revoked."
}

@test "a host in C is told in English" {
	LC_ALL=C run peer revoked -l
	says "error: This token has been revoked."
}
