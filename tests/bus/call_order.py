#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls that one client sends without waiting for replies: they come into effect in that order."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import polkitd
import tap
from client import TOKEN, GLib, look_until, names, vardict
from fixture import DAEMON, GAMES, PatdTest

ROUNDS = 20


class CallOrder(PatdTest):
    """patd-bus asks patd twice for a Generate, and NSS for the user of it and of RevokeAll."""

    def generate(self, name, client=None, **options):
        (client or self.root).post("Generate", "(sa{sv})", name, vardict(**options), quiet=True)

    def revoke_all(self, client, user):
        client.post("RevokeAll", "(a{sv})", vardict(user=user), quiet=True)

    def change(self, client, method, token):
        client.post(method, "(a{sv})", {}, path=token.path, interface=TOKEN, quiet=True)

    def events(self, token):
        return [entry["Event"] for entry in self.root.history(all=True, token=token.id)]

    def test_a_list_has_what_was_generated_before_without_a_reply(self):
        for number in range(ROUNDS):
            self.generate(f"n{number}", user="games")
            self.assertEqual(len(self.root.list(user="games")), number + 1)

    def test_tokens_generated_before_a_revokeall_are_revoked(self):
        for number in range(ROUNDS):
            self.generate(f"n{number}", user="games")
            self.assertEqual(self.root.revoke_all(user="games"), 1)

    def test_tokens_generated_after_a_revokeall_are_not_revoked(self):
        for number in range(ROUNDS):
            self.revoke_all(self.root, "games")
            self.generate(f"n{number}", user="games")
            rows = self.root.list(user="games", state="active")
            self.assertEqual(names(rows), [f"n{number}"])

    def test_a_token_restored_after_a_revokeall_is_active(self):
        token = self.root.generate("laptop", user="games")
        for _ in range(ROUNDS):
            self.revoke_all(self.root, "games")
            self.change(self.root, "Restore", token)
            self.assertEqual(self.root.get(token, "State"), "active")
        expected = ["generated"] + ["revoked", "restored"] * ROUNDS
        self.assertEqual(self.events(token), expected)

    def test_the_order_is_kept_for_a_client_that_leaves(self):
        token = self.root.generate("laptop", user="games")
        for number in range(ROUNDS):
            client = self.client()
            client.list()  # who it is can be asked only while it is there
            self.revoke_all(client, "games")
            self.change(client, "Restore", token)
            client.bus("GetId")  # the bus has passed them on
            client.leave()
            look_until(lambda n=number: len(self.events(token)) == 3 + 2 * n)
        expected = ["generated"] + ["revoked", "restored"] * ROUNDS
        self.assertEqual(self.events(token), expected)

    def test_a_subscription_ended_after_it_was_begun_has_ended(self):
        for _ in range(ROUNDS):
            games = self.client(GAMES)
            added = games.collect("org.freedesktop.DBus.ObjectManager", "InterfacesAdded")
            games.post("Subscribe", "(a{sv})", {}, quiet=True)
            games.unsubscribe()
            token = self.root.generate("laptop", user="games")
            games.list()
            while GLib.MainContext.default().pending():
                GLib.MainContext.default().iteration(False)
            self.assertEqual(added, [])
            self.root.revoke_and_delete(token)

    def test_calls_after_one_that_waits_for_a_person_are_served(self):
        fake = polkitd.FakePolkitd(self.client())
        games = self.client(GAMES)
        token = self.root.generate("laptop", user="games")
        self.generate("desktop", games)
        fake.wait_for_questions(1)
        games.revoke(token)
        self.assertEqual(names(games.list(state="active")), [])

    def test_others_do_not_wait_for_a_client(self):
        self.generate("laptop", user="games")
        self.assertEqual(self.client(DAEMON).list(), [])
        look_until(lambda: self.root.list(user="games"))


if __name__ == "__main__":
    tap.main()
