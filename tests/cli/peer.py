"""peer.py PAGE...: a stand-in for patd whose lists are these pages, one a call, the last for ever.

A page is N or N:CURSOR, N tokens and what is said of the next page; or an error's name.  Prints a
line when it serves.
"""
import os
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

XML = """<node><interface name="org.patd.Tokens1.Manager"><method name="ListTokens">
  <arg type="a{sv}" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
  <arg type="aa{sv}" direction="out"/><arg type="s" direction="out"/>
</method></interface></node>"""

pages = sys.argv[1:]
rows = 0


def token():
    global rows
    rows += 1
    strings = {
        "Id": f"token{rows:05}", "Name": f"name {rows}", "User": "root", "State": "active",
        "LastUsedService": "",
    }  # fmt: skip
    times = dict.fromkeys(("CreatedAt", "ExpiresAt", "RevokedAt", "LastUsedAt"), 0)
    return {
        "Uid": GLib.Variant("u", 0),
        **{key: GLib.Variant("s", value) for key, value in strings.items()},
        **{key: GLib.Variant("t", value) for key, value in times.items()},
    }


def serve(connection, sender, path, interface, method, args, invocation):
    page = pages.pop(0) if len(pages) > 1 else pages[0]
    if not page[0].isdigit():
        invocation.return_dbus_error(page, "said the peer")
        return
    count, _, cursor = page.partition(":")
    reply = ([token() for _ in range(int(count))], cursor)
    invocation.return_value(GLib.Variant("(aa{sv}s)", reply))


bus = Gio.DBusConnection.new_for_address_sync(
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"],
    Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
    None,
    None,
)
bus.register_object(
    "/org/patd/Tokens1", Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], serve, None, None
)
Gio.bus_own_name_on_connection(
    bus, "org.patd.Tokens1", Gio.BusNameOwnerFlags.NONE, lambda *_: print("serving", flush=True),
    None,
)  # fmt: skip
GLib.MainLoop().run()
