# SPDX-License-Identifier: LGPL-2.1-or-later
# The words in which NAME.bash describes an application; read on this machine and in the booted one.
#
#     packages NAME...      of Debian: first that of the application, whose version is in the table
#     prepare               a function, if there is a need: what its recipe in doc/recipes expects
#     configure             a function: makes it run, and authenticate by PAM
#     unconfigure           a function, if there is a need: ends what configure() started by itself
#     login_with USER SECRET  a function: logs in, prints what the person sees, succeeds or fails
#     row [SUITE] <<'END'   what was measured, a line for each key: see KEYS, and doc/applications.md.
#                           With SUITE: what is different in that release of Debian
#
# shellcheck shell=bash

APPLICATIONS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# What is measured.  A row has "application" beside it, its name for people, and where there is a need
# "advice", what an administrator should know, or "unmeasured", why it cannot be run here.
# shellcheck disable=SC2034 # for the programs that read this file
KEYS=(service rhost tty ids phases password token local address uses once revoked told)

# all_applications: the name of each, one a line
all_applications() {
	grep -l '^row <<' "$APPLICATIONS"/*.bash | sed 's|.*/||; s|\.bash$||' | grep -vx application
}

packages() {
	PACKAGES+=("$@")
}

row() {
	local text
	text=$(cat)
	[ $# -gt 0 ] && [ "$1" != "$ROW_SUITE" ] || ROW+=$text$'\n'
}

# load_application NAME [SUITE]: defines its functions, PACKAGES and ROW, by default for the release of
# this machine
load_application() {
	PACKAGES=() ROW=
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
