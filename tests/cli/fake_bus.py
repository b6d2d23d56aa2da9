# SPDX-License-Identifier: LGPL-2.1-or-later
"""fake_bus.py MESSAGE [NAME]: the bus of a hostile machine, on standard input.

It says who the caller is only if there is a NAME, of an error, and refuses all else by it: each
refusal has MESSAGE, in which \\e and \\uNNNN stand for characters.
"""
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

message = sys.argv[1].replace("\\e", "\033").encode().decode("raw_unicode_escape")
name = sys.argv[2] if len(sys.argv) > 2 else None
XML = """<node><interface name="org.freedesktop.DBus">
<method name="Hello"><arg type="s" direction="out"/></method>
<method name="GetConnectionUnixUser"><arg type="s" direction="in"/>
  <arg type="u" direction="out"/></method>
</interface></node>"""


def on_call(_connection, _sender, _path, _interface, method, _args, call):
    if method == "Hello":
        call.return_value(GLib.Variant("(s)", (":1.1",)))
    elif name:
        call.return_value(GLib.Variant("(u)", (0,)))
    else:
        call.return_dbus_error("org.freedesktop.DBus.Error.Failed", message)


def on_manager(_connection, _sender, _path, _interface, _method, _args, call):
    call.return_dbus_error(name, message)


MANAGER = """<node><interface name="org.patd.Tokens1.Manager"><method name="ListTokens">
<arg type="a{sv}" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="aa{sv}" direction="out"/><arg type="s" direction="out"/></method></interface></node>"""

stream = Gio.Socket.new_from_fd(0).connection_factory_create_connection()
flags = Gio.DBusConnectionFlags
bus = Gio.DBusConnection.new_sync(
    stream,
    Gio.dbus_generate_guid(),
    flags.AUTHENTICATION_SERVER | flags.AUTHENTICATION_ALLOW_ANONYMOUS | flags.DELAY_MESSAGE_PROCESSING,
    None,
    None,
)
loop = GLib.MainLoop()
for path, xml, serve in (
    ("/org/freedesktop/DBus", XML, on_call),
    ("/org/patd/Tokens1", MANAGER, on_manager),
):
    bus.register_object(path, Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], serve, None, None)
bus.connect("closed", lambda *_: loop.quit())
bus.start_message_processing()
loop.run()
