#!/usr/bin/python3 -B
"""The history: what is in it, who sees it, and that it cannot be altered unseen."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import door
import tap
from client import MANAGER, PATIENCE_S, ROOT, Gio, wait_until
from world import BUILD, DAEMON, GAMES, WorldTest

DAY = 24 * 3600


def listener(signal, told):
    """A filter that puts what such signals tell into a list."""

    def listen(_, message, incoming):
        if incoming and message.get_member() == signal:
            told.append(message.get_body().unpack())
        return message

    return listen


class History(WorldTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")

    def games(self, token=None, **place):
        return self.verify(token or self.token, GAMES, "games", **place)

    def events(self, **wanted):
        return [entry["Event"] for entry in self.root.history(all=True, **wanted)]

    def test_every_change_use_and_refusal_is_an_entry(self):
        self.games()
        self.root.revoke(self.token, **{"for": DAY}, reason="away")
        self.games()
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
        self.assertEqual({entry["How"] for entry in entries}, {"root", "pam"})

    def test_a_login_is_told_with_its_place(self):
        self.games(service=b"sshd", rhost=b"192.0.2.7")
        entry = self.root.history(all=True)[-1]
        told = {"Event": "used", "Service": "sshd", "From": "192.0.2.7", "Tty": "pts/0",
                "Result": "accepted", "Token": self.token.id, "Name": "laptop", "Uid": GAMES,
                "NewService": True, "NewNetwork": True}  # fmt: skip
        self.assertEqual({name: entry[name] for name in told}, told)

    def test_only_the_first_use_from_a_service_or_network_is_marked(self):
        places = (
            (b"sshd", b"192.0.2.7", (True, True)),
            (b"sshd", b"192.0.2.8", (False, False)),
            (b"sudo", b"", (True, True)),
            (b"sshd", b"198.51.100.1", (False, True)),
            (b"sudo", b"192.0.2.7", (False, False)),
        )
        for service, rhost, marks in places:
            with self.subTest(f"{service} {rhost}"):
                self.games(service=service, rhost=rhost)
                entry = self.root.history(all=True)[-1]
                self.assertEqual((entry["NewService"], entry["NewNetwork"]), marks)

    def test_no_user_makes_a_network_known_before_a_login_from_there(self):
        place = {"service": b"sshd", "rhost": b"203.0.113.9"}
        self.games(service=b"sshd", rhost=b"192.0.2.7")
        self.games(caller=GAMES, sock=self.patd.user_sock, **place)
        self.games(**place)
        marks = [(entry["ByUid"], entry["NewNetwork"]) for entry in self.root.history(all=True)]
        self.assertEqual(marks, [(0, False), (0, True), (GAMES, False), (0, True)])
        self.games(caller=GAMES, sock=self.patd.user_sock, service=b"sudo")
        self.games(service=b"sudo")
        marks = [(entry["ByUid"], entry["NewService"]) for entry in self.root.history(all=True)]
        self.assertEqual(marks[-2:], [(GAMES, False), (0, True)])

    def test_the_wrong_secret_is_no_entry(self):
        self.assertEqual(
            door.ask(
                self.patd.root_sock,
                door.request(type("T", (), {"id": self.token.id, "text": "pat_"}), GAMES, "games"),
            ),
            (door.WRONG, 0),
        )
        self.assertEqual(self.events(), ["generated"])

    def test_a_flood_of_refusals_cannot_grow_it(self):
        self.root.revoke(self.token)
        for _ in range(400):
            self.assertEqual(self.games(), door.REVOKED)
        self.assertLessEqual(self.events().count("refused"), 105)

    def test_a_flood_of_refusals_hides_no_alert(self):
        other = self.root.generate("other", user="games")
        self.root.rotate(other, grace=0)
        self.root.revoke(self.token)
        for _ in range(150):
            self.games()
        self.assertEqual(self.games(other), door.ROTATED)
        self.assertEqual(self.root.history(all=True)[-1]["Result"], "rotated")

    def test_the_longest_name_before_is_kept_whole(self):
        token = self.root.generate("\U0001F600" * 255, user="games")
        self.client(GAMES).rename(token, "short")
        entry = self.root.history(all=True)[-1]
        self.assertEqual((entry["Event"], entry["Detail"]), ("renamed", "\U0001F600" * 255))
        self.assertEqual(self.root.verify_history(), (3, 1, 0, ""))

    def test_users_see_what_is_theirs_alone(self):
        other = self.root.generate("other", user="daemon")
        self.root.disable("games")
        games = self.client(GAMES)
        self.assertEqual(
            [entry["Event"] for entry in games.history()], ["generated", "disabled"]
        )
        self.assertEqual(games.history(token=other.id), [])
        for wanted in ({"all": True}, {"user": "daemon"}):
            with self.subTest(str(wanted)):
                self.assertRefused("AccessDenied", games.history, **wanted)
        self.assertRefused("AccessDenied", games.verify_history)

    def test_who_asks_for_a_check_hears_how_far_it_is_and_nobody_else(self):
        for _ in range(600):
            self.games()
        others = [self.client(), self.client(GAMES)]
        heard = {client: [] for client in (self.root, *others)}
        for client, told in heard.items():
            client.connection.add_filter(listener("VerifyProgress", told))
            client.subscribe(all=client.uid == 0)
        self.assertEqual(self.root.verify_history(), (601, 1, 0, ""))
        # A reply cannot overtake what was sent before.
        for client in others:
            client.list()
            self.assertEqual(heard[client], [])
        self.assertEqual(heard[self.root], [(256, 601), (512, 601)])

    def test_of_a_long_history_it_is_told_once_for_each_percent(self):
        self.patd.end()
        shutil.rmtree(self.patd.state)
        subprocess.run(
            [os.path.join(BUILD, "tests/bench/fill"), self.patd.state, "1", "40000"],
            stdout=subprocess.DEVNULL, timeout=PATIENCE_S, check=True,
        )  # fmt: skip
        self.patd.start()
        self.root.wait_for_owner()
        told = []
        self.root.connection.add_filter(listener("VerifyProgress", told))
        self.assertEqual(self.root.verify_history()[2:], (0, ""))
        percents = [done * 100 // total for done, total in told]
        self.assertEqual(sorted(set(percents)), percents)
        self.assertGreater(len(percents), 90)

    def test_who_leaves_in_the_middle_of_a_check_holds_nothing_up(self):
        for _ in range(600):
            self.games()
        for _ in range(20):
            leaving = self.client()
            for _ in range(10):
                leaving.post("VerifyHistory", "(a{sv})", {})
            leaving.connection.flush_sync(None)
            leaving.close()
        self.assertEqual(self.root.verify_history(), (601, 1, 0, ""))

    def test_it_is_paged_in_both_directions(self):
        for _ in range(9):
            self.games()
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

    def test_times_bound_it(self):
        self.restart_patd(DAY)
        self.games()
        at = self.root.history(all=True)[-1]["At"]
        self.restart_patd(DAY)
        self.games()
        self.assertEqual(self.events(since=at), ["used", "used"])
        self.assertEqual(self.events(until=at), ["generated"])
        self.assertEqual(self.events(since=at, until=at + 1), ["used"])
        self.assertEqual(self.events(since=at + 10 * DAY), [])

    def test_it_outlives_the_token(self):
        self.root.revoke(self.token)
        self.root.delete(self.token)
        self.assertEqual(self.events(token=self.token.id), ["generated", "revoked", "deleted"])
        games = self.client(GAMES)
        self.assertEqual(len(games.history(token=self.token.id)), 3)

    def test_sources_are_the_latest_five(self):
        for last in range(1, 8):
            self.games(service=b"sshd", rhost=f"192.0.2.{last}".encode())
        self.games(service=b"sudo")
        self.games(service=b"sshd", rhost=b"192.0.2.6")
        sources = self.root.sources(self.token)
        self.assertEqual(
            [(row["From"], row["Service"]) for row in sources],
            [("192.0.2.6", "sshd"), ("local", "sudo"), ("192.0.2.7", "sshd"),
             ("192.0.2.5", "sshd"), ("192.0.2.4", "sshd")],
        )  # fmt: skip
        self.assertRefused("AccessDenied", self.client(DAEMON).sources, self.token)

    def test_followers_are_told_that_there_is_more(self):
        games, daemon = self.client(GAMES), self.client(DAEMON)
        told = []
        for client in (games, daemon):
            client.connection.signal_subscribe(
                None, MANAGER, "HistoryChanged", ROOT, None, Gio.DBusSignalFlags.NONE,
                lambda *args: told.append(args[0]),
            )  # fmt: skip
            client.subscribe()
        self.games()
        wait_until(lambda: told)
        self.assertEqual(told, [games.connection])

    def test_who_is_disabled_is_told_that_there_is_more(self):
        games = self.client(GAMES)
        told = []
        games.connection.signal_subscribe(
            None, MANAGER, "HistoryChanged", ROOT, None, Gio.DBusSignalFlags.NONE,
            lambda *args: told.append(args[0]),
        )  # fmt: skip
        games.subscribe()
        self.root.disable("games")
        wait_until(lambda: told)
        self.assertEqual(games.get(self.token, "State"), "disabled")

    def test_what_strangers_send_cannot_deceive(self):
        self.games(service=b"su\x1b[2Jdo", rhost=b"a\nb")
        entry = self.root.history(all=True)[-1]
        self.assertEqual((entry["Service"], entry["From"]), ("?", "?"))


class Chain(WorldTest):
    """Somebody with the right to write to the file, and without the key, changes it by hand."""

    def setUp(self):
        super().setUp()
        self.make()

    def make(self):
        self.token = self.root.generate("laptop", user="games")
        for _ in range(8):
            self.verify(self.token, GAMES, "games")
        self.root.revoke(self.token)

    def begin_anew(self):
        self.assertEqual(self.patd.end(), 0)
        shutil.rmtree(self.patd.state)
        self.patd.start()
        self.root.wait_for_owner()
        self.make()

    def bad(self):
        return self.root.verify_history()[2]

    def tamper(self, *statements):
        self.assertEqual(self.patd.end(), 0)
        for sql in statements:
            self.patd.edit(sql)
        self.patd.start()
        self.root.wait_for_owner()

    def test_a_history_that_nobody_touched_is_good(self):
        self.assertEqual(self.root.verify_history(), (10, 1, 0, ""))
        self.restart_patd()
        self.assertEqual(self.root.verify_history(), (10, 1, 0, ""))
        self.patd.kill()
        self.patd.start()
        self.root.wait_for_owner()
        self.assertEqual(self.root.verify_history(), (10, 1, 0, ""))

    def test_a_check_shows_where_it_was_altered(self):
        history = "UPDATE history SET "
        cases = {
            "a service changed": ([history + "service = 'sudo' WHERE seq = 4"], 4),
            "a time changed": ([history + "at = at - 1 WHERE seq = 1"], 1),
            "an entry taken out": (["DELETE FROM history WHERE seq = 5"], 5),
            "cut off at the end": (["DELETE FROM history WHERE seq >= 9"], 9),
            "cut off at the beginning": (["DELETE FROM history WHERE seq <= 2"], 1),
            "two swapped": (
                [history + f"seq = {b} WHERE seq = {a}" for a, b in ((6, 99), (7, 6), (99, 7))],
                6,
            ),
        }
        for case, (statements, seq) in cases.items():
            with self.subTest(case):
                self.begin_anew()
                self.tamper(*statements)
                self.assertEqual(self.bad(), seq)

    def test_a_removed_seal_shows_and_keeps_nobody_out(self):
        self.tamper("DELETE FROM meta WHERE key = 'history'")
        self.assertIn("history was altered", self.patd.log())
        self.assertNotEqual(self.bad(), 0)
        fresh = self.root.generate("fresh", user="games")
        self.assertEqual(self.verify(fresh, GAMES, "games"), door.ACCEPTED)
        self.assertNotEqual(self.bad(), 0)

    def test_history_goes_on_behind_a_break_which_stays_visible(self):
        self.tamper("UPDATE history SET name = 'other' WHERE seq = 3")
        self.root.generate("fresh", user="games")
        self.assertEqual(self.bad(), 3)


if __name__ == "__main__":
    tap.main()
