#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dbus-daemon 1.14.10-1~deb12u1 (Debian 12) and 1.16.2-2 (Debian 13).
#
# A client sends 30 calls, and reads the replies afterwards; together they are larger than what the
# bus may queue for one connection (here 1 MB of 3 MB).  The service answers each.  What comes:
#
#   the client: some replies, no error
#   the service: LimitsExceeded for each of the others
#   a call after that: answered
#   when the service leaves the bus: no error
#
# An expert would not have guessed it: a caller gets one reply or one error for each call; if a service
# leaves, dbus-daemon itself writes the error, NoReply.  But here it tells the sender of what it throws
# away: the service gets an error for its reply, which is no call and waits for none.  And from then on
# the bus counts the call as answered.  So the client waits for the end of its own time limit, however
# empty its queue is meanwhile, or for ever if it has none.  dbus-daemon(1) gives the limit,
# max_outgoing_bytes, and not what happens at it.
set -euo pipefail
tmp=$(mktemp -d) # for the packages; removed at the end
# shellcheck source=findings/root.bash
. "$(dirname "$0")/root.bash"

daemon=
cleanup() { [ -z "$daemon" ] || kill "$daemon"; }
for release in 'bookworm 1.14.10-1~deb12u1' 'trixie 1.16.2-2'; do
	read -r suite version <<<"$release"
	root "$suite" "dbus-daemon=$version" python3-jeepney
	system=$tmp/$suite
	mkdir -p "$system/run"
	echo 'root:x:0:0::/:/bin/false' >"$system/etc/passwd"
	cat >"$system/etc/bus.conf" <<'CONF'
<busconfig>
  <listen>unix:path=/run/bus</listen>
  <auth>EXTERNAL</auth>
  <limit name="max_outgoing_bytes">1000000</limit>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
CONF
	daemon=$(chroot "$system" dbus-daemon --config-file=/etc/bus.conf --fork --print-pid 2>"$tmp/log.bus")
	expect "$suite" 'the client: some replies, no error
the service: LimitsExceeded for each of the others
a call after that: answered
when the service leaves the bus: no error' "$(chroot "$system" /usr/bin/python3 -B -c '
from jeepney import DBusAddress, HeaderFields, MessageType, message_bus
from jeepney import new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection

CALLS = 30
address = DBusAddress("/", bus_name="org.example.Service", interface="org.example.Service")


def send(connection, message):
    serial = next(connection.outgoing_serial)
    connection.send(message, serial=serial)
    return serial


def round_trip(connection):
    """Until the bus has taken what was sent before; what came meanwhile."""
    serial, messages = send(connection, message_bus.GetId()), []
    while True:
        message = connection.receive(timeout=60)
        if message.header.fields.get(HeaderFields.reply_serial) == serial:
            return messages
        messages.append(message)


def errors(messages):
    return {
        message.header.fields[HeaderFields.error_name].rpartition(".")[2]
        for message in messages
        if message.header.message_type == MessageType.error
    }


def answer(size):
    """Errors that came before the call."""
    came = []
    while True:
        message = service.receive(timeout=60)
        if message.header.message_type == MessageType.method_call:
            service.send(new_method_return(message, "ay", (bytes(size),)))
            return came
        came.append(message)


service, client = open_dbus_connection("unix:path=/run/bus"), open_dbus_connection("unix:path=/run/bus")
service.send_and_get_reply(message_bus.RequestName(address.bus_name))
round_trip(service)
for _ in range(CALLS):
    send(client, new_method_call(address, "Ask"))
refused = [message for _ in range(CALLS) for message in answer(100000)] + round_trip(service)

# All that the bus has for the client comes before the answer to this.
serial, came = send(client, message_bus.GetId()), []
while not came or came[-1].header.fields.get(HeaderFields.reply_serial) != serial:
    came.append(client.receive(timeout=60))
replies = sum(message.header.message_type == MessageType.method_return for message in came[:-1])
assert 0 < replies < CALLS and refused
print("the client:", "some replies,", *errors(came) or ["no error"])
assert replies + len(refused) == CALLS
print("the service:", *errors(refused), "for each of the others")

serial = send(client, new_method_call(address, "Ask"))
answer(1)
reply = client.receive(timeout=60)
assert reply.header.fields[HeaderFields.reply_serial] == serial
print("a call after that:", *errors([reply]) or ["answered"])

service.close()
came, gone = [], False
while not gone:
    serial, reply = send(client, message_bus.NameHasOwner(address.bus_name)), None
    while not reply:
        message = client.receive(timeout=60)
        if message.header.fields.get(HeaderFields.reply_serial) == serial:
            reply = message
        else:
            came.append(message)
    gone = not reply.body[0]
came += round_trip(client)
print("when the service leaves the bus:", *errors(came) or ["no error"])
')"
	kill "$daemon"
	daemon=
done
