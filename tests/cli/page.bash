# Reads the manual as it is built, in build/man.
# shellcheck shell=bash

# section PAGE TITLE: its text, with the lines that begin with a dot for troff
section() {
	sed -n "/^\.SH $2\$/,/^\.SH /p" "$BUILD/man/$1" |
		sed '1d; /^\.SH /d; s/\\f[BIR]//g; s/\\&//g; s/\\\\/\\/g'
}

sections() {
	sed -n 's/^\.SH //p' "$BUILD/man/$1"
}

# terms PAGE TITLE: what is explained there, a line each
terms() {
	section "$1" "$2" | awk '/^\.RS 4$/ && last !~ /^\./ { print last } { last = $0 }'
}

# option_names: of the options in a text, as "-n" and as "--lines", with "=" if it takes a value
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
