#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rotate and Rename: a new secret or a new name for the same token."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fixture import DAEMON, GAMES, PatdTest

DAY = 24 * 3600


class Rotate(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games", services=["tests"], max_uses=100)

    def test_the_old_secret_is_accepted_until_the_new_one_is_used(self):
        new = self.root.rotate(self.token)
        self.assertEqual(new.id, self.token.id)
        self.assertNotEqual(new.text, self.token.text)
        self.assertEqual(self.verify_games(self.token), wire.ACCEPTED)
        self.assertEqual(self.verify_games(self.token), wire.ACCEPTED)
        self.assertEqual(self.verify_games(new), wire.ACCEPTED)
        self.assertEqual(self.verify_games(self.token), wire.ROTATED)
        self.assertEqual(self.verify_games(new), wire.ACCEPTED)

    def test_the_old_secret_is_refused_after_the_grace_period(self):
        new = self.root.rotate(self.token, grace=3600)
        packet = wire.request(self.token, GAMES, "games")
        verdict, _, until = wire.reply(wire.send(self.patd.root_sock, packet))
        self.assertEqual(verdict, wire.ACCEPTED)
        self.assertEqual(until, self.root.get(self.token, "FormerUntil"))
        self.restart_patd(3600)
        self.assertEqual(self.verify_games(self.token), wire.ROTATED)
        self.assertEqual(self.root.get(self.token, "FormerUntil"), 0)
        self.assertEqual(self.verify_games(new), wire.ACCEPTED)

    def test_the_default_grace_period_is_a_day(self):
        before = int(time.time())
        self.root.rotate(self.token)
        until = self.root.get(self.token, "FormerUntil")
        self.assertTrue(before + DAY <= until <= time.time() + DAY)

    def test_a_grace_period_of_0_refuses_the_old_secret_at_once(self):
        new = self.root.rotate(self.token, grace=0)
        self.assertEqual(self.verify_games(self.token), wire.ROTATED)
        self.assertEqual(self.verify_games(new), wire.ACCEPTED)

    def test_the_old_secret_stays_refused_after_a_kill(self):
        new = self.root.rotate(self.token)
        self.assertEqual(self.verify_games(new), wire.ACCEPTED)
        self.patd.kill()
        self.patd.start()
        self.assertEqual(self.verify_games(self.token), wire.ROTATED)

    def test_a_second_rotation_refuses_the_first_secret(self):
        second = self.root.rotate(self.token)
        third = self.root.rotate(self.token)
        self.assertEqual(self.verify_games(self.token), wire.ROTATED)
        self.assertEqual(self.verify_games(second), wire.ACCEPTED)
        self.assertEqual(self.verify_games(third), wire.ACCEPTED)
        self.assertEqual(self.verify_games(second), wire.ROTATED)
        self.assertEqual(self.verify_games(self.token), wire.ROTATED)

    def test_rotate_changes_only_rotation_and_usage_properties(self):
        before = self.root.show(self.token)
        self.verify_games(self.token)
        self.root.rotate(self.token)
        row = self.root.show(self.token)
        changed = {name for name in row if row[name] != before[name]}
        self.assertEqual(
            changed,
            {"Rotations", "RotatedAt", "FormerUntil", "Uses", "LastUsedAt", "LastUsedService",
             "LastUsedFrom"},
        )  # fmt: skip
        self.assertEqual((row["Rotations"], row["Uses"]), (1, 1))

    def test_both_secrets_are_refused_after_revoke(self):
        new = self.root.rotate(self.token)
        self.root.revoke(self.token)
        self.assertEqual(self.verify_games(self.token), wire.REVOKED)
        self.assertEqual(self.verify_games(new), wire.REVOKED)

    def test_restrictions_apply_to_both_secrets(self):
        new = self.root.rotate(self.token)
        for one in (self.token, new):
            self.assertEqual(self.verify_games(one, service=b"sudo"), wire.WRONG_SERVICE)

    def test_a_use_of_the_old_secret_is_recorded_as_refused_with_rotated(self):
        self.root.rotate(self.token, grace=0)
        self.verify_games(self.token, rhost=b"192.0.2.7")
        entry = self.root.history(token=self.token.id, all=True)[-1]
        self.assertEqual(
            (entry["Event"], entry["Result"], entry["From"]), ("refused", "rotated", "192.0.2.7")
        )

    def test_rotate_of_a_revoked_exhausted_or_expired_token_is_refused(self):
        self.root.revoke(self.token)
        self.assertRefused("NotActive", self.root.rotate, self.token)
        short = self.root.generate("short", user="games", lifetime=DAY)
        used = self.root.generate("used", user="games", max_uses=1)
        self.assertEqual(self.verify_games(used), wire.ACCEPTED)
        self.assertRefused("NotActive", self.root.rotate, used)
        self.restart_patd(DAY)
        self.assertRefused("Expired", self.root.rotate, short)

    def test_rotate_gives_another_expiration_and_the_history_says_so(self):
        self.root.rotate(self.token, lifetime=3600)
        rotated_at = self.root.get(self.token, "RotatedAt")
        self.assertEqual(self.root.get(self.token, "ExpiresAt"), rotated_at + 3600)
        self.root.rotate(self.token, expires_at=4102444800)
        self.assertEqual(self.root.get(self.token, "ExpiresAt"), 4102444800)
        self.root.rotate(self.token, expires_at=0)
        self.assertEqual(self.root.get(self.token, "ExpiresAt"), 0)
        self.root.rotate(self.token)
        self.assertEqual(self.root.get(self.token, "ExpiresAt"), 0)
        details = [entry["Detail"] for entry in self.root.history(all=True)
                   if entry["Event"] == "rotated"]
        self.assertTrue(details[0].startswith("expires 20"))
        self.assertEqual(details[1:], ["expires 2100-01-01T00:00:00Z", "expires never", ""])
        self.assertRefused("InvalidExpiry", self.root.rotate, self.token, expires_at=1)
        self.assertRefused("InvalidArgs", self.root.rotate, self.token, lifetime=1,
                           expires_at=4102444800)

    def test_another_user_is_denied_rotate_and_rename(self):
        other = self.client(DAEMON)
        self.assertRefused("AccessDenied", other.rotate, self.token)
        self.assertRefused("AccessDenied", other.rename, self.token, "mine")
        self.assertEqual(self.verify_games(self.token), wire.ACCEPTED)

    def test_the_owner_is_denied_rotate_without_polkit(self):
        self.assertRefused("AccessDenied", self.client(GAMES).rotate, self.token)

    def test_the_new_secret_has_60_characters_and_the_same_seals(self):
        new = self.root.rotate(self.token)
        self.assertEqual(len(new.text), 60)
        self.assertEqual(new.seals, self.token.seals)

    def test_rename_to_a_used_or_invalid_name_is_refused(self):
        self.root.generate("desk", user="games")
        self.assertRefused("NameTaken", self.root.rename, self.token, "desk")
        self.assertRefused("InvalidName", self.root.rename, self.token, "")
        self.assertRefused("InvalidName", self.root.rename, self.token, "a\nb")
        self.assertEqual(self.root.get(self.token, "Name"), "laptop")

    def test_the_owner_renames_without_polkit_and_the_old_name_is_free(self):
        games = self.client(GAMES)
        games.rename(self.token, "büro")
        self.assertEqual(games.get(self.token, "Name"), "büro")
        self.assertEqual(self.verify_games(self.token), wire.ACCEPTED)
        entry = games.history(token=self.token.id)[-2]
        self.assertEqual(
            (entry["Event"], entry["Name"], entry["Detail"], entry["How"]),
            ("renamed", "büro", "laptop", "owner"),
        )
        self.restart_patd()
        self.assertEqual(self.root.get(self.token, "Name"), "büro")
        self.root.generate("laptop", user="games")


if __name__ == "__main__":
    tap.main()
