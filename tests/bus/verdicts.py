#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verdicts of the verification sockets, and who may use which socket."""
import os
import stat
import sys
import time
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import PATIENCE_S
from fixture import DAEMON, GAMES, PatdTest
from unlisted import leave_out

DAY = 24 * 3600


def changed(token, **more):
    return types.SimpleNamespace(**{"id": token.id, "text": token.text, **more})


class Verdicts(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")

    def used(self):
        return self.root.get(self.token, "LastUsedAt")

    def test_a_valid_token_is_accepted_and_its_use_recorded(self):
        before = int(time.time())
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.assertTrue(before <= self.used() <= time.time())

    def test_lastusedat_is_the_time_of_the_latest_use(self):
        self.verify_games()
        first = self.used()
        self.restart_patd(DAY)
        self.verify_games()
        self.assertGreaterEqual(self.used(), first + DAY)

    def test_the_reply_for_an_accepted_token_has_its_expiry(self):
        for case, when in {"some day": 4102444800, "never": 0}.items():
            with self.subTest(case):
                packet = wire.request(self.root.generate(case, expires_at=when))
                self.assertEqual(wire.ask(self.patd.root_sock, packet), (wire.ACCEPTED, when))

    def test_a_wrong_secret_is_refused_with_wrong(self):
        other = self.root.generate("other", user="games")
        cases = {
            "the secret of another token": other.text,
            "one wrong character": self.token.text[:-1] + "-",
            "empty": "",
            "in upper case": self.token.text.upper(),
        }
        for case, text in cases.items():
            with self.subTest(case):
                self.assertEqual(self.verify_games(changed(self.token, text=text)), wire.WRONG)
        self.assertEqual(self.used(), 0)

    def test_an_unknown_id_is_refused_with_wrong(self):
        flipped = self.token.id.swapcase()
        for case, one in {"unknown": "0000000000", "in the opposite case": flipped}.items():
            with self.subTest(case):
                self.assertEqual(self.verify_games(changed(self.token, id=one)), wire.WRONG)

    def test_privacy__a_wrong_secret_gets_the_same_verdict_in_any_state(self):
        wrong = changed(self.token, text="pat_")
        self.root.revoke(self.token)
        self.assertEqual(self.verify_games(wrong), wire.WRONG)
        self.assertEqual(self.verify(wrong, DAEMON, "daemon"), wire.WRONG)
        self.restart_patd(31 * DAY)
        self.assertEqual(wire.ask(self.patd.root_sock, wire.request(wrong, GAMES, "games")), (0, 0))

    def test_revocation__a_token_is_refused_as_soon_as_revoke_replied(self):
        for _ in range(20):
            self.assertEqual(self.verify_games(), wire.ACCEPTED)
            self.root.revoke(self.token)
            self.assertEqual(self.verify_games(), wire.REVOKED)
            self.root.restore(self.token)

    def test_revocation__what_takes_access_away_holds_from_its_reply(self):
        calls = {
            "Revoke": (self.root.revoke, wire.REVOKED),
            "Delete": (self.root.revoke_and_delete, wire.WRONG),
            "Rotate": (lambda token: self.root.rotate(token, grace=0), wire.ROTATED),
            "RevokeAll": (lambda token: self.root.revoke_all(user="games"), wire.REVOKED),
            "Disable": (lambda token: self.root.disable("games"), wire.DISABLED),
        }
        for case, (call, verdict) in calls.items():
            with self.subTest(case):
                for n in range(10):
                    token = self.root.generate(f"{case} {n}", user="games")
                    self.assertEqual(self.verify_games(token), wire.ACCEPTED)
                    call(token)
                    self.assertEqual(self.verify_games(token), verdict)
                    self.root.enable("games")

    def test_no_token_creates_a_token__every_token_is_refused_where_polkit_asks(self):
        limited = self.root.generate("for polkit", user="games", services=["polkit-1"])
        any_service = self.root.generate("for all", user="games", services=["*"])
        roots = self.root.generate("root's")
        os.mkdir(self.patd.conf)
        with open(os.path.join(self.patd.conf, "patd.conf"), "w", encoding="ascii") as conf:
            conf.write("[verifier daemon]\nservices = polkit-1\n")
        self.restart_patd()
        place = {"service": b"polkit-1"}
        for token in (self.token, limited, any_service):
            over_user_sock = {"sock": self.patd.user_sock, **place}
            self.assertEqual(self.verify_games(token, **place), wire.NOT_ALLOWED)
            for caller in (GAMES, DAEMON):
                verdict = self.verify_games(token, caller=caller, **over_user_sock)
                self.assertEqual(verdict, wire.NOT_ALLOWED)
        self.assertEqual(self.verify(roots, **place), wire.NOT_ALLOWED)
        self.assertEqual(self.verify_games(self.token), wire.ACCEPTED)
        self.assertEqual(self.verify_games(limited), wire.WRONG_SERVICE)

    def test_a_refused_login_does_not_set_lastusedat(self):
        self.root.revoke(self.token)
        self.verify_games()
        self.assertEqual(self.used(), 0)

    def test_scope__a_token_is_accepted_before_and_refused_after_its_expiry(self):
        self.restart_patd(30 * DAY - 60)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.restart_patd(120)
        expires_at = self.root.get(self.token, "ExpiresAt")
        self.assertEqual(
            wire.ask(self.patd.root_sock, wire.request(self.token, GAMES, "games")),
            (wire.EXPIRED, expires_at),
        )

    def test_a_token_expires_at_its_time_while_patd_runs(self):
        token = self.root.generate("short", user="games", lifetime=2)
        expires_at = self.root.get(token, "ExpiresAt")
        deadline = time.monotonic() + PATIENCE_S
        before, verdict = time.time(), self.verify_games(token)
        while verdict == wire.ACCEPTED and time.monotonic() < deadline:
            self.assertLess(before, expires_at)
            before, verdict = time.time(), self.verify_games(token)
        self.assertEqual(verdict, wire.EXPIRED)
        self.assertGreaterEqual(time.time(), expires_at)

    def test_a_deleted_token_is_refused_with_wrong(self):
        self.root.revoke_and_delete(self.token)
        self.assertEqual(self.verify_games(), wire.WRONG)

    def test_scope__a_token_is_refused_for_another_uid_or_user_name(self):
        cases = {
            "another user": (DAEMON, "daemon"),
            "root": (0, "root"),
            "another name of the uid": (GAMES, "player"),
            "another uid of the name": (DAEMON, "games"),
            "the name in upper case": (GAMES, "GAMES"),
            "a prefix of the name": (GAMES, "game"),
            "uid -1": (2**32 - 1, "games"),
        }
        for case, (uid, user) in cases.items():
            with self.subTest(case):
                self.assertEqual(self.verify(self.token, uid, user), wire.OTHER_USER)
        self.assertEqual(self.used(), 0)

    def test_a_user_may_verify_itself_on_user_sock(self):
        self.assertEqual(self.verify_games(caller=GAMES, sock=self.patd.user_sock), wire.ACCEPTED)
        self.assertNotEqual(self.used(), 0)

    def test_a_user_is_denied_verifying_others(self):
        cases = {"daemon": (DAEMON, "daemon"), "root": (0, "root"), "an unknown user": (54321, "x")}
        for case, (uid, user) in cases.items():
            with self.subTest(case):
                verdict = self.verify(self.token, uid, user, GAMES, self.patd.user_sock)
                self.assertEqual(verdict, wire.NOT_ALLOWED)

    def test_privacy__a_denied_verification_of_another_user_is_the_same_for_any_token(self):
        unknown, wrong = changed(self.token, id="0000000000"), changed(self.token, text="")
        for token in (self.token, unknown, wrong):
            packet = wire.request(token, GAMES, "games")
            self.assertEqual(wire.ask(self.patd.user_sock, packet, DAEMON), (wire.NOT_ALLOWED, 0))

    def test_root_is_not_served_on_user_sock(self):
        self.assertEqual(self.verify_games(sock=self.patd.user_sock), wire.NOT_ALLOWED)

    def test_a_uid_without_a_user_name_gets_a_verdict(self):
        packet = wire.request(self.token, 54321, "games")
        self.assertEqual(wire.ask(self.patd.user_sock, packet, 54321), (wire.OTHER_USER, 0))

    def test_root_sock_is_inaccessible_to_other_users(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.patd.root_sock).st_mode), 0o600)
        for uid in (GAMES, DAEMON, 54321):
            with self.subTest(uid):
                self.assertRaises(PermissionError, wire.connect, self.patd.root_sock, uid)

    def test_user_sock_is_accessible_to_every_user(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.patd.user_sock).st_mode), 0o666)

    def test_integrity__a_token_with_an_altered_row_is_refused(self):
        cases = {
            "its user": "user = 'root', uid = 0",
            "its expiry": "expires_at = 0",
            "its creation time": "created_at = created_at + 1",
            "its verifier": "verifier = randomblob(32)",
            "its id": "id = '0000000000'",
        }
        for case, change in cases.items():
            with self.subTest(case):
                token = self.root.generate(case, user="games")
                self.patd.end()
                self.patd.edit(f"UPDATE token SET {change} WHERE id = ?", token.id)
                self.restart_patd()
                for uid, user in (GAMES, "games"), (0, "root"):
                    self.assertEqual(self.verify(token, uid, user), wire.WRONG)
                token = changed(token, id="0000000000")
                self.assertEqual(self.verify_games(token), wire.WRONG)

    def test_integrity__a_token_with_an_undone_revocation_is_refused_as_altered(self):
        self.root.revoke(self.token)
        self.patd.end()
        self.patd.edit("UPDATE token SET revoked_at = 0")
        self.restart_patd()
        self.assertEqual(self.verify_games(), wire.WRONG)
        self.assertEqual(self.root.get(self.token, "State"), "altered")
        self.assertRefused("Storage", self.root.revoke, self.token)
        self.assertEqual(self.root.get(self.token, "State"), "altered")
        self.root.delete(self.token)

    def test_integrity__a_token_that_lists_leave_out_is_refused(self):
        """Else it would survive that all tokens of its user are revoked."""
        new = self.root.rotate(self.token, grace=3600)
        self.assertEqual(self.verify_games(), wire.ACCEPTED)
        self.patd.end()
        leave_out(self.patd.database, "token_by_owner", "user = 'games'")
        self.restart_patd()
        self.assertEqual(self.root.list(all=True), [])
        self.assertEqual(self.verify_games(), wire.WRONG)
        self.assertEqual(self.verify_games(new), wire.WRONG)


class Concurrent(PatdTest):
    def test_concurrent_requests_each_get_their_own_verdict(self):
        self.assertEqual(self.patd.end(), 0)
        self.patd.start(env=self.patd.patient())
        self.root.wait_for_owner()
        tokens = [self.root.generate(f"token {n}", user="games") for n in range(8)]
        for token in tokens[::2]:
            self.root.revoke(token)
        jobs = []
        for n in range(240):
            token = tokens[n % 8]
            right = wire.REVOKED if n % 2 == 0 else wire.ACCEPTED
            if n % 5 == 0:
                token, right = changed(token, text="no"), wire.WRONG
            elif n % 7 == 0:
                right = wire.OTHER_USER
            user = "games" if right != wire.OTHER_USER else "daemon"
            packet = wire.request(token, GAMES, user)
            jobs.append((wire.connect(self.patd.root_sock), packet, right))
        for sock, packet, _ in jobs:
            sock.send(packet)
        for sock, _, right in reversed(jobs):
            self.assertEqual(wire.answer(sock)[0], right)


if __name__ == "__main__":
    tap.main()
