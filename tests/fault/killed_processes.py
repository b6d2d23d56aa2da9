#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""patd-bus, and then patd, killed again and again under load."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import look_until
from faults import FULL
from fixture import GAMES, Daemon, PatdTest

ROUNDS = 1000 if FULL else 15


class KilledProcesses(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")
        self.games = self.client(GAMES)

    def make_change(self, n):
        """Two, both acknowledged."""
        self.lasting = self.root.generate(f"token {n}", user="games")
        self.root.revoke(self.lasting)

    def assertLasts(self):
        self.assertEqual(self.root.get(self.lasting, "State"), "revoked")
        self.assertNotEqual(self.verify_games(self.lasting), wire.ACCEPTED)
        self.root.delete(self.lasting)

    def test_no_login_of_root_fails_while_patd_bus_is_killed_and_followers_are_told(self):
        with self.logins(self.token, uid=GAMES, user="games") as verdicts:
            for n in range(ROUNDS):
                self.games.subscribe()
                self.make_change(n)
                owner = self.games.owner()
                self.front.kill()
                look_until(lambda: self.games.owner() != owner)
                self.front.start()
                self.games.wait_for_owner()
                self.root.wait_for_owner()
                self.assertNotEqual(self.games.owner(), owner)
                self.assertLasts()
        self.assertEqual(set(verdicts), {wire.ACCEPTED})
        self.assertGreater(len(verdicts), ROUNDS)

    def test_no_acknowledged_change_or_use_is_lost_while_patd_is_killed(self):
        uses = 0
        for n in range(ROUNDS):
            self.make_change(n)
            self.assertEqual(self.verify_games(), wire.ACCEPTED)
            uses += 1
            Daemon.end(self.patd, signal.SIGKILL)
            Daemon.start(self.patd)
            self.root.wait_for_owner()
            self.assertLasts()
            self.assertEqual(self.root.get(self.token, "Uses"), uses)
        self.assertEqual(self.root.verify_history()[2], 0)


if __name__ == "__main__":
    tap.main()
