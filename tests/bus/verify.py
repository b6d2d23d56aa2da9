#!/usr/bin/python3 -B
"""The verification door: verdicts."""
import os
import stat
import sys
import time
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import PATIENCE_S
from world import DAEMON, GAMES, WorldTest

DAY = 24 * 3600


def changed(token, **more):
    return types.SimpleNamespace(**{"id": token.id, "text": token.text, **more})


class Verdicts(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")

    def games(self, token=None, **more):
        return self.verify(token or self.token, GAMES, "games", **more)

    def used(self):
        return self.root.get(self.token, "LastUsedAt")

    def test_the_right_token_is_accepted_and_its_use_recorded(self):
        before = int(time.time())
        self.assertEqual(self.games(), door.ACCEPTED)
        self.assertTrue(before <= self.used() <= time.time())

    def test_a_later_use_is_recorded_as_later(self):
        self.games()
        first = self.used()
        self.restart_patd(DAY)
        self.games()
        self.assertGreaterEqual(self.used(), first + DAY)

    def test_the_answer_to_an_accepted_token_tells_when_it_expires(self):
        for case, when in {"some day": 4102444800, "never": 0}.items():
            with self.subTest(case):
                packet = door.request(self.root.generate(case, expires_at=when))
                self.assertEqual(door.ask(self.patd.root_sock, packet), (door.ACCEPTED, when))

    def test_a_wrong_secret_is_refused(self):
        other = self.root.generate("other", user="games")
        cases = {
            "another token's": other.text,
            "one character off": self.token.text[:-1] + "-",
            "empty": "",
            "in capitals": self.token.text.upper(),
        }
        for case, text in cases.items():
            with self.subTest(case):
                self.assertEqual(self.games(changed(self.token, text=text)), door.WRONG)
        self.assertEqual(self.used(), 0)

    def test_an_id_that_is_not_there_is_refused(self):
        flipped = self.token.id.swapcase()
        for case, one in {"unknown": "0000000000", "in the other case": flipped}.items():
            with self.subTest(case):
                self.assertEqual(self.games(changed(self.token, id=one)), door.WRONG)

    def test_a_wrong_secret_learns_nothing_of_the_token(self):
        wrong = changed(self.token, text="pat_")
        self.root.revoke(self.token)
        self.assertEqual(self.games(wrong), door.WRONG)
        self.assertEqual(self.verify(wrong, DAEMON, "daemon"), door.WRONG)
        self.restart_patd(31 * DAY)
        self.assertEqual(door.ask(self.patd.root_sock, door.request(wrong, GAMES, "games")), (0, 0))

    def test_a_revoke_ends_access_by_the_time_it_replies(self):
        for _ in range(20):
            self.assertEqual(self.games(), door.ACCEPTED)
            self.root.revoke(self.token)
            self.assertEqual(self.games(), door.REVOKED)
            self.root.restore(self.token)

    def test_a_refused_attempt_is_no_use(self):
        self.root.revoke(self.token)
        self.games()
        self.assertEqual(self.used(), 0)

    def test_a_token_works_to_its_last_second_and_not_a_second_longer(self):
        self.restart_patd(30 * DAY - 60)
        self.assertEqual(self.games(), door.ACCEPTED)
        self.restart_patd(120)
        expires_at = self.root.get(self.token, "ExpiresAt")
        self.assertEqual(
            door.ask(self.patd.root_sock, door.request(self.token, GAMES, "games")),
            (door.EXPIRED, expires_at),
        )

    def test_a_token_expires_while_patd_runs(self):
        token = self.root.generate("short", user="games", lifetime=2)
        expires_at = self.root.get(token, "ExpiresAt")
        deadline = time.monotonic() + PATIENCE_S
        before, verdict = time.time(), self.games(token)
        while verdict == door.ACCEPTED and time.monotonic() < deadline:
            self.assertLess(before, expires_at)
            before, verdict = time.time(), self.games(token)
        self.assertEqual(verdict, door.EXPIRED)
        self.assertGreaterEqual(time.time(), expires_at)

    def test_a_deleted_token_is_as_one_that_never_was(self):
        self.root.revoke(self.token)
        self.root.delete(self.token)
        self.assertEqual(self.games(), door.WRONG)

    def test_a_token_is_bound_to_uid_and_name(self):
        cases = {
            "another user": (DAEMON, "daemon"),
            "root": (0, "root"),
            "another name of the uid": (GAMES, "player"),
            "another uid of the name": (DAEMON, "games"),
            "a name in capitals": (GAMES, "GAMES"),
            "the beginning of the name": (GAMES, "game"),
            "the uid that is -1": (2**32 - 1, "games"),
        }
        for case, (uid, user) in cases.items():
            with self.subTest(case):
                self.assertEqual(self.verify(self.token, uid, user), door.OTHER_USER)
        self.assertEqual(self.used(), 0)

    def test_a_user_verifies_itself_at_the_users_door(self):
        self.assertEqual(self.games(caller=GAMES, sock=self.patd.user_sock), door.ACCEPTED)
        self.assertNotEqual(self.used(), 0)

    def test_a_user_must_not_verify_another(self):
        cases = {"daemon": (DAEMON, "daemon"), "root": (0, "root"), "a stranger": (54321, "x")}
        for case, (uid, user) in cases.items():
            with self.subTest(case):
                verdict = self.verify(self.token, uid, user, GAMES, self.patd.user_sock)
                self.assertEqual(verdict, door.NOT_ALLOWED)

    def test_a_users_answer_about_another_does_not_depend_on_the_token(self):
        unknown, wrong = changed(self.token, id="0000000000"), changed(self.token, text="")
        for token in (self.token, unknown, wrong):
            packet = door.request(token, GAMES, "games")
            self.assertEqual(door.ask(self.patd.user_sock, packet, DAEMON), (door.NOT_ALLOWED, 0))

    def test_root_may_use_the_users_door(self):
        self.assertEqual(self.games(sock=self.patd.user_sock), door.ACCEPTED)

    def test_a_uid_without_a_name_may_ask_and_is_told_the_verdict(self):
        packet = door.request(self.token, 54321, "games")
        self.assertEqual(door.ask(self.patd.user_sock, packet, 54321), (door.OTHER_USER, 0))

    def test_the_door_of_root_is_shut_for_others(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.patd.root_sock).st_mode), 0o600)
        for uid in (GAMES, DAEMON, 54321):
            with self.subTest(uid):
                self.assertRaises(PermissionError, door.connect, self.patd.root_sock, uid)

    def test_the_door_of_users_is_open_to_everybody(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.patd.user_sock).st_mode), 0o666)

    def test_a_row_that_was_altered_opens_nothing(self):
        cases = {
            "its user": "user = 'root', uid = 0",
            "its expiration": "expires_at = 0",
            "its beginning": "created_at = created_at + 1",
            "its secret": "verifier = randomblob(32)",
            "its id": "id = '0000000000'",
        }
        for case, change in cases.items():
            with self.subTest(case):
                token = self.root.generate(case, user="games")
                self.patd.end()
                self.patd.edit(f"UPDATE token SET {change} WHERE id = ?", token.id)
                self.restart_patd()
                for uid, user in (GAMES, "games"), (0, "root"):
                    self.assertEqual(self.verify(token, uid, user), door.WRONG)
                token = changed(token, id="0000000000")
                self.assertEqual(self.verify(token, GAMES, "games"), door.WRONG)

    def test_a_revoked_row_that_was_set_back_opens_nothing(self):
        self.root.revoke(self.token)
        self.patd.end()
        self.patd.edit("UPDATE token SET revoked_at = 0")
        self.restart_patd()
        self.assertEqual(self.games(), door.WRONG)
        self.assertEqual(self.root.get(self.token, "State"), "altered")
        self.assertRefused("Storage", self.root.revoke, self.token)
        self.assertEqual(self.root.get(self.token, "State"), "altered")
        self.root.delete(self.token)


class Many(WorldTest):
    def test_hundreds_of_requests_at_once_each_get_the_right_answer(self):
        tokens = [self.root.generate(f"token {n}", user="games") for n in range(8)]
        for token in tokens[::2]:
            self.root.revoke(token)
        jobs = []
        for n in range(240):
            token = tokens[n % 8]
            right = door.REVOKED if n % 2 == 0 else door.ACCEPTED
            if n % 5 == 0:
                token, right = changed(token, text="no"), door.WRONG
            elif n % 7 == 0:
                right = door.OTHER_USER
            user = "games" if right != door.OTHER_USER else "daemon"
            packet = door.request(token, GAMES, user)
            jobs.append((door.connect(self.patd.root_sock), packet, right))
        for sock, packet, _ in jobs:
            sock.send(packet)
        for sock, _, right in reversed(jobs):
            self.assertEqual(door.answer(sock)[0], right)


if __name__ == "__main__":
    tap.main()
