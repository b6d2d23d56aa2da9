#!/usr/bin/python3 -B
"""Rude clients of the bus harm themselves alone, and patd's memory stays bounded."""
import contextlib
import os
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import client
import door
import tap
from client import (
    DBUS, MANAGER, NAME, OBJECT_MANAGER, PATIENCE_S, ROOT, TOKEN, Gio, GLib, Refused, options,
    wait_until,
)  # fmt: skip
from world import GAMES, SANITIZED, WorldTest

MIB = 1 << 20


class Rude(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")
        self.games = self.client(GAMES)

    def tearDown(self):
        """Whatever was done, all are served."""
        self.assertEqual(self.verify(self.token, GAMES, "games"), door.ACCEPTED)
        self.assertEqual([row["Name"] for row in self.client(GAMES).list()], ["laptop"])

    def resident(self):
        with open(f"/proc/{self.patd.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def descriptors(self):
        """The thread that syncs has some of its own for a moment now and then."""
        return len(os.listdir(f"/proc/{self.patd.process.pid}/fd"))

    def test_an_array_of_a_hundred_thousand_keys_is_refused(self):
        entries = {f"key {n}": GLib.Variant("s", "x" * 50) for n in range(100_000)}
        for method, args in (("ListTokens", (entries, 0, "")), ("Subscribe", (entries,))):
            with self.subTest(method):
                kind = "(a{sv}us)" if len(args) == 3 else "(a{sv})"
                self.assertRefused("InvalidArgs", self.games.call, ROOT, MANAGER, method, kind, *args)

    def test_a_megabyte_of_text_is_refused_wherever_there_is_text(self):
        text = "x" * MIB
        for key in "user", "name", "name_pattern", "id_prefix", "state", "service":
            with self.subTest(key):
                try:
                    self.assertEqual(self.games.list(**{key: text}), [])
                except Refused as refused:
                    self.assertIn(refused.name, ("InvalidArgs", "AccessDenied"))
        with self.subTest("a cursor"):
            self.assertRefused("InvalidArgs", self.games.page, cursor=text)
        with self.subTest("a name"):
            self.assertRefused("InvalidName", self.root.generate, text)
        with self.subTest("a user"):
            self.assertRefused("UnknownUser", self.root.generate, "desktop", user=text)

    def test_what_no_user_can_be_called_shows_up_in_no_dialog(self):
        for name in "x\nApproved already", "x\x1b[2J", "x\u202e", "", "x" * 256:
            with self.subTest(ascii(name[:10])):
                self.assertRefused("UnknownUser", self.games.generate, "desktop", user=name)
                self.assertRefused("InvalidArgs", self.games.list, user=name)

    def test_variants_in_variants_are_refused(self):
        deep = GLib.Variant("s", "x")
        for _ in range(50):
            deep = GLib.Variant("v", deep)
        self.assertRefused("InvalidArgs", self.games.list, user=deep)
        self.assertRefused("InvalidArgs", self.games.revoke, self.token, reason=deep)

    def test_descriptors_that_nobody_asked_for_are_closed(self):
        read_fd, write_fd = os.pipe()  # it never ends: nobody closes the other end
        self.addCleanup(os.close, read_fd)
        self.addCleanup(os.close, write_fd)
        before = self.descriptors()
        for _ in range(100):
            fds = Gio.UnixFDList.new()
            for _ in range(16):
                fds.append(read_fd)
            reply, _ = self.games.connection.call_with_unix_fd_list_sync(
                NAME, ROOT, MANAGER, "ListTokens", GLib.Variant("(a{sv}us)", ({}, 0, "")), None,
                Gio.DBusCallFlags.NONE, PATIENCE_S * 1000, fds, None,
            )  # fmt: skip
            self.assertEqual(len(reply.unpack()[0]), 1)
        # patd closes them after its reply, and before it serves another call.
        self.games.list()
        self.assertLess(self.descriptors(), before + 8)

    def test_a_handle_in_the_place_of_text_is_refused(self):
        self.assertRefused("InvalidArgs", self.games.list, user=GLib.Variant("h", 0))

    @contextlib.contextmanager
    def stopped(self, work):
        """Another process, with a client of games's that has done that work and then stops."""
        script = f"""
import os, signal, sys
sys.path.insert(0, {os.path.dirname(client.__file__)!r})
from client import Client
client = Client({self.bus.address!r}, {GAMES})
{work}
os.kill(os.getpid(), signal.SIGSTOP)
"""
        process = subprocess.Popen([sys.executable, "-B", "-c", script])
        os.waitpid(process.pid, os.WUNTRACED)
        try:
            yield
        finally:
            process.kill()
            process.wait(PATIENCE_S)

    @unittest.skipIf(SANITIZED, "a sanitiser keeps freed memory")
    def test_a_follower_that_never_reads_costs_no_memory(self):
        def work(rounds):
            for _ in range(rounds):
                self.root.revoke(self.token)
                self.root.restore(self.token)

        with self.stopped("client.subscribe()"):
            work(200)
            before = self.resident()
            work(2000)
            self.assertLess(self.resident() - before, 8 * MIB)

    def test_a_client_that_never_reads_its_replies_stops_nobody(self):
        work = """
for _ in range(2000):
    client.post("ListTokens", "(a{sv}us)", {}, 0, "")
client.connection.flush_sync(None)
"""
        with self.stopped(work):
            for _ in range(20):
                self.assertEqual(len(self.root.list(user="games")), 1)

    def test_no_token_stays_whose_secret_cannot_be_delivered(self):
        follower = self.client()
        follower.subscribe()
        gone = []
        follower.connection.signal_subscribe(
            None, OBJECT_MANAGER, "InterfacesRemoved", None, None, Gio.DBusSignalFlags.NONE,
            lambda *args: gone.append(args),
        )  # fmt: skip
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as plain:
            plain.settimeout(PATIENCE_S)
            plain.connect(self.bus.path)
            plain.sendall(b"\0AUTH EXTERNAL 30\r\n")  # uid 0; no NEGOTIATE_UNIX_FD follows
            self.assertIn(b"OK", plain.recv(100))
            plain.sendall(b"BEGIN\r\n")
            hello = Gio.DBusMessage.new_method_call(*DBUS, "Hello")
            generate = Gio.DBusMessage.new_method_call(NAME, ROOT, MANAGER, "Generate")
            generate.set_body(GLib.Variant("(sa{sv})", ("plain", {})))
            for serial, call in enumerate((hello, generate), 1):
                call.set_serial(serial)
                plain.sendall(call.to_blob(Gio.DBusCapabilityFlags.NONE))
            wait_until(lambda: gone)
        self.assertEqual(self.root.list(), [])
        self.assertIn("could not be delivered", self.patd.log())

    def test_nobody_but_the_bus_says_who_has_left(self):
        self.games.subscribe()
        heard = []
        self.games.connection.signal_subscribe(
            None, OBJECT_MANAGER, "InterfacesAdded", None, None, Gio.DBusSignalFlags.NONE,
            lambda *args: heard.append(args[2]),
        )  # fmt: skip
        name = self.games.connection.get_unique_name()
        message = Gio.DBusMessage.new_signal(
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged"
        )
        message.set_body(GLib.Variant("(sss)", (name, name, "")))
        message.set_destination(NAME)
        self.root.connection.send_message(message, 0)
        desktop = self.root.generate("desktop", user="games")
        self.games.list()
        context = GLib.MainContext.default()
        while context.pending():
            context.iteration(False)
        self.assertEqual(heard, [ROOT])
        self.root.revoke(desktop)
        self.root.delete(desktop)

    def test_hundreds_who_follow_and_leave_leave_nothing_behind(self):
        before = self.descriptors()
        for _ in range(15):
            clients = [self.client(GAMES) for _ in range(20)]
            for one in clients:
                one.subscribe()
                one.post("GetManagedObjects", "()", interface=OBJECT_MANAGER)
                one.post("Subscribe", "(a{sv})", options(all=True))
                one.post("Restore", "(a{sv})", {}, path=self.token.path, interface=TOKEN)
                one.connection.flush_sync(None)
                one.close()
            for one in clients:
                while self.root.owner(one.connection.get_unique_name()):
                    pass
        self.assertLess(self.descriptors(), before + 8)


if __name__ == "__main__":
    tap.main()
