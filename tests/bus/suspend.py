#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Suspension, reasons of a revoke, RevokeAll, Disable and Enable."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import NAME, PROPERTIES, wait_until
from fixture import BUILD, DAEMON, GAMES, PatdTest

HOUR, DAY = 3600, 24 * 3600


class Suspend(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")

    def shown(self, *names):
        row = self.root.show(self.token)
        return tuple(row[name] for name in names)

    def test_a_suspended_token_is_active_again_after_its_time(self):
        self.root.revoke(self.token, **{"for": 2 * HOUR})
        self.assertEqual(self.verify_games(), wire.REVOKED)
        self.assertEqual(self.shown("State"), ("revoked",))
        self.assertGreater(self.shown("RevokedUntil")[0], time.time() + 2 * HOUR - 60)
        self.restart_patd(2 * HOUR)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.assertEqual(
            self.shown("State", "RevokedAt", "RevokedUntil", "RevokedReason"),
            ("active", 0, 0, ""),
        )

    def test_the_end_of_a_suspension_sends_propertieschanged(self):
        games = self.client(GAMES)
        signals = games.collect(PROPERTIES, "PropertiesChanged", self.token.path)
        games.subscribe()
        self.root.revoke(self.token, **{"for": 2})
        wait_until(lambda: len(signals) == 2)
        states = [changed["State"] for _, (_, changed, _) in signals]
        self.assertEqual(states, ["revoked", "active"])

    def test_a_suspended_token_can_be_restored_before_its_time(self):
        self.root.revoke(self.token, **{"for": DAY})
        self.root.restore(self.token)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)

    def test_the_reason_of_a_revoke_is_stored_until_restore(self):
        self.root.revoke(self.token, reason="laptop lost")
        self.assertEqual(self.shown("RevokedReason"), ("laptop lost",))
        self.root.restore(self.token)
        self.assertEqual(self.shown("RevokedReason"), ("",))

    def test_restore_of_a_compromised_token_is_refused(self):
        self.root.revoke(self.token, reason="compromised")
        self.assertRefused("NotRestorable", self.root.restore, self.token)
        self.root.revoke(self.token, reason="all is well")
        self.assertRefused("NotRestorable", self.root.restore, self.token)
        self.root.delete(self.token)

    def test_a_second_revoke_never_shortens_the_first(self):
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

    def test_a_revoke_with_invalid_options_is_refused(self):
        cases = (
            {"for": 0},
            {"for": 2**62},
            {"for": HOUR, "reason": "compromised"},
            {"reason": ""},
            {"reason": "a\nb"},
            {"reason": "x" * 256},
        )
        for options in cases:
            with self.subTest(str(options)[:40]):
                self.assertRefused("InvalidRestriction", self.root.revoke, self.token, **options)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)

    # --- all tokens of a user --------------------------------------------------------------
    def test_revokeall_revokes_every_token_of_that_user_only(self):
        other = self.root.generate("other", user="daemon")
        tokens = [self.root.generate(f"n{i:02}", user="games") for i in range(40)]
        self.root.revoke(tokens[3])
        self.assertEqual(self.root.revoke_all(user="games", reason="left"), 40)
        for token in tokens:
            self.assertEqual(self.verify_games(token), wire.REVOKED)
        self.assertEqual(self.verify(other, DAEMON, "daemon"), wire.ACCEPTED)
        self.assertEqual(self.root.revoke_all(user="games"), 0)

    def test_a_user_may_call_revokeall_for_itself_only(self):
        games = self.client(GAMES)
        self.assertEqual(games.revoke_all(**{"for": HOUR}), 1)
        self.assertRefused("AccessDenied", games.revoke_all, user="daemon")
        self.assertRefused("UnknownUser", self.root.revoke_all, user="nobody-of-that-name")

    # --- disable ------------------------------------------------------------------------------
    def test_tokens_of_a_disabled_user_are_refused_until_enable(self):
        other = self.root.generate("other", user="daemon")
        self.root.disable("games", reason="on leave")
        self.assertEqual(self.verify_games(), wire.DISABLED)
        self.assertEqual(self.shown("State"), ("disabled",))
        self.assertEqual(self.verify(other, DAEMON, "daemon"), wire.ACCEPTED)
        self.assertRefused("Disabled", self.root.generate, "new", user="games")
        self.restart_patd()
        self.assertEqual(self.verify_games(), wire.DISABLED)
        (row,) = self.root.disabled()
        self.assertEqual((row["User"], row["Reason"], row["ByUid"]), ("games", "on leave", 0))
        self.root.enable("games")
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.assertEqual(self.root.disabled(), [])

    def test_disable_of_all_users_refuses_every_token_and_keeps_single_entries(self):
        self.root.disable("daemon")
        self.root.disable("", all=True)
        self.assertEqual(self.verify_games(), wire.DISABLED)
        self.root.enable("", all=True)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.assertEqual([row["User"] for row in self.root.disabled()], ["daemon"])

    def test_scope__all_users_are_meant_by_all_and_never_by_an_empty_name(self):
        for call in (self.root.disable, self.root.enable):
            for user, options in (
                ("", {}),
                ("", {"all": False}),
                ("games", {"all": True}),
                ("x" * 300, {"all": True}),
            ):
                self.assertRefused("InvalidArgs", call, user, **options)
        self.assertEqual(self.root.disabled(), [])
        self.assertEqual(self.verify_games(), wire.ACCEPTED)

    def test_scope__a_user_whose_name_is_too_long_is_an_error_and_never_everybody(self):
        library = os.path.abspath(os.path.join(BUILD, "tests/cli/nss.so"))
        self.front.end()
        self.front.start(env=self.patd.preloaded(library, NSS_LONG="1"))
        self.root.wait_for_owner(NAME)
        for user in ("GAMES", "x" * 256, "x" * 300, "x" * 4096):
            for call in (self.root.disable, self.root.enable):
                self.assertRefused("UnknownUser", call, user)
            self.assertRefused("UnknownUser", self.root.revoke_all, user=user)
            self.assertRefused("UnknownUser", self.root.generate, "new", user=user)
        self.assertEqual(self.root.disabled(), [])
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.root.disable("", all=True)
        self.assertRefused("UnknownUser", self.root.enable, "GAMES")
        self.assertEqual([row["User"] for row in self.root.disabled()], [""])

    def test_disable_and_enable_accept_unknown_users(self):
        self.root.disable("ghost")
        self.root.disable("ghost")
        self.root.enable("ghost")
        self.root.enable("ghost")
        self.assertRefused("UnknownUser", self.root.disable, "a\nb")

    def test_disable_of_a_user_with_many_tokens_and_subscribers_keeps_patd_on_the_bus(self):
        for i in range(300):
            self.root.generate(f"{i:03}" + "x" * 250, user="games")
        subscribers = [self.client(GAMES) for _ in range(20)]
        for subscriber in subscribers:
            subscriber.subscribe()
        owner = self.root.owner()
        self.root.disable("games")
        self.assertEqual(self.verify_games(), wire.DISABLED)
        self.root.enable("games")
        self.assertEqual(self.root.owner(), owner)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)

    def test_a_user_is_denied_disable_enable_and_listdisabled(self):
        games = self.client(GAMES)
        self.root.disable("games")
        for call in (games.disable, games.enable):
            for user, options in (("games", {}), ("daemon", {}), ("", {"all": True})):
                with self.subTest(f"{call.__name__} {user}"):
                    self.assertRefused("AccessDenied", call, user, **options)
        self.assertRefused("AccessDenied", games.disabled)
        self.assertEqual(self.verify_games(), wire.DISABLED)

    def test_a_disabled_user_may_revoke_its_token(self):
        self.root.disable("games")
        self.client(GAMES).revoke(self.token)
        self.root.enable("games")
        self.assertEqual(self.verify_games(), wire.REVOKED)


if __name__ == "__main__":
    tap.main()
