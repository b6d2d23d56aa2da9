# SPDX-License-Identifier: LGPL-2.1-or-later
"""fake_patd.py PAGE...: a fake patd that returns one of the pages per call, at last always the last.

A page is N, for N tokens, or N:CURSOR, with the cursor of the next page, or N=STATE, or the name of
an error.  If it is "gone", a call that changes a token ends the fake patd.
It serves the bus, and root.sock in $PATD_RUNTIME_DIR.  Prints a line once it serves both.
"""
import os
import pathlib
import socket
import struct
import sys
import threading

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
import requests  # noqa: E402

XML = """<node><interface name="org.patd.Tokens1.Manager"><method name="ListTokens">
  <arg type="a{sv}" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
  <arg type="aa{sv}" direction="out"/><arg type="s" direction="out"/>
</method></interface>
<interface name="org.patd.Tokens1.Token"><method name="GetSources">
  <arg type="aa{sv}" direction="out"/>
</method></interface></node>"""

pages = sys.argv[1:]
rows = 0


def token(state):
    """Its properties"""
    global rows
    rows += 1
    given = {
        "Id": f"token{rows:05}", "Name": f"name {rows}", "User": "root", "State": state,
    }  # fmt: skip
    return {
        name: given.get(name, "" if kind == "s" else 0) for name, kind in requests.TOKEN_ROW
    }


def variant(name, kind, value):
    if name in ("Services", "Sources", "Hosts"):
        return GLib.Variant("as", [])
    return GLib.Variant(kind, value)


def next_page():
    """(tokens, the next cursor), or (None, the name of an error)"""
    page = pages.pop(0) if len(pages) > 1 else pages[0]
    if not page[0].isdigit():
        return None, page
    count, _, cursor = page.partition(":")
    count, _, state = count.partition("=")
    return [token(state or "active") for _ in range(int(count))], cursor


def serve(connection, sender, path, interface, method, args, invocation):
    if method == "GetSources":
        invocation.return_value(GLib.Variant("(aa{sv})", ([],)))
        return
    tokens, cursor = next_page()
    if tokens is None:
        invocation.return_dbus_error(cursor, "said the peer")
        return
    dicts = [
        {name: variant(name, kind, token[name]) for name, kind in requests.TOKEN_ROW}
        for token in tokens
    ]
    invocation.return_value(GLib.Variant("(aa{sv}s)", (dicts, cursor)))


def pack_row(token):
    packed = b""
    for name, kind in requests.TOKEN_ROW:
        value = token[name]
        if kind == "s":
            packed += struct.pack("=H", len(value)) + value.encode()
        else:
            packed += struct.pack("=" + requests.SIZES[kind], value)
    return packed


def answer(connection, kind, serial, body, error=0, n=0):
    head = requests.ANSWER.pack(requests.ANSWER_MAGIC, kind, serial, error, 0, 0, n)
    connection.send(head + body)


def serve_list(connection, serial):
    tokens, cursor = next_page()
    if tokens is None:
        name = cursor.rpartition(".")[2]
        error = requests.ERRORS.index(name if name in requests.ERRORS else "NotFound")
        answer(connection, requests.REFUSED, serial, b"said the peer\0", error)
        return
    for begin in range(0, len(tokens), 64):
        some = tokens[begin : begin + 64]
        answer(connection, requests.ROWS, serial, b"".join(map(pack_row, some)), n=len(some))
    answer(connection, requests.DONE, serial, cursor.encode().ljust(1368 + 8, b"\0"))


def serve_connection(connection):
    while data := connection.recv(64 * 1024):
        _, kind, serial, *_ = requests.HEAD.unpack_from(data)
        if requests.KINDS[kind] == "list":
            serve_list(connection, serial)
        elif pages[0] == "gone":
            os._exit(0)
        elif requests.KINDS[kind] == "manager":
            answer(connection, requests.DONE, serial, struct.pack("=QQQ", 0, 0, 0))
        elif requests.KINDS[kind] != "cancel":
            answer(connection, requests.DONE, serial, b"")


def serve_root(listener):
    while True:
        connection, _ = listener.accept()
        try:
            serve_connection(connection)
        except OSError:
            pass  # patctl has read enough


path = os.environ["PATD_RUNTIME_DIR"] + "/root.sock"
pathlib.Path(path).unlink(missing_ok=True)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(path)
listener.listen()
threading.Thread(target=serve_root, args=(listener,), daemon=True).start()

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
