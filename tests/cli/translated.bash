# patctl as it speaks other languages.  For bats files:
#
#     load translated
#     setup_file() { translated_world; }
#
# The first patctl in PATH then finds its translations where the build has them.
# shellcheck shell=bash

# translated_world LOCALE...: as patd_world, with locales of the test's own
translated_world() {
	patd_world
	mkdir "$WORLD/bin" "$WORLD/locales"
	cp "$BUILD/tests/cli/patctl" "$WORLD/bin"
	for locale; do
		localedef --no-archive -i "$locale" -f UTF-8 "$WORLD/locales/$locale.UTF-8"
	done
	export LOCPATH=$WORLD/locales PATH=$WORLD/bin:$PATH
}

# Each is an environment, before a command.
german() {
	LC_ALL=de_DE.UTF-8 "$@"
}

marked() {
	LC_ALL=de_DE.UTF-8 LANGUAGE=marked "$@"
}
