# SPDX-License-Identifier: LGPL-2.1-or-later
"""fake_patd.py PAGE...: a fake patd that returns one of the pages per call, at last always the last.

A page is N, for N tokens, or N:CURSOR, with the cursor of the next page, or the name of an error.
Prints a line once it serves.
"""
import os
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

XML = """<node><interface name="org.patd.Tokens1.Manager"><method name="ListTokens">
  <arg type="a{sv}" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
  <arg type="aa{sv}" direction="out"/><arg type="s" direction="out"/>
</method></interface>
<interface name="org.patd.Tokens1.Token"><method name="GetSources">
  <arg type="aa{sv}" direction="out"/>
</method></interface></node>"""

pages = sys.argv[1:]
rows = 0


def token():
    global rows
    rows += 1
    strings = {
        "Id": f"token{rows:05}", "Name": f"name {rows}", "User": "root", "State": "active",
    }  # fmt: skip
    nothing = {
        "s": ("", "Hours RevokedReason LastUsedService LastUsedFrom"),
        "as": ([], "Services Sources"),
        "u": (0, "Uid CreatedBy Rotations"),
        "t": (0, "CreatedAt ExpiresAt NotBefore MaxUses Uses RevokedAt RevokedUntil RotatedAt "
                 "FormerUntil LastUsedAt"),
    }  # fmt: skip
    return {
        **{key: GLib.Variant("s", value) for key, value in strings.items()},
        **{key: GLib.Variant(signature, value)
           for signature, (value, keys) in nothing.items() for key in keys.split()},
    }  # fmt: skip


def serve(connection, sender, path, interface, method, args, invocation):
    if method == "GetSources":
        invocation.return_value(GLib.Variant("(aa{sv})", ([],)))
        return
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
manager, one_token = Gio.DBusNodeInfo.new_for_xml(XML).interfaces
bus.register_object("/org/patd/Tokens1", manager, serve, None, None)
bus.register_object("/org/patd/Tokens1/token/token00001", one_token, serve, None, None)
Gio.bus_own_name_on_connection(
    bus, "org.patd.Tokens1", Gio.BusNameOwnerFlags.NONE, lambda *_: print("serving", flush=True),
    None,
)  # fmt: skip
GLib.MainLoop().run()
