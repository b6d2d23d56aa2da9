# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the code blocks of a recipe of doc/recipes; see its README.md for their info strings.
#
#     load system
#     load recipe
#
# shellcheck shell=bash disable=SC2154 # run assigns output

RECIPES=/recipes
SYSTEM=$(dirname "${BASH_SOURCE[0]}")

# blocks RECIPE FOLDER: writes each block to a file NUMBER-KIND-USER-EXPECTATION-ANSWER, such as
# 03-sh-alice-refused-token
blocks() {
	awk -v folder="$2" '
		!inside && /^```(sh|cron) [a-z]/ {
			expectation = / refused/ ? "refused" : "accepted"
			answer = / password/ ? "password" : "token"
			file = sprintf("%s/%02d-%s-%s-%s-%s", folder, ++n, substr($1, 4), $2,
				expectation, answer)
			inside = 1
			next
		}
		/^```$/ { inside = 0; close(file) }
		inside { print >file }
	' "$1"
}

# as_cron USER FILE: runs the line of a crontab as cron does: by sh, in the home directory, with a
# minimal environment and without a terminal.
as_cron() {
	local home
	home=$(getent passwd "$1" | cut -d: -f6)
	sed 's/^\([^ ]* \)\{5\}//' "$2" | (cd "$home" && setsid --wait runuser -u "$1" -- \
		env -i HOME="$home" LOGNAME="$1" PATH=/usr/bin:/bin SHELL=/bin/sh /bin/sh -eu)
}

# run_block FILE: runs the block
run_block() {
	local kind user answer=${NEWEST:-no token yet}
	IFS=- read -r _ kind user _ _ <<<"${1##*/}"
	[[ $1 != *-password ]] || answer=$PASSWORD
	case $kind-$user in
	sh-*) ANSWER=$answer expect -f "$SYSTEM/block.exp" "$user" "$1" 3>&- ;;
	cron-*) as_cron "$user" "$1" ;;
	esac
}

# run_recipe RECIPE [CHECK]: runs all its blocks, and CHECK before the last one, which undoes it; fails
# at the first with another result than expected
run_recipe() {
	local folder=/run/recipe-$1 block blocks token n=0
	mkdir -m 0755 "$folder" # readable for the users
	blocks "$RECIPES/$1.md" "$folder"
	blocks=("$folder"/*)
	for block in "${blocks[@]}"; do
		n=$((n + 1))
		[ "$n" -lt "${#blocks[@]}" ] || "${2:-true}" || return 1
		echo "--- $block"
		cat "$block"
		run run_block "$block"
		echo "$output (status $status)"
		if [[ $block = *-refused-* ]]; then
			[ "$status" -ne 0 ] && [ "$status" -ne 100 ] || return 1
		else
			[ "$status" -eq 0 ] || return 1
		fi
		token=$(grep -oE 'pat_[0-9A-Za-z]{10}_[0-9A-Za-z]{45}' <<<"$output" | tail -n 1)
		[ -n "$token" ] || continue
		NEWEST=$token
		record_secret "$token"
	done
	[ "$n" -gt 3 ]
}
