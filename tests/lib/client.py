# SPDX-License-Identifier: LGPL-2.1-or-later
"""A D-Bus client of patd: GDBus, synchronous, as any uid."""
import contextlib
import fcntl
import os
import socket
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402
from wire import PATIENCE_S, as_uid  # noqa: E402

LOOK_MS = 100
NAME = "org.patd.Tokens1"
ROOT = "/org/patd/Tokens1"
MANAGER = "org.patd.Tokens1.Manager"
TOKEN = "org.patd.Tokens1.Token"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
OURS = "org.patd.Tokens1.Error."
STANDARD = "org.freedesktop.DBus.Error."
DBUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")

SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK


class Refused(Exception):
    """A D-Bus error; name is without the prefix of patd's errors or of the standard ones."""

    def __init__(self, full_name, message):
        super().__init__(f"{full_name}: {message}")
        self.full_name = full_name
        self.name = full_name.removeprefix(OURS).removeprefix(STANDARD)
        self.message = message


def _refused(error):
    """Refused for an error that another peer sent; any other GLib.Error unchanged."""
    name = Gio.DBusError.get_remote_error(error)
    if not name:
        return error
    Gio.DBusError.strip_remote_error(error)
    return Refused(name, error.message)


def wait_until(condition):
    """Runs the main context, which delivers signals and replies, until condition()."""
    context = GLib.MainContext.default()
    deadline = time.monotonic() + PATIENCE_S
    expired = GLib.timeout_add_seconds(PATIENCE_S, lambda: True)
    try:
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("the condition did not come true")
            context.iteration(True)
    finally:
        GLib.source_remove(expired)


def look_until(condition):
    """The same of what no event tells of: looks again and again."""
    looking = GLib.timeout_add(LOOK_MS, lambda: True)
    try:
        wait_until(condition)
    finally:
        GLib.source_remove(looking)


def vardict(**values):
    """a{sv}: str becomes s, bool b, int t, list as; a Variant stays as it is."""
    kinds = {str: "s", bool: "b", int: "t", list: "as"}
    return {
        key: value if isinstance(value, GLib.Variant) else GLib.Variant(kinds[type(value)], value)
        for key, value in values.items()
    }


def ids(rows):
    return [row["Id"] for row in rows]


def names(rows):
    return [row["Name"] for row in rows]


