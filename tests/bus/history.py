#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The history: its entries, who may list them, and the detection of alterations."""
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from client import MANAGER, PATIENCE_S, ROOT, look_until, wait_until
from fixture import BUILD, DAEMON, GAMES, PatdTest
from unlisted import leave_out

DAY = 24 * 3600


def record_progress(client):
    """A list that grows with the arguments of each VerifyProgress, even before wait_until()."""
    received = []

    def record(_, message, incoming):
        if incoming and message.get_member() == "VerifyProgress":
            received.append(message.get_body().unpack())
        return message

    client.connection.add_filter(record)
    return received


class History(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")

    def events(self, **filters):
        return [entry["Event"] for entry in self.root.history(all=True, **filters)]

    def test_each_change_use_and_refusal_adds_an_entry(self):
        self.verify_games()
        self.root.revoke(self.token, **{"for": DAY}, reason="away")
        self.verify_games()
        self.root.restore(self.token)
        self.root.rename(self.token, "desk")
        self.root.rotate(self.token)
        self.root.revoke(self.token)
        self.root.delete(self.token)
        self.root.disable("games")
        self.root.enable("games")
        self.assertEqual(
            self.events(),
            ["generated", "used", "suspended", "refused", "restored", "renamed", "rotated",
             "revoked", "deleted", "disabled", "enabled"],
        )  # fmt: skip
        entries = self.root.history(all=True)
        self.assertEqual([entry["Seq"] for entry in entries], list(range(1, 12)))
        for entry in entries:
            self.assertEqual(entry["User"], "games")
            self.assertEqual(entry["ByUid"], 0)
        self.assertEqual(entries[2]["Detail"], "away")
        self.assertEqual((entries[3]["Result"], entries[3]["How"]), ("revoked", "pam"))
        self.assertEqual({entry["How"] for entry in entries}, {"bus", "pam"})

    def test_a_login_is_recorded_with_service_source_and_tty(self):
        self.verify_games(service=b"sshd", rhost=b"192.0.2.7")
        entry = self.root.history(all=True)[-1]
        expected = {"Event": "used", "Service": "sshd", "From": "192.0.2.7", "Tty": "pts/0",
                    "Result": "accepted", "Token": self.token.id, "Name": "laptop", "Uid": GAMES,
                    "NewService": True, "NewNetwork": True}  # fmt: skip
        self.assertEqual({name: entry[name] for name in expected}, expected)

    def test_only_the_first_use_from_a_service_or_network_is_marked_as_new(self):
        places = (
            (b"sshd", b"192.0.2.7", (True, True)),
            (b"sshd", b"192.0.2.8", (False, False)),
            (b"sudo", b"", (True, True)),
            (b"sshd", b"198.51.100.1", (False, True)),
            (b"sudo", b"192.0.2.7", (False, False)),
        )
        for service, rhost, marks in places:
            with self.subTest(f"{service} {rhost}"):
                self.verify_games(service=service, rhost=rhost)
                entry = self.root.history(all=True)[-1]
                self.assertEqual((entry["NewService"], entry["NewNetwork"]), marks)

    def test_a_users_own_verification_does_not_make_a_network_known(self):
        place = {"service": b"sshd", "rhost": b"203.0.113.9"}
        self.verify_games(service=b"sshd", rhost=b"192.0.2.7")
        self.verify_games(caller=GAMES, sock=self.patd.user_sock, **place)
        self.verify_games(**place)
        marks = [(entry["ByUid"], entry["NewNetwork"]) for entry in self.root.history(all=True)]
        self.assertEqual(marks, [(0, False), (0, True), (GAMES, False), (0, True)])
        self.verify_games(caller=GAMES, sock=self.patd.user_sock, service=b"sudo")
        self.verify_games(service=b"sudo")
        marks = [(entry["ByUid"], entry["NewService"]) for entry in self.root.history(all=True)]
        self.assertEqual(marks[-2:], [(GAMES, False), (0, True)])

    def test_a_wrong_secret_adds_no_entry(self):
        self.token.text = "pat_"
        packet = wire.request(self.token, GAMES, "games")
        self.assertEqual(wire.ask(self.patd.root_sock, packet), (wire.WRONG, 0))
        self.assertEqual(self.events(), ["generated"])

    def test_availability__repeated_refusals_add_a_bounded_number_of_entries(self):
        self.root.revoke(self.token)
        for _ in range(400):
            self.assertEqual(self.verify_games(), wire.REVOKED)
        self.assertLessEqual(self.events().count("refused"), 105)

    def test_a_rotated_secret_is_recorded_after_repeated_refusals(self):
        other = self.root.generate("other", user="games")
        self.root.rotate(other, grace=0)
        self.root.revoke(self.token)
        for _ in range(150):
            self.verify_games()
        self.assertEqual(self.verify_games(other), wire.ROTATED)
        self.assertEqual(self.root.history(all=True)[-1]["Result"], "rotated")

    def test_a_rename_records_the_longest_old_name_in_full(self):
        token = self.root.generate("\U0001F600" * 255, user="games")
        self.client(GAMES).rename(token, "short")
        entry = self.root.history(all=True)[-1]
        self.assertEqual((entry["Event"], entry["Detail"]), ("renamed", "\U0001F600" * 255))
        self.assertEqual(self.root.verify_history(), (3, 1, 0, ""))

    def test_privacy__a_user_lists_only_its_own_history(self):
        other = self.root.generate("other", user="daemon")
        self.root.disable("games")
        games = self.client(GAMES)
        self.assertEqual(
            [entry["Event"] for entry in games.history()], ["generated", "disabled"]
        )
        self.assertEqual(games.history(token=other.id), [])
        for filters in ({"all": True}, {"user": "daemon"}):
            with self.subTest(str(filters)):
                self.assertRefused("AccessDenied", games.history, **filters)
        self.assertRefused("AccessDenied", games.verify_history)

    def test_verifyhistory_sends_progress_to_its_caller_only(self):
        for _ in range(600):
            self.verify_games()
        others = [self.client(), self.client(GAMES)]
        progress = {client: record_progress(client) for client in (self.root, *others)}
        for client in progress:
            client.subscribe(all=client.uid == 0)
        self.assertEqual(self.root.verify_history(), (601, 1, 0, ""))
        for client in others:
            client.list()  # its reply comes after all signals that were sent before
            self.assertEqual(progress[client], [])
        done = [signal[0] for signal in progress[self.root]]
        self.assertEqual({signal[1] for signal in progress[self.root]}, {601})
        self.assertGreater(len(done), 1)
        self.assertEqual(done, sorted(set(done)))
        self.assertLess(done[-1], 601)

    def test_verifyhistory_of_a_long_history_sends_progress_once_per_percent(self):
        self.patd.end()
        shutil.rmtree(self.patd.state)
        subprocess.run(
            [os.path.join(BUILD, "tests/bench/fill"), self.patd.state, "1", "40000"],
            stdout=subprocess.DEVNULL, timeout=PATIENCE_S, check=True,
        )  # fmt: skip
        self.restart_patd()
        progress = record_progress(self.root)
        self.assertEqual(self.root.verify_history()[2:], (0, ""))
        percents = [done * 100 // total for done, total in progress]
        self.assertEqual(sorted(set(percents)), percents)
        self.assertGreater(len(percents), 90)

    def test_callers_that_disconnect_during_verifyhistory_block_nobody(self):
        for _ in range(600):
            self.verify_games()
        for _ in range(20):
            leaving = self.client()
            for _ in range(10):
                leaving.post("VerifyHistory", "(a{sv})", {})
            leaving.leave()
        self.assertEqual(self.root.verify_history(), (601, 1, 0, ""))

    def test_listhistory_returns_pages_in_both_directions(self):
        for _ in range(9):
            self.verify_games()
        all_seqs = list(range(1, 11))
        for reverse in (False, True):
            seqs, cursor = [], ""
            while True:
                page, cursor = self.root.history_page(3, cursor, all=True, reverse=reverse)
                self.assertLessEqual(len(page), 3)
                seqs += [entry["Seq"] for entry in page]
                if not cursor:
                    break
            self.assertEqual(seqs, all_seqs[::-1] if reverse else all_seqs)
        self.assertEqual(
            [entry["Seq"] for entry in self.root.history(all=True, after=7)], [8, 9, 10]
        )
        for cursor in ("x", "-1", "0", "1.5", "9" * 30):
            self.assertRefused("InvalidArgs", self.root.history_page, 3, cursor)

    def test_since_and_until_limit_the_entries(self):
        self.restart_patd(DAY)
        self.verify_games()
        at = self.root.history(all=True)[-1]["At"]
        self.restart_patd(DAY)
        self.verify_games()
        self.assertEqual(self.events(since=at), ["used", "used"])
        self.assertEqual(self.events(until=at), ["generated"])
        self.assertEqual(self.events(since=at, until=at + 1), ["used"])
        self.assertEqual(self.events(since=at + 10 * DAY), [])

    def test_the_history_of_a_deleted_token_remains(self):
        self.root.revoke_and_delete(self.token)
        self.assertEqual(self.events(token=self.token.id), ["generated", "revoked", "deleted"])
        games = self.client(GAMES)
        self.assertEqual(len(games.history(token=self.token.id)), 3)

    def test_getsources_returns_the_latest_five_sources_to_the_owner(self):
        for last in range(1, 8):
            self.verify_games(service=b"sshd", rhost=f"192.0.2.{last}".encode())
        self.verify_games(service=b"sudo")
        self.verify_games(service=b"sshd", rhost=b"192.0.2.6")
        sources = self.root.sources(self.token)
        self.assertEqual(
            [(row["From"], row["Service"]) for row in sources],
            [("192.0.2.6", "sshd"), ("local", "sudo"), ("192.0.2.7", "sshd"),
             ("192.0.2.5", "sshd"), ("192.0.2.4", "sshd")],
        )  # fmt: skip
        self.assertRefused("AccessDenied", self.client(DAEMON).sources, self.token)

    def test_historychanged_is_sent_to_subscribers_of_that_user_only(self):
        clients = self.client(GAMES), self.client(DAEMON)
        games, daemon = [client.collect(MANAGER, "HistoryChanged", ROOT) for client in clients]
        for client in clients:
            client.subscribe()
        self.verify_games()
        wait_until(lambda: games or daemon)
        self.assertEqual((len(games), len(daemon)), (1, 0))

    def test_historychanged_is_sent_to_a_user_who_is_disabled(self):
        games = self.client(GAMES)
        signals = games.collect(MANAGER, "HistoryChanged", ROOT)
        games.subscribe()
        self.root.disable("games")
        wait_until(lambda: signals)
        self.assertEqual(games.get(self.token, "State"), "disabled")

    def test_control_characters_in_a_request_are_not_recorded(self):
        self.verify_games(service=b"su\x1b[2Jdo", rhost=b"a\nb")
        entry = self.root.history(all=True)[-1]
        self.assertEqual((entry["Service"], entry["From"]), ("?", "?"))


class Chain(PatdTest):
    """Somebody who can write to the database, but does not have the key, alters the history."""

    def setUp(self):
        super().setUp()
        self.make()

    def make(self):
        self.token = self.root.generate("laptop", user="games")
        for _ in range(8):
            self.verify_games()
        self.root.revoke(self.token)

    def start_over(self):
        self.assertEqual(self.patd.end(), 0)
        shutil.rmtree(self.patd.state)
        self.restart_patd()
        self.make()

    def first_altered(self):
        return self.root.verify_history()[2]

    def tamper(self, *statements):
        self.assertEqual(self.patd.end(), 0)
        for sql in statements:
            self.patd.edit(sql)
        self.restart_patd()

    def test_integrity__altered_entries_are_not_removed_as_old(self):
        """Else what is left would be sealed anew, and verify as unaltered."""
        daily = "DELETE FROM meta WHERE key = 'daily'"
        self.tamper("UPDATE history SET at = 1 WHERE seq <= 6", daily)
        look_until(lambda: self.root.owner() and "the history is not pruned" in self.patd.log())
        self.assertEqual(self.first_altered(), 1)
        self.assertEqual(len(self.root.history(all=True)), 10)
        self.tamper(daily)
        look_until(lambda: self.root.owner() and "the history is not pruned" in self.patd.log())
        self.assertEqual(self.first_altered(), 1)

    def test_an_unaltered_history_verifies_after_restart_and_kill(self):
        self.assertEqual(self.root.verify_history(), (10, 1, 0, ""))
        self.restart_patd()
        self.assertEqual(self.root.verify_history(), (10, 1, 0, ""))
        self.patd.kill()
        self.restart_patd()
        self.assertEqual(self.root.verify_history(), (10, 1, 0, ""))

    def test_integrity__verifyhistory_returns_the_first_altered_entry(self):
        history = "UPDATE history SET "
        cases = {
            "a service changed": ([history + "service = 'sudo' WHERE seq = 4"], 4),
            "a time changed": ([history + "at = at - 1 WHERE seq = 1"], 1),
            "an entry removed": (["DELETE FROM history WHERE seq = 5"], 5),
            "an entry added at the end": (
                ["CREATE TABLE more AS SELECT * FROM history WHERE seq = 10",
                 "UPDATE more SET seq = 11", "INSERT INTO history SELECT * FROM more",
                 "DROP TABLE more"], 11,
            ),
            "an entry added between others": (
                [history + "seq = -seq WHERE seq > 4", history + "seq = 1 - seq WHERE seq < 0",
                 "CREATE TABLE more AS SELECT * FROM history WHERE seq = 4",
                 "UPDATE more SET seq = 5", "INSERT INTO history SELECT * FROM more",
                 "DROP TABLE more"], 5,
            ),
            "the last entries removed": (["DELETE FROM history WHERE seq >= 9"], 9),
            "the first entries removed": (["DELETE FROM history WHERE seq <= 2"], 1),
            "two entries swapped": (
                [history + f"seq = {b} WHERE seq = {a}" for a, b in ((6, 99), (7, 6), (99, 7))],
                6,
            ),
        }
        for case, (statements, seq) in cases.items():
            with self.subTest(case):
                self.start_over()
                self.tamper(*statements)
                self.assertEqual(self.first_altered(), seq)

    def test_integrity__an_entry_that_lists_leave_out_is_found(self):
        """As a user would not see what a thief did with the user's token."""
        for index in "history_by_user", "history_by_token":
            with self.subTest(index):
                self.start_over()
                self.assertEqual(self.patd.end(), 0)
                leave_out(self.patd.database, index, "seq BETWEEN 5 AND 7")
                self.restart_patd()
                self.assertEqual(self.first_altered(), 5)

    def test_integrity__an_entry_of_another_copy_in_place_of_the_last_is_found(self):
        """Both were written by patd, with the same number, after the same entry."""
        copy = os.path.join(self.folder, "copy")
        self.assertEqual(self.patd.end(), 0)
        shutil.copytree(self.patd.state, copy)
        self.restart_patd()
        self.root.generate("other")
        self.assertEqual(self.patd.end(), 0)
        os.rename(self.patd.state, self.patd.state + ".other")
        os.rename(copy, self.patd.state)
        self.restart_patd()
        self.root.generate("last")
        self.assertEqual(self.root.verify_history(), (11, 1, 0, ""))
        self.assertEqual(self.patd.end(), 0)
        with contextlib.closing(sqlite3.connect(self.patd.database)) as database, database:
            database.execute("ATTACH ? AS other", (self.patd.state + ".other/patd.db",))
            database.execute("DELETE FROM main.history WHERE seq = 11")
            database.execute(
                "INSERT INTO main.history SELECT * FROM other.history WHERE seq = 11"
            )
        self.restart_patd()
        self.assertEqual(self.first_altered(), 11)

    def test_integrity__a_removed_seal_is_reported_and_logins_still_work(self):
        self.tamper("DELETE FROM meta WHERE key = 'history'")
        self.assertIn("history was altered", self.patd.log())
        self.assertNotEqual(self.first_altered(), 0)
        fresh = self.root.generate("fresh", user="games")
        self.assertEqual(self.verify_games(fresh), wire.ACCEPTED)
        self.assertNotEqual(self.first_altered(), 0)

    def test_integrity__an_altered_entry_is_reported_after_later_entries(self):
        self.tamper("UPDATE history SET name = 'other' WHERE seq = 3")
        self.root.generate("fresh", user="games")
        self.assertEqual(self.first_altered(), 3)


if __name__ == "__main__":
    tap.main()
