# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of patctl for bash.  The candidates come from `patctl complete`, which
# needs no quotes for them: see patctl/complete/candidates.h.
# shellcheck shell=bash

_patctl() {
	local line=${COMP_LINE:0:COMP_POINT} words=() piece rest typed kept

	COMPREPLY=()
	# Bash parts words at "=" and ":", too: what has no blank between it is one word.
	for piece in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
		rest=${line#"${line%%[![:space:]]*}"}
		if [[ ${#words[@]} -eq 0 || $rest != "$line" ]]; then
			words+=("")
		fi
		[[ $rest == "$piece"* ]] || piece=$rest # the cursor is in it
		words[${#words[@]} - 1]+=$piece
		line=${rest#"$piece"}
	done
	words=("${words[@]//[\"\'\\]/}")
	# A token that was pasted here is not for the list of processes.
	[[ ${words[*]} != *pat_??????????_* ]] || return

	# Bash itself keeps what stands before the last place where it parts words.
	typed=${words[-1]} kept=
	[[ $typed != *["$COMP_WORDBREAKS"]* ]] || kept=${typed%"${typed##*["$COMP_WORDBREAKS"]}"}
	while IFS=$'\t' read -r piece _; do
		COMPREPLY+=("${piece#"$kept"}")
	done < <(command patctl complete -- "${words[@]:1}" 2>/dev/null </dev/null)
	if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/:] ]]; then
		compopt -o nospace
	fi
} && complete -F _patctl patctl
