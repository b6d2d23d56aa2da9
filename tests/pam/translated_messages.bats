#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Messages of the module in the locale of the application.

load pam

setup_file() {
	pam_world
	cp "$TOOLS/translated.so" "$WORLD/pam_pat.so"
	mkdir "$WORLD/locales"
	localedef --no-archive -i de_DE -f UTF-8 "$WORLD/locales/de_DE.UTF-8"
	export LOCPATH=$WORLD/locales
}

@test "a refusal in an application with a German locale is German and the log English" {
	run answered "$UNKNOWN_TOKEN" -- env -u LANGUAGE LC_ALL=de_DE.UTF-8 "$TOOLS/devlog" "$WORLD/log" \
		"$TOOLS/peer" "$WORLD/peer.sock" revoked "$TOOLS/drive" -l "$WORLD/pam.d" peer "$OWNER"
	expect_line "error: Dieses Token wurde widerrufen."
	run cat "$WORLD/log"
	[[ $output == *"refused (revoked)"* ]]
}

@test "the warning of expiry in an application with a German locale has German plurals" {
	LC_ALL=de_DE.UTF-8 run peer -e $((3 * 86400 + 3600)) accepted -l
	[[ $output == *"error: Dieses Token gilt noch 3 Tage, bis 20"*" UTC."* ]]
	LC_ALL=de_DE.UTF-8 run peer -e $((86400 + 3600)) accepted -l
	[[ $output == *"error: Dieses Token gilt noch 1 Tag, bis 20"*" UTC."* ]]
}

@test "a refusal in an application that did not call setlocale is English" {
	LC_ALL=de_DE.UTF-8 run peer revoked
	expect_line "error: This token has been revoked."
}

@test "a refusal in an application with the C locale is English" {
	LC_ALL=C run peer revoked -l
	expect_line "error: This token has been revoked."
}
