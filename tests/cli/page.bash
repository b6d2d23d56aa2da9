# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers that read the manual pages in build/man.
# shellcheck shell=bash

# section PAGE TITLE: the text of the section, including the requests of troff
section() {
	sed -n "/^\.SH $2\$/,/^\.SH /p" "$BUILD/man/$1" |
		sed '1d; /^\.SH /d; s/\\f[BIR]//g; s/\\&//g; s/\\-/-/g; s/\\\\/\\/g'
}

sections() {
	sed -n 's/^\.SH //p' "$BUILD/man/$1"
}

# terms PAGE TITLE: the terms of the definition lists of a section, one a line
terms() {
	section "$1" "$2" | awk '/^\.RS 4$/ && last !~ /^\./ { print last } { last = $0 }'
}

# option_names <TEXT: the options in a text, such as "-n" and "--lines=": "=" if it takes a value
option_names() {
	grep -oE -- '(^|[^-0-9A-Za-z])(--[a-z-]+=?|-[A-Za-z]([^a-z-]|$))' |
		grep -oE -- '--[a-z-]+=?|-[A-Za-z]' | sort -u
}

# blocks PAGE TITLE FOLDER: the literal blocks of a section, as files 1, 2, … of the folder
blocks() {
	mkdir "$3"
	section "$1" "$2" | awk -v folder="$3" '
		/^\.nf$/ { file = folder "/" ++n; next }
		/^\.fi$/ { close(file); file = "" }
		file != "" && !/^\.RS/ { print >file }
	'
}
