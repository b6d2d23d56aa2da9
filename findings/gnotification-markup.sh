#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# GLib 2.74.6-2+deb12u9 (Debian 12) and 2.84.4-3~deb13u5 (Debian 13): GNotification, without a desktop's
# own service.
#
# A GApplication sends a notification with the body "make a&b <i>now</i>".  The call to
# org.freedesktop.Notifications that leaves the process has the body with the very same characters.
#
# An expert would not have guessed it: g_notification_set_body() documents no markup, and a service
# that owns org.gtk.Notifications is given the text to show as it is.  For the other service "body" is
# markup by its specification, if the service has that capability.  GLib chooses between the two at
# run time, does not escape for the one that needs it, and does not tell the program which it chose:
# a program that shows the text of others has to find out by itself.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# The body of the first call of Notify that a monitor of the session bus sees.
# shellcheck disable=SC2016
watch='
import subprocess, sys
from gi.repository import Gio
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
monitor = subprocess.Popen(["dbus-monitor", "--session", "member=Notify"],
                           stdout=subprocess.PIPE, text=True)
for line in monitor.stdout:  # it is one as soon as it has lost its name
    if "NameLost" in line:
        break
application = Gio.Application(application_id="org.example.Sender")
application.register()
notification = Gio.Notification.new("title")
notification.set_body("make a&b <i>now</i>")
application.send_notification("id", notification)
application.get_dbus_connection().flush_sync()
for line in monitor.stdout:
    if "make" in line:
        print(line.strip())
        break
monitor.kill()
'

for release in 'bookworm 2.74.6-2+deb12u9' 'trixie 2.84.4-3~deb13u5'; do
	read -r suite version <<<"$release"
	root "$suite" "libglib2.0-0$([ "$suite" = bookworm ] || echo t64)=$version" python3-gi \
		gir1.2-glib-2.0 dbus-daemon dbus-bin python3-minimal
	system=$tmp/$suite
	echo 'root:x:0:0::/root:/bin/sh' >"$system/etc/passwd"
	expect "$suite" 'string "make a&b <i>now</i>"' "$(chroot "$system" \
		dbus-run-session -- python3 -c "$watch" 2>"$tmp/errors")"
done