@contextlib.contextmanager
def call_without_fds(bus_path, method, args):
    """Calls the manager as root, over a connection that negotiated no passing of descriptors.
    Yields a function that reads the reply's body."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bus:
        bus.settimeout(PATIENCE_S)
        bus.connect(bus_path)
        bus.sendall(b"\0AUTH EXTERNAL 30\r\n")  # uid 0; no NEGOTIATE_UNIX_FD follows
        assert b"OK" in bus.recv(100)
        bus.sendall(b"BEGIN\r\n")
        hello = Gio.DBusMessage.new_method_call(*DBUS, "Hello")
        call = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, method)
        call.set_body(args)
        for serial, message in enumerate((hello, call), 1):
            message.set_serial(serial)
            bus.sendall(message.to_blob(Gio.DBusCapabilityFlags.NONE))

        def read_reply():
            with bus.makefile("rb") as stream:
                while True:
                    head = stream.read(16)
                    rest = stream.read(Gio.DBusMessage.bytes_needed(head) - len(head))
                    reply = Gio.DBusMessage.new_from_blob(
                        head + rest, Gio.DBusCapabilityFlags.NONE
                    )
                    if reply.get_reply_serial() == serial:
                        return reply.get_body()

        yield read_reply


def connect(address, uid):
    """A connection to a bus, as that uid."""
    with as_uid(uid):
        connection = Gio.DBusConnection.new_for_address_sync(
            address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            None,
            None,
        )
    connection.set_exit_on_close(False)
    return connection


class Client:
    def __init__(self, address, uid=0):
        self.uid = uid
        self.connection = connect(address, uid)
        self.interactive = False  # whether its calls allow a dialog

    def close(self):
        if not self.connection.is_closed():
            self.connection.close_sync(None)

    def _flags(self, kind):
        flags = kind.NO_AUTO_START
        return flags | kind.ALLOW_INTERACTIVE_AUTHORIZATION if self.interactive else flags

    def send(self, path, interface, method, args=None, destination=NAME):
        """Calls a method; returns (reply as a Variant, list of descriptors)."""
        try:
            reply, fds = self.connection.call_with_unix_fd_list_sync(
                destination,
                path,
                interface,
                method,
                args,
                None,
                self._flags(Gio.DBusCallFlags),
                PATIENCE_S * 1000,
                None,
                None,
            )
        except GLib.Error as error:
            raise _refused(error) from None
        return reply, fds.steal_fds() if fds else []

    def call(self, path, interface, method, signature="()", *args, destination=NAME):
        reply, _ = self.send(
            path, interface, method, GLib.Variant(signature, args), destination=destination
        )
        return reply.unpack()

    def post(self, method, signature, *args, path=ROOT, interface=MANAGER, done=None, quiet=False,
             patience_s=PATIENCE_S):  # fmt: skip
        """Sends a call and does not wait.  done(reply or None) is called from wait_until().
        quiet: says that no reply is expected."""
        message = Gio.DBusMessage.new_method_call(NAME, path, interface, method)
        message.set_body(GLib.Variant(signature, args))
        message.set_flags(self._flags(Gio.DBusMessageFlags))
        flags = Gio.DBusSendMessageFlags.NONE
        if quiet:
            message.set_flags(message.get_flags() | Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
        if quiet or not done:
            self.connection.send_message(message, flags)
            return

        def replied(connection, result):
            try:
                done(connection.send_message_with_reply_finish(result))
            except GLib.Error:
                done(None)

        self.connection.send_message_with_reply(
            message, flags, patience_s * 1000, None, replied
        )

    def begin(self, method, signature, *args, **more):
        """Sends a call, and returns its PendingReply."""
        reply = PendingReply()
        self.post(method, signature, *args, done=reply.take, **more)
        return reply

    def collect(self, interface, name, path=None):
        """A list that wait_until() fills with (path, arguments) of each such signal."""
        received = []
        self.connection.signal_subscribe(
            None, interface, name, path, None, Gio.DBusSignalFlags.NONE,
            lambda *args: received.append((args[2], args[5].unpack())),
        )  # fmt: skip
        return received

    def leave(self):
        """Closes the connection once everything is sent, without waiting for replies."""
        self.connection.flush_sync(None)
        self.close()

    def bus(self, method, signature="()", *args):
        name, path, interface = DBUS
        return self.call(path, interface, method, signature, *args, destination=name)

    def introspect(self, path):
        return self.call(path, INTROSPECTABLE, "Introspect")[0]

    # --- the contract's methods ---------------------------------------------------------------
    def generate(self, name, **options):
        reply, fds = self.send(
            ROOT, MANAGER, "Generate", GLib.Variant("(sa{sv})", (name, vardict(**options)))
        )
        path, _ = reply.unpack()
        (fd,) = fds
        return Token(path, fd)

    def generate_sealed(self, name, recipient, **options):
        """(path, sealed)"""
        args = GLib.Variant("(saya{sv})", (name, recipient, vardict(**options)))
        path, sealed = self.send(ROOT, MANAGER, "GenerateSealed", args)[0].unpack()
        return path, bytes(sealed)

    def rotate_sealed(self, token, recipient, **options):
        args = GLib.Variant("(aya{sv})", (recipient, vardict(**options)))
        return bytes(self.send(token.path, TOKEN, "RotateSealed", args)[0].unpack()[0])

    def page(self, limit=0, cursor="", **filters):
        """(rows, next cursor)"""
        args = (vardict(**filters), limit, cursor)
        return self.call(ROOT, MANAGER, "ListTokens", "(a{sv}us)", *args)

    def list(self, **filters):
        return self.page(**filters)[0]

    def revoke(self, token, **options):
        self.call(token.path, TOKEN, "Revoke", "(a{sv})", vardict(**options))

    def rotate(self, token, **options):
        """The same token with its new secret."""
        args = GLib.Variant("(a{sv})", (vardict(**options),))
        _, fds = self.send(token.path, TOKEN, "Rotate", args)
        (fd,) = fds
        return Token(token.path, fd)

    def set(self, token, **options):
        self.call(token.path, TOKEN, "Set", "(a{sv})", vardict(**options))

    def rename(self, token, name):
        self.call(token.path, TOKEN, "Rename", "(sa{sv})", name, {})

    def sources(self, token):
        return self.call(token.path, TOKEN, "GetSources")[0]

    def revoke_all(self, **options):
        return self.call(ROOT, MANAGER, "RevokeAll", "(a{sv})", vardict(**options))[0]

    def disable(self, user, **options):
        self.call(ROOT, MANAGER, "Disable", "(sa{sv})", user, vardict(**options))

    def enable(self, user, **options):
        self.call(ROOT, MANAGER, "Enable", "(sa{sv})", user, vardict(**options))

    def disabled(self):
        return self.call(ROOT, MANAGER, "ListDisabled")[0]

    def policy(self):
        """{key: (value, source)}"""
        rows = self.call(ROOT, MANAGER, "GetPolicy")[0]
        return {row["Key"]: (row["Value"], row["Source"]) for row in rows}

    def history_page(self, limit=0, cursor="", **filters):
        """(entries, next cursor)"""
        args = (vardict(**filters), limit, cursor)
        return self.call(ROOT, MANAGER, "ListHistory", "(a{sv}us)", *args)

    def history(self, **filters):
        """All entries, of all pages."""
        entries, cursor = self.history_page(**filters)
        while cursor:
            more, cursor = self.history_page(cursor=cursor, **filters)
            entries += more
        return entries

    def verify_history(self):
        """(entries, first, bad, problem)"""
        return self.call(ROOT, MANAGER, "VerifyHistory", "(a{sv})", {})

    def check(self, text, seals=SEALS, **where):
        """(path, refusals)"""
        fd = os.memfd_create("check", os.MFD_ALLOW_SEALING)
        os.pwrite(fd, text.encode(), 0)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
        fds = Gio.UnixFDList.new_from_array([fd])
        try:
            reply, _ = self.connection.call_with_unix_fd_list_sync(
                NAME, ROOT, MANAGER, "Check", GLib.Variant("(ha{sv})", (0, vardict(**where))),
                None, self._flags(Gio.DBusCallFlags), PATIENCE_S * 1000, fds, None,
            )[:2]  # fmt: skip
        except GLib.Error as error:
            raise _refused(error) from None
        return reply.unpack()

    def revoke_and_delete(self, token):
        self.revoke(token)
        self.delete(token)

    def restore(self, token, **options):
        self.call(token.path, TOKEN, "Restore", "(a{sv})", vardict(**options))

    def delete(self, token, **options):
        self.call(token.path, TOKEN, "Delete", "(a{sv})", vardict(**options))

    def subscribe(self, **options):
        self.call(ROOT, MANAGER, "Subscribe", "(a{sv})", vardict(**options))

    def unsubscribe(self):
        self.call(ROOT, MANAGER, "Unsubscribe")

    def show(self, token):
        return self.call(token.path, PROPERTIES, "GetAll", "(s)", TOKEN)[0]

    def get(self, token, name):
        return self.call(token.path, PROPERTIES, "Get", "(ss)", TOKEN, name)[0]

    def get_manager(self, name):
        return self.call(ROOT, PROPERTIES, "Get", "(ss)", MANAGER, name)[0]

    # --- the bus itself -----------------------------------------------------------------------
    def owner(self, name=NAME):
        try:
            return self.bus("GetNameOwner", "(s)", name)[0]
        except Refused:
            return None

    def wait_for_owner(self, name=NAME, until=lambda: False):
        """Returns once somebody owns name, or until(), of which no event of the bus tells."""
        seen = []
        match = self.connection.signal_subscribe(
            DBUS[0], DBUS[2], "NameOwnerChanged", DBUS[1], name,
            Gio.DBusSignalFlags.NONE, lambda *args: seen.append(args[5].unpack()[2]),
        )  # fmt: skip
        try:
            if not self.owner(name):
                look_until(lambda: (seen and seen[-1]) or until())
        finally:
            self.connection.signal_unsubscribe(match)


class PendingReply:
    """The reply of a call under way."""

    def __init__(self):
        self.done, self.message = False, None

    def take(self, message):
        self.done, self.message = True, message

    def wait(self):
        """The reply's body, or raises Refused."""
        wait_until(lambda: self.done)
        if not self.message:
            raise ConnectionError("the bus went away")
        try:
            self.message.to_gerror()
        except GLib.Error as error:
            raise _refused(error) from None
        body = self.message.get_body()
        return body.unpack() if body else ()


class Token:
    """A token as Generate or Rotate returned it.  Reads and closes the descriptor of the secret."""

    def __init__(self, path, fd):
        self.path = path
        self.id = path.rpartition("/")[2]
        with os.fdopen(fd, "rb") as file:
            self.seals = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
            self.text = file.read().decode()


class UnsealedToken:
    """A token whose secret came in a sealed box.  text: its content"""

    def __init__(self, path, text):
        self.path = path
        self.id = path.rpartition("/")[2]
        self.text = text.decode()


class MissingToken:
    """A token that does not exist."""

    id = "0000000000"
    path = ROOT + "/token/" + id
