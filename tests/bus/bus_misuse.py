#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bus with clients that send oversized or forged messages or never read: others are served."""
import contextlib
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import client
import tap
import wire
from client import (
    DBUS, MANAGER, NAME, OBJECT_MANAGER, PATIENCE_S, ROOT, TOKEN, Gio, GLib, Refused,
    call_without_fds, names, vardict, wait_until,
)  # fmt: skip
from fixture import GAMES, SANITIZED, PatdTest

MIB = 1 << 20


class BusMisuse(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")
        self.games = self.client(GAMES)

    def tearDown(self):
        """Whatever a client did, others are served."""
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.assertEqual(names(self.client(GAMES).list()), ["laptop"])

    def test_options_with_a_hundred_thousand_keys_are_refused(self):
        entries = {f"key {n}": GLib.Variant("s", "x" * 50) for n in range(100_000)}
        for method, args in (("ListTokens", (entries, 0, "")), ("Subscribe", (entries,))):
            with self.subTest(method):
                kind = "(a{sv}us)" if len(args) == 3 else "(a{sv})"
                call = (self.games.call, ROOT, MANAGER, method, kind, *args)
                self.assertRefused("InvalidArgs", *call)

    def test_a_megabyte_of_text_in_any_argument_is_refused(self):
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
            self.assertRefused("InvalidArgs", self.root.generate, text)
        with self.subTest("a user"):
            self.assertRefused("InvalidArgs", self.root.generate, "desktop", user=text)

    def test_an_impossible_user_name_is_refused_before_polkit_is_asked(self):
        for name in "x\nApproved already", "x\x1b[2J", "x\u202e", "", "x" * 256:
            with self.subTest(ascii(name[:10])):
                self.assertRefused("UnknownUser", self.games.generate, "desktop", user=name)
                self.assertRefused("InvalidArgs", self.games.list, user=name)

    def test_nested_variants_are_refused(self):
        deep = GLib.Variant("s", "x")
        for _ in range(50):
            deep = GLib.Variant("v", deep)
        self.assertRefused("InvalidArgs", self.games.list, user=deep)
        self.assertRefused("InvalidArgs", self.games.revoke, self.token, reason=deep)

    def test_unexpected_descriptors_are_closed(self):
        read_fd, write_fd = os.pipe()
        self.addCleanup(os.close, read_fd)
        self.addCleanup(os.close, write_fd)
        before = self.patd.descriptors()
        for _ in range(100):
            fds = Gio.UnixFDList.new()
            for _ in range(16):
                fds.append(read_fd)
            reply, _ = self.games.connection.call_with_unix_fd_list_sync(
                NAME, ROOT, MANAGER, "ListTokens", GLib.Variant("(a{sv}us)", ({}, 0, "")), None,
                Gio.DBusCallFlags.NONE, PATIENCE_S * 1000, fds, None,
            )  # fmt: skip
            self.assertEqual(len(reply.unpack()[0]), 1)
        # patd closes them after its reply, and before it serves the next call.
        self.games.list()
        self.assertLess(self.patd.descriptors(), before + 8)

    def test_a_handle_instead_of_text_is_refused(self):
        self.assertRefused("InvalidArgs", self.games.list, user=GLib.Variant("h", 0))

    @contextlib.contextmanager
    def stopped_client(self, code):
        """Another process has a client of user games, runs this Python code, and is stopped."""
        script = f"""
import os, signal, sys
sys.path.insert(0, {os.path.dirname(client.__file__)!r})
from client import Client
client = Client({self.bus.address!r}, {GAMES})
{code}
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
    def test_memory_is_bounded_with_a_subscriber_that_never_reads(self):
        def change(rounds):
            for _ in range(rounds):
                self.root.revoke(self.token)
                self.root.restore(self.token)

        with self.stopped_client("client.subscribe()"):
            change(200)
            before = self.patd.resident()
            change(2000)
            self.assertLess(self.patd.resident() - before, 8 * MIB)

    def test_availability__others_are_served_while_a_client_never_reads_its_replies(self):
        code = """
for _ in range(2000):
    client.post("ListTokens", "(a{sv}us)", {}, 0, "")
client.connection.flush_sync(None)
"""
        with self.stopped_client(code):
            for _ in range(20):
                self.assertEqual(len(self.root.list(user="games")), 1)

    def test_a_token_whose_secret_cannot_be_delivered_is_removed(self):
        subscriber = self.client()
        subscriber.subscribe()
        removed = subscriber.collect(OBJECT_MANAGER, "InterfacesRemoved")
        args = GLib.Variant("(sa{sv})", ("plain", {}))
        with call_without_fds(self.bus.path, "Generate", args):
            wait_until(lambda: removed)
        self.assertEqual(self.root.list(), [])
        self.assertIn("could not be delivered", self.patd.log())

    def test_a_forged_nameownerchanged_signal_is_ignored(self):
        self.games.subscribe()
        added = self.games.collect(OBJECT_MANAGER, "InterfacesAdded")
        name = self.games.connection.get_unique_name()
        message = Gio.DBusMessage.new_signal(DBUS[1], DBUS[2], "NameOwnerChanged")
        message.set_body(GLib.Variant("(sss)", (name, name, "")))
        message.set_destination(NAME)
        self.root.connection.send_message(message, 0)
        desktop = self.root.generate("desktop", user="games")
        self.games.list()
        context = GLib.MainContext.default()
        while context.pending():
            context.iteration(False)
        self.assertEqual([path for path, _ in added], [ROOT])
        self.root.revoke_and_delete(desktop)

    def test_three_hundred_subscribers_that_disconnect_leak_no_descriptors(self):
        before = self.patd.descriptors()
        for _ in range(15):
            clients = [self.client(GAMES) for _ in range(20)]
            for one in clients:
                one.subscribe()
                one.post("GetManagedObjects", "()", interface=OBJECT_MANAGER)
                one.post("Subscribe", "(a{sv})", vardict(all=True))
                one.post("Restore", "(a{sv})", {}, path=self.token.path, interface=TOKEN)
                one.leave()
            for one in clients:
                while self.root.owner(one.connection.get_unique_name()):
                    pass
        self.assertLess(self.patd.descriptors(), before + 8)


if __name__ == "__main__":
    tap.main()
