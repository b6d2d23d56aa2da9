# SPDX-License-Identifier: LGPL-2.1-or-later
# The words in which NAME.bash describes an application; read on this machine and in the booted one.
#
#     packages NAME...      of Debian, first that of the application
#     versions NAME...      of which the table shows the version, where it is not that one alone; a
#                           pattern of dpkg-query(1), if the name says one
#     prepare               a function, if there is a need: what its recipe in doc/recipes expects
#     in_recipe             a function, if a recipe's setup is to be tried by login_with(): what it
#                           leaves to the reader
#     configure             a function: makes it run, and authenticate by PAM
#     unconfigure           a function, if there is a need: ends what configure() started by itself
#     login_with USER SECRET  a function: logs in, prints what the person sees, succeeds or fails
#     row [SUITE] <<'END'   what was measured, a line for each key: see KEYS, and doc/applications.md.
#                           With SUITE: what is different in that release of Debian.  Tokens never
#                           open an application whose "token" is "refused": its row ends there
#
# shellcheck shell=bash

APPLICATIONS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# What is measured.  A row has "application" beside it, its name for people, and where there is a need
# "advice", what an administrator should know, or "unmeasured", why it cannot be run here.
# shellcheck disable=SC2034 # for the programs that read this file
KEYS=(service rhost tty ids phases password token local address uses once revoked told longest)

# all_applications: the name of each, one a line
all_applications() {
	grep -l '^row <<' "$APPLICATIONS"/*.bash | sed 's|.*/||; s|\.bash$||' | grep -vx application
}

packages() {
	PACKAGES+=("$@")
}

versions() {
	VERSIONS+=("$@")
}

row() {
	local text
	text=$(cat)
	[ $# -gt 0 ] && [ "$1" != "$ROW_SUITE" ] || ROW+=$text$'\n'
}

# load_application NAME [SUITE]: defines its functions, PACKAGES, VERSIONS and ROW, by default for the
# release of this machine
load_application() {
	PACKAGES=() VERSIONS=() ROW=
	# shellcheck disable=SC1091
	ROW_SUITE=${2:-$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")}
	# shellcheck disable=SC1090
	. "$APPLICATIONS/$1.bash"
}

# row_value KEY: of ROW; a value goes on in lines that begin with a blank, and the last one counts
row_value() {
	awk -v key="$1" '
		/^[^ \t]/ { inside = $1 == key; if (inside) { sub(/^[^ \t]+[ \t]*/, ""); value = "" } }
		inside && NF { sub(/^[ \t]+/, ""); value = value (value == "" ? "" : " ") $0 }
		END { print value }' <<<"$ROW"
}

# measured FILE KEY: what a run has written to the file; it writes date and packages only if no test
# has failed, but for a difference from the row
measured() {
	sed -n "s/^$2 *//p" "$1" | tail -n 1
}

# differences FILE: between what a run has measured and ROW; none if they agree
differences() {
	local key
	for key in "${KEYS[@]}"; do
		[ "$(measured "$1" "$key")" = "$(row_value "$key")" ] ||
			echo "$key: measured \"$(measured "$1" "$key")\", the row says \"$(row_value "$key")\""
	done
}
