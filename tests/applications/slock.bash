# SPDX-License-Identifier: LGPL-2.1-or-later
# slock, on a display of Xvfb.
packages suckless-tools libcap2-bin xvfb xdotool

configure() {
	start_display
	# The package lets it forbid the kernel to end it; a container may not, and could not start it.
	setcap -r /usr/bin/slock || :
}

login_with() {
	local locked=/home/$1/locked end=$((SECONDS + 30))
	rm -f "$locked"
	DISPLAY=:9 as "$1" slock touch "$locked" &
	wait_until [ -e "$locked" ] || return
	DISPLAY=:9 xdotool type --delay 20 "$2"
	DISPLAY=:9 xdotool key Return
	while pgrep --exact slock >/dev/null; do
		[ "$SECONDS" -lt "$end" ] || { pkill --exact slock; return 1; }
	done
}

row <<'END'
application  slock
service      slock
rhost        unset
tty          unset
ids          alice/alice
phases       auth account
password     accepted
token        accepted
local        accepted
address      refused
uses         1
once         accepted refused
revoked      refused
told         no
longest      255
END
