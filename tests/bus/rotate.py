#!/usr/bin/python3 -B
"""Rotate, Rename: another secret, another name, the same token."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from world import DAEMON, GAMES, WorldTest

DAY = 24 * 3600


class Rotate(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games", services=["tests"], max_uses=100)

    def games(self, token, **place):
        return self.verify(token, GAMES, "games", **place)

    def test_both_secrets_work_until_the_new_one_is_used(self):
        new = self.root.rotate(self.token)
        self.assertEqual(new.id, self.token.id)
        self.assertNotEqual(new.text, self.token.text)
        self.assertEqual(self.games(self.token), door.ACCEPTED)
        self.assertEqual(self.games(self.token), door.ACCEPTED)
        self.assertEqual(self.games(new), door.ACCEPTED)
        self.assertEqual(self.games(self.token), door.ROTATED)
        self.assertEqual(self.games(new), door.ACCEPTED)

    def test_the_grace_ends_at_its_time(self):
        new = self.root.rotate(self.token, grace=3600)
        packet = door.request(self.token, GAMES, "games")
        one = door.connect(self.patd.root_sock)
        one.send(packet)
        verdict, _, until = door.reply(one)
        self.assertEqual(verdict, door.ACCEPTED)
        self.assertEqual(until, self.root.get(self.token, "FormerUntil"))
        self.restart_patd(3600)
        self.assertEqual(self.games(self.token), door.ROTATED)
        self.assertEqual(self.root.get(self.token, "FormerUntil"), 0)
        self.assertEqual(self.games(new), door.ACCEPTED)

    def test_the_grace_is_a_day_by_default(self):
        before = int(time.time())
        self.root.rotate(self.token)
        until = self.root.get(self.token, "FormerUntil")
        self.assertTrue(before + DAY <= until <= time.time() + DAY)

    def test_no_grace_ends_the_old_secret_at_once(self):
        new = self.root.rotate(self.token, grace=0)
        self.assertEqual(self.games(self.token), door.ROTATED)
        self.assertEqual(self.games(new), door.ACCEPTED)

    def test_the_end_of_a_secret_survives_a_kill(self):
        new = self.root.rotate(self.token)
        self.assertEqual(self.games(new), door.ACCEPTED)
        self.patd.kill()
        self.patd.start()
        self.assertEqual(self.games(self.token), door.ROTATED)

    def test_a_second_rotation_ends_the_first_secret(self):
        second = self.root.rotate(self.token)
        third = self.root.rotate(self.token)
        self.assertEqual(self.games(self.token), door.ROTATED)
        self.assertEqual(self.games(second), door.ACCEPTED)
        self.assertEqual(self.games(third), door.ACCEPTED)
        self.assertEqual(self.games(second), door.ROTATED)
        self.assertEqual(self.games(self.token), door.ROTATED)

    def test_all_else_stays_and_the_lineage_shows(self):
        before = self.root.show(self.token)
        self.games(self.token)
        self.root.rotate(self.token)
        row = self.root.show(self.token)
        changed = {name for name in row if row[name] != before[name]}
        self.assertEqual(
            changed,
            {"Rotations", "RotatedAt", "FormerUntil", "Uses", "LastUsedAt", "LastUsedService"},
        )
        self.assertEqual((row["Rotations"], row["Uses"]), (1, 1))

    def test_a_revoke_ends_both_secrets(self):
        new = self.root.rotate(self.token)
        self.root.revoke(self.token)
        self.assertEqual(self.games(self.token), door.REVOKED)
        self.assertEqual(self.games(new), door.REVOKED)

    def test_restrictions_bind_both_secrets(self):
        new = self.root.rotate(self.token)
        for one in (self.token, new):
            self.assertEqual(self.games(one, service=b"sudo"), door.WRONG_SERVICE)

    def test_the_use_of_an_ended_secret_is_in_the_history_as_rotated(self):
        self.root.rotate(self.token, grace=0)
        self.games(self.token, rhost=b"192.0.2.7")
        entry = self.root.history(token=self.token.id, all=True)[-1]
        self.assertEqual(
            (entry["Event"], entry["Result"], entry["From"]), ("refused", "rotated", "192.0.2.7")
        )

    def test_what_does_not_work_cannot_be_rotated(self):
        self.root.revoke(self.token)
        self.assertRefused("NotActive", self.root.rotate, self.token)
        short = self.root.generate("short", user="games", lifetime=DAY)
        used = self.root.generate("used", user="games", max_uses=1)
        self.assertEqual(self.games(used), door.ACCEPTED)
        self.assertRefused("NotActive", self.root.rotate, used)
        self.restart_patd(DAY)
        self.assertRefused("Expired", self.root.rotate, short)

    def test_others_tokens_are_not_told_from_missing_ones(self):
        other = self.client(DAEMON)
        self.assertRefused("AccessDenied", other.rotate, self.token)
        self.assertRefused("AccessDenied", other.rename, self.token, "mine")
        self.assertEqual(self.games(self.token), door.ACCEPTED)

    def test_ones_own_needs_authentication_too(self):
        self.assertRefused("AccessDenied", self.client(GAMES).rotate, self.token)

    def test_the_secret_is_sealed_and_whole(self):
        new = self.root.rotate(self.token)
        self.assertEqual(len(new.text), 64)
        self.assertEqual(new.seals, self.token.seals)

    def test_two_names_cannot_be_the_same(self):
        self.root.generate("desk", user="games")
        self.assertRefused("NameTaken", self.root.rename, self.token, "desk")
        self.assertRefused("InvalidName", self.root.rename, self.token, "")
        self.assertRefused("InvalidName", self.root.rename, self.token, "a\nb")
        self.assertEqual(self.root.get(self.token, "Name"), "laptop")

    def test_the_owner_renames_freely(self):
        games = self.client(GAMES)
        games.rename(self.token, "büro")
        self.assertEqual(games.get(self.token, "Name"), "büro")
        self.assertEqual(self.games(self.token), door.ACCEPTED)
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
