#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many clients and many calls at once, and the memory of patd after thousands of calls."""
import contextlib
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import (
    MANAGER, NAME, OURS, PROPERTIES, ROOT, STANDARD, TOKEN, Gio, GLib, Refused, UnsealedToken, ids,
    wait_until,
)  # fmt: skip
from fixture import DAEMON, GAMES, SANITIZED, PatdTest


class Load(PatdTest):
    def test_two_hundred_concurrent_clients_each_get_a_reply(self):
        clients = [self.client() for _ in range(200)]
        replies = []
        for n, client in enumerate(clients):
            client.post("Generate", "(sa{sv})", f"token {n}", {}, done=replies.append)
        wait_until(lambda: len(replies) == len(clients))
        paths = {reply.get_body().get_child_value(0).get_string() for reply in replies}
        self.assertEqual(len(paths), len(clients))
        self.assertEqual(len(self.root.list()), len(clients))

    def test_three_thousand_calls_of_one_client_are_answered_or_refused(self):
        """Of the refusals some are not sent, and None here, while the bus is slow to take them."""
        token = self.root.generate("laptop", user="games")
        games = self.client(GAMES)
        replies = []
        for _ in range(3000):
            games.post("ListTokens", "(a{sv}us)", {}, 0, "", done=replies.append)
        self.assertEqual(self.verify_games(token), wire.ACCEPTED)
        wait_until(lambda: len(replies) == 3000)
        errors = {reply.get_error_name() for reply in replies if reply}
        self.assertLessEqual(errors, {None, STANDARD + "LimitsExceeded"})
        self.assertIn(None, errors, "none was answered")
        self.assertEqual(ids(games.list()), [token.id])

    def test_generate_of_a_client_that_disconnects_leaves_no_unusable_name(self):
        for n in range(50):
            client = self.client()
            client.post("Generate", "(sa{sv})", f"token {n}", {})
            client.leave()
        for n in range(50):
            while not self.generated(f"token {n}"):
                for row in self.root.list(name=f"token {n}"):
                    # patd-bus deletes one whose secret it could not hand out.
                    with contextlib.suppress(Refused):
                        self.root.revoke_and_delete(UnsealedToken(f"{ROOT}/token/{row['Id']}", b""))
        self.assertEqual(len(self.root.list()), 50)

    def generated(self, name):
        """False: there is one of that name."""
        try:
            return self.root.generate(name)
        except Refused as refused:
            self.assertEqual(refused.name, "NameTaken")
            return False

    def test_calls_with_no_reply_expected_take_effect(self):
        token = self.root.generate("laptop")
        self.root.post("Generate", "(sa{sv})", "desktop", {}, quiet=True)
        self.root.post("Revoke", "(a{sv})", {}, path=token.path, interface=TOKEN, quiet=True)
        self.root.post("NoSuchMethod", "()", quiet=True)
        self.root.post("Generate", "(sa{sv})", "", {}, quiet=True)
        states = {row["Name"]: row["State"] for row in self.root.list()}
        self.assertEqual(states, {"desktop": "active", "laptop": "revoked"})

    def test_signals_and_unexpected_replies_are_ignored(self):
        for kind in ("signal", "reply", "error"):
            self.root.connection.send_message(self.unexpected(kind), 0)
        self.assertEqual(self.root.list(), [])

    @staticmethod
    def unexpected(kind):
        if kind == "signal":
            message = Gio.DBusMessage.new_signal(ROOT, "org.freedesktop.DBus", "NameLost")
            message.set_body(GLib.Variant("(s)", (NAME,)))
        else:
            message = Gio.DBusMessage.new()
            message.set_reply_serial(7)
            message.set_message_type(
                Gio.DBusMessageType.METHOD_RETURN if kind == "reply" else Gio.DBusMessageType.ERROR
            )
            if kind == "error":
                message.set_error_name(OURS + "NotFound")
        message.set_destination(NAME)
        return message

    @unittest.skipIf(SANITIZED, "a sanitiser keeps freed memory")
    def test_twenty_thousand_calls_leak_no_memory(self):
        token = self.root.generate("laptop")
        games = self.client(GAMES)
        good, bad = wire.request(token), wire.request(token, DAEMON, "daemon")
        calls = [
            (self.root, "ListTokens", ("(a{sv}us)", {}, 0, "")),
            (self.root, "Generate", ("(sa{sv})", "laptop", {})),
            (games, "Generate", ("(sa{sv})", "laptop", {})),
            (games, "ListTokens", ("(a{sv}us)", {"all": GLib.Variant("b", True)}, 0, "")),
        ]

        def make_calls(rounds):
            for _ in range(rounds):
                replies = []
                for client, method, args in calls * 3:
                    client.post(method, *args, done=replies.append)
                for packet in (good, bad, b"x", good) * 8:
                    wire.ask(self.patd.root_sock, packet)
                for path, interface in ((ROOT, MANAGER), (token.path, TOKEN)) * 3:
                    self.root.post(
                        "GetAll", "(s)", interface, path=path, interface=PROPERTIES,
                        done=replies.append,
                    )  # fmt: skip
                wait_until(lambda: len(replies) == 18)

        make_calls(20)
        before = self.patd.resident()
        make_calls(400)
        self.assertLess(self.patd.resident() - before, 2 * 1024 * 1024, "more bytes")


if __name__ == "__main__":
    tap.main()
