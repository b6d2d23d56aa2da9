#!/usr/bin/python3 -B
"""Revoke for a while, with a reason, and all of a user's; disable and enable."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import wait_until
from world import DAEMON, GAMES, WorldTest

HOUR, DAY = 3600, 24 * 3600


class Suspend(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")

    def games(self, token=None):
        return self.verify(token or self.token, GAMES, "games")

    def shown(self, *names):
        row = self.root.show(self.token)
        return tuple(row[name] for name in names)

    def test_a_suspended_token_comes_back_by_itself(self):
        self.root.revoke(self.token, **{"for": 2 * HOUR})
        self.assertEqual(self.games(), door.REVOKED)
        self.assertEqual(self.shown("State"), ("revoked",))
        self.assertGreater(self.shown("RevokedUntil")[0], time.time() + 2 * HOUR - 60)
        self.restart_patd(2 * HOUR)
        self.assertEqual(self.games(), door.ACCEPTED)
        self.assertEqual(
            self.shown("State", "RevokedAt", "RevokedUntil", "RevokedReason"),
            ("active", 0, 0, ""),
        )

    def test_its_return_is_told(self):
        games = self.client(GAMES)
        told = []
        games.connection.signal_subscribe(
            None, "org.freedesktop.DBus.Properties", "PropertiesChanged", self.token.path, None, 0,
            lambda *args: told.append(args[5].unpack()[1]["State"]),
        )  # fmt: skip
        games.subscribe()
        self.root.revoke(self.token, **{"for": 2})
        wait_until(lambda: told == ["revoked", "active"])

    def test_a_suspended_token_can_be_restored_earlier(self):
        self.root.revoke(self.token, **{"for": DAY})
        self.root.restore(self.token)
        self.assertEqual(self.games(), door.ACCEPTED)

    def test_a_reason_is_kept_and_shown(self):
        self.root.revoke(self.token, reason="laptop lost")
        self.assertEqual(self.shown("RevokedReason"), ("laptop lost",))
        self.root.restore(self.token)
        self.assertEqual(self.shown("RevokedReason"), ("",))

    def test_a_compromised_token_is_never_restored(self):
        self.root.revoke(self.token, reason="compromised")
        self.assertRefused("NotRestorable", self.root.restore, self.token)
        self.root.revoke(self.token, reason="all is well")
        self.assertRefused("NotRestorable", self.root.restore, self.token)
        self.root.delete(self.token)

    def test_a_revoke_never_loosens_the_one_before(self):
        cases = {
            "for good, then for a while": ({}, {"for": HOUR}, 0),
            "for long, then for short": ({"for": DAY}, {"for": HOUR}, DAY),
            "for short, then for long": ({"for": HOUR}, {"for": DAY}, DAY),
            "for a while, then for good": ({"for": HOUR}, {}, 0),
            "for a while, then compromised": ({"for": HOUR}, {"reason": "compromised"}, 0),
        }
        for case, (first, second, until) in cases.items():
            with self.subTest(case):
                token = self.root.generate(case, user="games")
                self.root.revoke(token, **first)
                self.root.revoke(token, **second)
                seconds = self.root.get(token, "RevokedUntil")
                if until:
                    self.assertAlmostEqual(seconds - time.time(), until, delta=60)
                else:
                    self.assertEqual(seconds, 0)

    def test_a_revoke_that_cannot_be_is_refused(self):
        cases = (
            {"for": 0},
            {"for": 2**62},
            {"for": HOUR, "reason": "compromised"},
            {"reason": ""},
            {"reason": "a\nb"},
            {"reason": "x" * 256},
        )
        for wish in cases:
            with self.subTest(str(wish)[:40]):
                self.assertRefused("InvalidRestriction", self.root.revoke, self.token, **wish)
        self.assertEqual(self.games(), door.ACCEPTED)

    # --- all of a user's --------------------------------------------------------------------
    def test_revoke_all_ends_every_token_of_the_user_and_no_other(self):
        other = self.root.generate("other", user="daemon")
        tokens = [self.root.generate(f"n{i:02}", user="games") for i in range(40)]
        self.root.revoke(tokens[3])
        self.assertEqual(self.root.revoke_all(user="games", reason="left"), 40)
        for token in tokens:
            self.assertEqual(self.games(token), door.REVOKED)
        self.assertEqual(self.verify(other, DAEMON, "daemon"), door.ACCEPTED)
        self.assertEqual(self.root.revoke_all(user="games"), 0)

    def test_ones_own_are_free_and_others_are_not(self):
        games = self.client(GAMES)
        self.assertEqual(games.revoke_all(**{"for": HOUR}), 1)
        self.assertRefused("AccessDenied", games.revoke_all, user="daemon")
        self.assertRefused("UnknownUser", self.root.revoke_all, user="nobody-of-that-name")

    # --- disable ------------------------------------------------------------------------------
    def test_a_disabled_users_tokens_do_not_work_until_enabled(self):
        other = self.root.generate("other", user="daemon")
        self.root.disable("games", reason="on leave")
        self.assertEqual(self.games(), door.DISABLED)
        self.assertEqual(self.shown("State"), ("disabled",))
        self.assertEqual(self.verify(other, DAEMON, "daemon"), door.ACCEPTED)
        self.assertRefused("AgainstPolicy", self.root.generate, "new", user="games")
        self.restart_patd()
        self.assertEqual(self.games(), door.DISABLED)
        (row,) = self.root.disabled()
        self.assertEqual((row["User"], row["Reason"], row["ByUid"]), ("games", "on leave", 0))
        self.root.enable("games")
        self.assertEqual(self.games(), door.ACCEPTED)
        self.assertEqual(self.root.disabled(), [])

    def test_everybody_can_be_disabled_at_once(self):
        self.root.disable("daemon")
        self.root.disable("")
        self.assertEqual(self.games(), door.DISABLED)
        self.root.enable("")
        self.assertEqual(self.games(), door.ACCEPTED)
        self.assertEqual([row["User"] for row in self.root.disabled()], ["daemon"])

    def test_who_is_not_there_can_be_disabled(self):
        self.root.disable("ghost")
        self.root.disable("ghost")
        self.root.enable("ghost")
        self.root.enable("ghost")
        self.assertRefused("UnknownUser", self.root.disable, "a\nb")

    def test_to_disable_a_user_with_many_tokens_and_listeners_costs_nobody_the_bus(self):
        for i in range(300):
            self.root.generate(f"{i:03}" + "x" * 250, user="games")
        followers = [self.client(GAMES) for _ in range(20)]
        for follower in followers:
            follower.subscribe()
        owner = self.root.owner()
        self.root.disable("games")
        self.assertEqual(self.games(), door.DISABLED)
        self.root.enable("games")
        self.assertEqual(self.root.owner(), owner)
        self.assertEqual(self.games(), door.ACCEPTED)

    def test_only_an_administrator_disables_or_enables(self):
        games = self.client(GAMES)
        self.root.disable("games")
        for call in (games.disable, games.enable):
            for user in ("games", "daemon", ""):
                with self.subTest(f"{call.__name__} {user}"):
                    self.assertRefused("AccessDenied", call, user)
        self.assertRefused("AccessDenied", games.disabled)
        self.assertEqual(self.games(), door.DISABLED)

    def test_a_revoke_works_on_a_disabled_users_tokens(self):
        self.root.disable("games")
        self.client(GAMES).revoke(self.token)
        self.root.enable("games")
        self.assertEqual(self.games(), door.REVOKED)


if __name__ == "__main__":
    tap.main()
