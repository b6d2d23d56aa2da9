#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dbus-daemon 1.14.10-1~deb12u1 with libsystemd0 252.39-1~deb12u2 (Debian 12), and dbus-daemon
# 1.16.2-2 with libsystemd0 257.13-1~deb13u1 (Debian 13).
#
# A program sends file descriptors over the session bus, in a method call to a service that does not
# run.  With 16 of them it gets the error that says so.  With 17, dbus-daemon ends the connection:
#
#   16 descriptors: org.freedesktop.DBus.Error.ServiceUnknown
#   17 descriptors: org.freedesktop.DBus.Error.Disconnected
#   afterwards: -107 (ENOTCONN)
#   log of the bus: nothing
#
# An expert would not have guessed it: who has too many names, match rules or calls without a reply,
# gets the error LimitsExceeded, and goes on.  The session bus is said not to limit anything, and its
# session.conf has "We do not override max_message_unix_fds here since the in-kernel limit is also
# relatively low".  The kernel's limit is 253, and sd-bus builds such messages.  But the default that
# is not overridden is 16, and what breaks it is for the bus no request to refuse, but a message that
# is not valid, as if it were garbage.  The program loses its names, and ends, if it exits on
# disconnect, with no word of the descriptors anywhere.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# send COUNT: calls the method with so many descriptors, and then another without; prints the error
# of the first, and what the second returns.
send() {
	chroot "$system" /usr/bin/python3 -c '
import ctypes, sys


class Error(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("message", ctypes.c_char_p), ("owned", ctypes.c_int)]


sd = ctypes.CDLL("libsystemd.so.0")
bus, message, error = ctypes.c_void_p(), ctypes.c_void_p(), Error()


def check(result):
    if result < 0:
        raise OSError(-result, "sd-bus")


check(sd.sd_bus_new(ctypes.byref(bus)))
check(sd.sd_bus_set_address(bus, b"unix:path=/run/bus"))
check(sd.sd_bus_set_bus_client(bus, 1))
check(sd.sd_bus_negotiate_fds(bus, 1))
check(sd.sd_bus_start(bus))
check(
    sd.sd_bus_message_new_method_call(
        bus, ctypes.byref(message), b"org.example.Service", b"/", b"org.example.Service", b"Take"
    )
)
check(sd.sd_bus_message_open_container(message, ctypes.c_char(b"a"), b"h"))
for _ in range(int(sys.argv[1])):
    check(sd.sd_bus_message_append_basic(message, ctypes.c_char(b"h"), ctypes.byref(ctypes.c_int(1))))
check(sd.sd_bus_message_close_container(message))
sd.sd_bus_call(bus, message, ctypes.c_uint64(0), ctypes.byref(error), None)
print(error.name.decode())
print(
    sd.sd_bus_call_method(
        bus, b"org.freedesktop.DBus", b"/", b"org.freedesktop.DBus", b"GetId", None, None, b""
    )
)
' "$1"
}

daemon=
cleanup() { [ -z "$daemon" ] || kill "$daemon"; }
for release in 'bookworm 1.14.10-1~deb12u1 252.39-1~deb12u2' 'trixie 1.16.2-2 257.13-1~deb13u1'; do
	read -r suite bus library <<<"$release"
	echo "$suite:"
	root "$suite" "dbus-daemon=$bus" dbus-session-bus-common "libsystemd0=$library" python3
	system=$tmp/$suite
	mkdir -p "$system/run"
	echo 'root:x:0:0::/:/bin/sh' >"$system/etc/passwd"
	daemon=$(chroot "$system" dbus-daemon --config-file=/usr/share/dbus-1/session.conf \
		--address=unix:path=/run/bus --fork --print-pid 2>"$tmp/log.bus")
	expect '16 descriptors' $'org.freedesktop.DBus.Error.ServiceUnknown\n1' "$(send 16)"
	expect '17 descriptors' $'org.freedesktop.DBus.Error.Disconnected\n-107' "$(send 17)"
	expect '253 descriptors' $'org.freedesktop.DBus.Error.Disconnected\n-107' "$(send 253)"
	expect 'log of the bus' '' "$(cat "$tmp/log.bus")"
	kill "$daemon"
	daemon=
done
