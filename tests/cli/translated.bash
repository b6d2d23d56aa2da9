# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers of tests that run patctl in other languages.  For bats files:
#
#     load translated
#     setup_file() { translated_world; }
#
# The first patctl in PATH then is one that finds its translations in the build directory.
# shellcheck shell=bash

# translated_world LOCALE...: patd_world() with these locales, made for the test
translated_world() {
	patd_world
	mkdir "$WORLD/bin" "$WORLD/locales"
	cp "$BUILD/tests/cli/patctl" "$WORLD/bin"
	for locale; do
		localedef --no-archive -i "$locale" -f UTF-8 "$WORLD/locales/$locale.UTF-8"
	done
	export LOCPATH=$WORLD/locales PATH=$WORLD/bin:$PATH
}

# Each runs a command in a language; "marked" is that of marked.mo, see cli.mk.
german() {
	LC_ALL=de_DE.UTF-8 "$@"
}

marked() {
	LC_ALL=de_DE.UTF-8 LANGUAGE=marked "$@"
}
