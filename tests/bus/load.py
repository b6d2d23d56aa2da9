#!/usr/bin/python3 -B
"""Many clients, rude clients, and a long time."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import MANAGER, NAME, PROPERTIES, ROOT, TOKEN, Gio, GLib, wait_until
from world import DAEMON, GAMES, SANITIZED, WorldTest


class Load(WorldTest):
    def test_two_hundred_clients_at_once_each_get_their_answer(self):
        clients = [self.client() for _ in range(200)]
        replies = []
        for n, client in enumerate(clients):
            client.post("Generate", "(sa{sv})", f"token {n}", {}, done=replies.append)
        wait_until(lambda: len(replies) == len(clients))
        paths = {reply.get_body().get_child_value(0).get_string() for reply in replies}
        self.assertEqual(len(paths), len(clients))
        self.assertEqual(len(self.root.list()), len(clients))

    def test_a_thousand_calls_of_one_client_are_answered_one_way_or_another(self):
        token = self.root.generate("laptop", user="games")
        games = self.client(GAMES)
        replies = []
        for _ in range(3000):
            games.post("ListTokens", "(a{sv}us)", {}, 0, "", done=replies.append)
        self.assertEqual(self.verify(token, GAMES, "games"), door.ACCEPTED)
        wait_until(lambda: len(replies) == 3000)
        errors = {reply.get_error_name() for reply in replies if reply.get_error_name()}
        self.assertLessEqual(errors, {"org.freedesktop.DBus.Error.LimitsExceeded"})
        self.assertEqual([row["Id"] for row in games.list()], [token.id])

    def test_a_client_that_leaves_before_its_answer_does_no_harm(self):
        for n in range(50):
            client = self.client()
            client.post("Generate", "(sa{sv})", f"token {n}", {})
            client.connection.flush_sync(None)
            client.close()
        rows = self.root.list(all=True)
        self.assertEqual({row["State"] for row in rows} - {"active"}, set())
        taken = {row["Name"] for row in rows}
        for n in range(50):
            if f"token {n}" not in taken:
                self.root.generate(f"token {n}")
        self.assertEqual(len(self.root.list()), 50)

    def test_a_call_that_wants_no_reply_is_done_all_the_same(self):
        token = self.root.generate("laptop")
        self.root.post("Generate", "(sa{sv})", "desktop", {}, quiet=True)
        self.root.post("Revoke", "(a{sv})", {}, path=token.path, interface=TOKEN, quiet=True)
        self.root.post("NoSuchMethod", "()", quiet=True)
        self.root.post("Generate", "(sa{sv})", "", {}, quiet=True)
        states = {row["Name"]: row["State"] for row in self.root.list()}
        self.assertEqual(states, {"desktop": "active", "laptop": "revoked"})

    def test_what_is_no_call_is_ignored(self):
        for kind in ("signal", "reply", "error"):
            message = self.stray(kind)
            self.root.connection.send_message(message, 0)
        self.assertEqual(self.root.list(), [])

    def stray(self, kind):
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
                message.set_error_name("org.patd.Tokens1.Error.NotFound")
        message.set_destination(NAME)
        return message

    def rss(self):
        with open(f"/proc/{self.patd.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    @unittest.skipIf(SANITIZED, "a sanitiser keeps freed memory")
    def test_twenty_thousand_calls_leave_no_memory_behind(self):
        token = self.root.generate("laptop")
        games = self.client(GAMES)
        good, bad = door.request(token), door.request(token, DAEMON, "daemon")
        calls = [
            (self.root, "ListTokens", ("(a{sv}us)", {}, 0, "")),
            (self.root, "Generate", ("(sa{sv})", "laptop", {})),
            (games, "Generate", ("(sa{sv})", "laptop", {})),
            (games, "ListTokens", ("(a{sv}us)", {"all": GLib.Variant("b", True)}, 0, "")),
        ]

        def work(rounds):
            for _ in range(rounds):
                replies = []
                for client, method, args in calls * 3:
                    client.post(method, *args, done=replies.append)
                for packet in (good, bad, b"x", good) * 8:
                    door.ask(self.patd.root_sock, packet)
                for path, interface in ((ROOT, MANAGER), (token.path, TOKEN)) * 3:
                    self.root.post(
                        "GetAll", "(s)", interface, path=path, interface=PROPERTIES,
                        done=replies.append,
                    )  # fmt: skip
                wait_until(lambda: len(replies) == 18)

        work(20)
        before = self.rss()
        work(400)
        self.assertLess(self.rss() - before, 2 * 1024, "kB more")


if __name__ == "__main__":
    tap.main()
