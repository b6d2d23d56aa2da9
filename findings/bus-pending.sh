#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dbus-daemon 1.14.10-1~deb12u1 (Debian 12) and 1.16.2-2 (Debian 13).
#
# A service on the system bus is started by systemd: its file has SystemdService=.  A call makes the
# bus ask systemd to start the unit.  The unit fails at once, and its administrator mends it a second
# later.  The next call does not start it: while the first waits, the bus asks systemd no more.  Both
# fail at the end of the time limit (25 seconds, here 3):
#
#   Error org.freedesktop.DBus.Error.TimedOut: Failed to activate service 'org.example.Service':
#   timed out (service_start_timeout=3000ms)
#
# Only a call after that starts the unit.
#
# An expert would not have guessed it: that the first call waits is known, since systemd reports to
# the bus only units that it cannot begin to start, not those that fail.  But the same service
# started by Exec= is started again by each call.  Here the error of the second call says that
# starting took too long, where nobody tried.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

# activation SUITE VERSION: the dbus-daemon of that version starts a service; prints what happens.
activation() {
	local bus=$tmp/$1
	root "$1" "dbus-daemon=$2" python3-jeepney
	mkdir -p "$bus/run" "$bus/services"
	echo 'root:x:0:0::/:/bin/false' >"$bus/etc/passwd"
	printf '%s\n' '[D-BUS Service]' Name=org.example.Service Exec=/bin/false \
		SystemdService=example.service >"$bus/services/org.example.Service.service"
	printf '%s\n' '[D-BUS Service]' Name=org.example.Child 'Exec=/usr/bin/python3 -c exit(1)' \
		>"$bus/services/org.example.Child.service"
	cat >"$bus/etc/bus.conf" <<'CONF'
<busconfig>
  <listen>unix:path=/run/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>/services</servicedir>
  <limit name="service_start_timeout">3000</limit>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
CONF
	chroot "$bus" dbus-daemon --config-file=/etc/bus.conf --systemd-activation --fork \
		--print-pid >"$tmp/pid" 2>"$tmp/log.bus"
	chroot "$bus" /usr/bin/python3 -B -c '
from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection


def connect():
    return open_dbus_connection("unix:path=/run/bus")


def call(name):
    """The connection, and the serial of the call."""
    caller, serial = connect(), None
    message = new_method_call(DBusAddress("/", bus_name=name, interface=name), "Ask")
    serial = next(caller.outgoing_serial)
    caller.send(message, serial=serial)
    return caller, serial


def round_trip(connection):
    """Until the bus has taken what was sent before; the signals that came meanwhile."""
    serial, signals = next(connection.outgoing_serial), []
    connection.send(message_bus.GetId(), serial=serial)
    while True:
        message = connection.receive(timeout=60)
        if message.header.fields.get(HeaderFields.reply_serial) == serial:
            return signals
        signals.append(message.header.fields.get(HeaderFields.member))


def asked(caller):
    """How often the bus asks systemd for the call that was just sent."""
    round_trip(caller[0])
    return round_trip(systemd).count("ActivationRequest")


def error(caller):
    while True:
        message = caller[0].receive(timeout=60)
        if message.header.fields.get(HeaderFields.reply_serial) == caller[1]:
            return message.header.fields.get(HeaderFields.error_name).rpartition(".")[2]


# As systemd, which begins to start the unit, and says nothing to the bus if that fails.
systemd = connect()
systemd.send_and_get_reply(message_bus.RequestName("org.freedesktop.systemd1"))
round_trip(systemd)
first = call("org.example.Service")
print("first", asked(first), end="; ")
second = call("org.example.Service")
print("second", asked(second), end="; ")
print(error(first), error(second), end="; ")
print("third", asked(call("org.example.Service")), end="; ")
print("by Exec=", *[error(call("org.example.Child")) for _ in range(2)])
'
	kill "$(cat "$tmp/pid")"
}
cleanup() { kill "$(cat "$tmp/pid" 2>/dev/null)" 2>/dev/null || :; }

expected='first 1; second 0; TimedOut TimedOut; third 1; by Exec= ChildExited ChildExited'
expect 'requests to systemd, Debian 12' "$expected" "$(activation bookworm 1.14.10-1~deb12u1)"
expect 'requests to systemd, Debian 13' "$expected" "$(activation trixie 1.16.2-2)"
