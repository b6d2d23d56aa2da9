#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""My tokens: prints each change of your tokens as it happens, and executes commands from stdin:
generate NAME, revoke ID, restore ID, delete ID."""
import os
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.patd.Tokens1"
ROOT = "/org/patd/Tokens1"
MANAGER = "org.patd.Tokens1.Manager"
TOKEN = "org.patd.Tokens1.Token"

# The message for each error, by its name; for all others, the message of patd.
ERRORS = {
    "org.patd.Tokens1.Error.NameTaken": "you have a token of that name",
    "org.patd.Tokens1.Error.NotFound": "you have no such token",
    "org.patd.Tokens1.Error.NotRevoked": "revoke it first",
    "org.patd.Tokens1.Error.Expired": "it has expired; generate another one",
    "org.freedesktop.DBus.Error.AccessDenied": "that is not allowed",
    "org.freedesktop.DBus.Error.ServiceUnknown": "patd is not there",
    "org.freedesktop.DBus.Error.NoReply": "patd ended meanwhile: see whether it is done",
}


def say(*words):
    print(*words, flush=True)


def get(token, *names):
    return [token.get_cached_property(name).unpack() for name in names]


def call(proxy, method, arguments, on_reply=None):
    """Allows a dialog, so it has no timeout: the person may take minutes."""

    def finish(_, result):
        try:
            reply, fds = proxy.call_with_unix_fd_list_finish(result)
        except GLib.Error as error:
            name = Gio.DBusError.get_remote_error(error)
            Gio.DBusError.strip_remote_error(error)
            say("error:", ERRORS.get(name, error.message))
        else:
            if on_reply:
                on_reply(reply, fds)

    flags = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION
    proxy.call_with_unix_fd_list(method, arguments, flags, GLib.MAXINT, None, None, finish)


def show_secret(reply, fds):
    """Shows it once and keeps nothing: a bytearray can be wiped, a str or bytes cannot."""
    _, index = reply.unpack()
    fd = fds.get(index)
    secret = bytearray(os.fstat(fd).st_size)
    os.preadv(fd, [secret], 0)
    os.close(fd)
    os.writev(sys.stdout.fileno(), [b"secret ", secret, b"\n"])
    secret[:] = bytes(len(secret))


class MyTokens:
    def __init__(self):
        # Subscribes, and again after each restart of patd.
        self.tokens = Gio.DBusObjectManagerClient.new_for_bus_sync(
            Gio.BusType.SYSTEM, Gio.DBusObjectManagerClientFlags.NONE, NAME, ROOT, None, None, None
        )
        self.tokens.connect("object-added", self.on_added)
        self.tokens.connect("object-removed", self.on_removed)
        self.tokens.connect("interface-proxy-properties-changed", self.on_changed)
        self.tokens.connect("notify::name-owner", self.on_owner)
        self.manager = Gio.DBusProxy.new_sync(
            self.tokens.get_connection(), Gio.DBusProxyFlags.NONE, None, NAME, ROOT, MANAGER, None
        )
        self.owner = ""
        self.on_owner()

    def list(self):
        return [token.get_interface(TOKEN) for token in self.tokens.get_objects()]

    def on_owner(self, *_):
        before, self.owner = self.owner, self.tokens.get_name_owner()
        if self.owner:
            say("tokens:", len(self.list()))
            for token in self.list():
                say(*get(token, "State", "Id", "Name"))
        elif self.owner != before:
            say("patd is not there")

    # While the name has no owner, patd starts or ends; the tokens do not change.
    def on_added(self, tokens, token):
        if tokens.get_name_owner():
            say(*get(token.get_interface(TOKEN), "State", "Id", "Name"))

    def on_removed(self, tokens, token):
        if tokens.get_name_owner():
            say("deleted", *get(token.get_interface(TOKEN), "Id", "Name"))

    def on_changed(self, _tokens, _object, token, changed, _invalidated):
        if "State" in changed.keys():
            say(*get(token, "State", "Id", "Name"))
        if "LastUsedAt" in changed.keys():
            at, service = get(token, "LastUsedAt", "LastUsedService")
            say("used", *get(token, "Id", "Name"), "at", at, "through", service)

    def obey(self, line):
        verb, _, what = line.partition(" ")
        if verb == "generate":
            arguments = GLib.Variant("(sa{sv})", (what, {}))
            call(self.manager, "Generate", arguments, show_secret)
        elif verb in ("revoke", "restore", "delete"):
            for token in self.list():
                if get(token, "Id") == [what]:
                    call(token, verb.capitalize(), GLib.Variant("(a{sv})", ({},)))
                    return
            say("error: you have no such token")


def main():
    loop = GLib.MainLoop()
    my_tokens = MyTokens()
    lines = Gio.DataInputStream.new(Gio.UnixInputStream.new(sys.stdin.fileno(), False))

    def on_line(_, result):
        line, _length = lines.read_line_finish_utf8(result)
        if line is None:
            loop.quit()
        else:
            my_tokens.obey(line)
            lines.read_line_async(GLib.PRIORITY_DEFAULT, None, on_line)

    lines.read_line_async(GLib.PRIORITY_DEFAULT, None, on_line)
    loop.run()


if __name__ == "__main__":
    main()
