# SPDX-License-Identifier: LGPL-2.1-or-later
# Presses Tab at the end of command lines in an interactive zsh, and prints the result.
#
# usage: zsh -f complete.zsh FOLDER DUMP LINE...
#
# FOLDER has the completions.  DUMP is a file in which zsh caches them, as reading them takes long.
# For each LINE prints what the terminal then shows, and a line "LINE: " with the completed line.
zmodload zsh/zpty || exit 1

local folder=${1:a} dump=$2 line output
shift 2

zpty shell zsh -f -i
for line in \
	'stty rows 2000 columns 200; PROMPT=; KEYTIMEOUT=1; unsetopt prompt_sp beep' \
	"fpath=(${(q)folder} \$fpath); autoload -Uz compinit; compinit -u -d ${(q)dump}" \
	'tell() { print -r -- $'\''\nLINE'\'': "$BUFFER" D''ONE; BUFFER=; }; zle -N tell' \
	'bindkey "^X" tell "^I" complete-word "^U" kill-whole-line; print REA''""''DY'; do
	zpty -w shell $line
done
zpty -r shell output '*READY*' || exit 1
for line in "$@"; do
	zpty -w -n shell $'\C-u'$line$'\t\C-x'
	zpty -r shell output '*LINE: *DONE*' || exit 1
	# Without escape sequences for cursor and colours.
	print -r -- "$output" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/[\r\a]//g; s/ DONE$//'
done
