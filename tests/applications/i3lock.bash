# SPDX-License-Identifier: LGPL-2.1-or-later
# i3lock, on a display of Xvfb.
packages i3lock xvfb xdotool

configure() {
	start_display
}

login_with() {
	on_display "$1" "$2" i3lock
}

row <<'END'
application  i3lock
service      i3lock
rhost        unset
tty          :9
ids          alice/alice
phases       auth setcred
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
