# SPDX-License-Identifier: LGPL-2.1-or-later
# Clients that several applications need, for their login_with(): each prints what a person sees.
# shellcheck shell=bash

# as USER COMMAND...: without PAM
as() {
	env HOME="/home/$1" USER="$1" LOGNAME="$1" timeout 60 \
		setpriv --reuid="$1" --regid="$1" --init-groups -- "${@:2}"
}

# by_http URL USER SECRET [OPTION...]: HTTP Basic
by_http() {
	timeout 60 curl --silent --show-error --fail --user "$2:$3" "${@:4}" "$1"
}

# by_imap USER SECRET [OPTION...]
by_imap() {
	timeout 60 curl --silent --user "$1:$2" "${@:3}" imap://127.0.0.1/ --request NOOP \
		--verbose 2>&1 | grep '^<'
}

# on_terminal USER SECRET COMMAND...: as USER, answers its prompt for a password
on_terminal() {
	ANSWER=$2 as "$1" expect -f "$APPLICATIONS/prompt.exp" "${@:3}"
}

# start_display: for on_display()
start_display() {
	systemd-run --quiet --unit=test-display --uid=alice Xvfb :9
	wait_until env DISPLAY=:9 xdotool getdisplaygeometry
}

# on_display USER SECRET LOCKER [OPTION...]: USER locks the display with LOCKER, which returns when it
# has done so, and leaves a process of its name that ends when it has accepted the secret typed
on_display() {
	local end=$((SECONDS + 40))
	DISPLAY=:9 as "$1" "${@:3}" || return
	DISPLAY=:9 xdotool type --delay 20 "$2"
	DISPLAY=:9 xdotool key Return
	while pgrep --euid "$1" --exact "$3" >/dev/null; do
		[ "$SECONDS" -lt "$end" ] || { pkill --euid "$1" --exact "$3"; return 1; }
	done
}
