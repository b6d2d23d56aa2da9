# usage: zsh -f complete.zsh FOLDER DUMP LINE...
#
# Presses the tabulator behind each LINE in an interactive zsh with the completions of FOLDER.  DUMP:
# a file that keeps what zsh finds out about its completions, which takes it longer than the rest.
# Prints what the terminal then shows, and a line "LINE: " with what has become of it.
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
	# Without what moves the cursor and colours.
	print -r -- "$output" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/[\r\a]//g; s/ DONE$//'
done
