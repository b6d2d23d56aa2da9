#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sessions that tokens have opened: listed to those who may see them, and ended by systemd-logind."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import polkitd
import requests
import tap
import wire
from client import MANAGER, PROPERTIES, ROOT, TOKEN, look_until, vardict, wait_until
from fixture import DAEMON, GAMES, PatdTest
from logind import FakeLogind

MANAGE_TO_DAEMON = """polkit.addRule(function(action, subject) {
    if (subject.user == "daemon" && action.id == "org.patd.tokens1.manage-others")
        return polkit.Result.YES;
});"""


class SessionsTest(PatdTest):
    def setUp(self):
        super().setUp()
        self.token = self.root.generate("laptop", user="games")
        self.games, self.daemon = self.client(GAMES), self.client(DAEMON)

    def process(self):
        """One that runs until the test ends, or somebody ends it; it is reaped at once."""
        process = subprocess.Popen(["sleep", "infinity"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def open(self, process=None, token=None, verdict=wire.ACCEPTED, **more):
        """A session of games, in a process of its own: that process."""
        process = process or self.process()
        self.tell(process, wire.OPENS, token, verdict, **more)
        return process

    def tell(self, process, event, token=None, verdict=wire.ACCEPTED, **more):
        values = {"uid": GAMES, "user": "games", **more}
        packet = wire.session(token or self.token, process.pid, event, **values)
        self.assertEqual(wire.ask(self.patd.root_sock, packet)[0], verdict)

    def page(self, client, limit=0, cursor="", **filters):
        args = (vardict(**filters), limit, cursor)
        return client.call(ROOT, MANAGER, "ListSessions", "(a{sv}us)", *args)

    def sessions(self, client, **filters):
        return self.page(client, **filters)[0]

    def pids(self, client, **filters):
        return [row["Pid"] for row in self.sessions(client, **filters)]

    def count(self, token=None):
        return self.root.get(token or self.token, "Sessions")


class List(SessionsTest):
    def test_a_session_says_who_opened_it_from_where_and_in_which_process(self):
        process = self.open(
            service=b"sshd", rhost=b"192.0.2.7", tty=b"ssh", logind=b"c2"
        )
        (row,) = self.sessions(self.games)
        self.assertAlmostEqual(row.pop("OpenedAt"), self.root.get_manager("Now"), delta=60)
        self.assertEqual(
            row,
            {
                "Number": 1, "Token": self.token.id, "Name": "laptop", "User": "games",
                "Uid": GAMES, "Service": "sshd", "From": "192.0.2.7", "Tty": "ssh",
                "Pid": process.pid, "Session": "c2", "Ending": False,
            },
        )  # fmt: skip

    def test_a_session_is_listed_until_it_closes(self):
        process = self.open()
        self.assertEqual((self.pids(self.games), self.count()), ([process.pid], 1))
        self.tell(process, wire.CLOSES)
        self.assertEqual((self.pids(self.games), self.count()), ([], 0))

    def test_a_session_is_listed_until_its_process_ends(self):
        process, other = self.open(), self.open()
        process.kill()
        process.wait()
        self.assertEqual((self.pids(self.games), self.count()), ([other.pid], 1))

    def test_sessions_are_listed_after_a_restart_of_patd(self):
        process, gone = self.open(), self.open()
        before = self.sessions(self.root, all=True)
        gone.kill()
        gone.wait()
        self.restart_patd()
        self.assertEqual(self.sessions(self.root, all=True), before[:1])
        self.assertEqual(before[0]["Pid"], process.pid)

    def test_a_page_has_so_many_sessions_and_the_next_page_the_others(self):
        opened = [self.open().pid for _ in range(5)]
        listed, cursor = [], None
        while cursor != "":
            rows, cursor = self.page(self.games, limit=2, cursor=cursor or "")
            self.assertLessEqual(len(rows), 2)
            listed += [row["Pid"] for row in rows]
        self.assertEqual(listed, opened)

    def test_a_filter_selects_the_sessions_of_a_user_or_a_token(self):
        other = self.root.generate("ci", user="games")
        roots = self.root.generate("roots")
        first = self.open().pid
        second = self.open(token=other).pid
        third = self.open(token=roots, uid=0, user="root").pid
        cases = {
            "own": ({}, [third]),
            "all": ({"all": True}, [first, second, third]),
            "a user": ({"user": "games"}, [first, second]),
            "a token": ({"user": "games", "token": other.id}, [second]),
            "a token of any user": ({"all": True, "token": other.id}, [second]),
            "a token that opened none": ({"all": True, "token": "0000000000"}, []),
        }
        for case, (filters, expected) in cases.items():
            with self.subTest(case):
                self.assertEqual(self.pids(self.root, **filters), expected)

    def test_what_cannot_be_asked_for_is_refused_as_invalid(self):
        cases = {
            "user and all": {"user": "games", "all": True},
            "no id": {"token": "x"},
            "an unknown key": {"service": "sshd"},
            "another type": {"all": "yes"},
            "a cursor that was not given": {"cursor": "x"},
        }
        for case, filters in cases.items():
            with self.subTest(case):
                self.assertRefused("InvalidArgs", self.page, self.root, **filters)

    def test_secrecy__sessions_of_others_are_listed_only_after_polkit(self):
        polkit = polkitd.Polkitd(self.folder, self.bus.address)
        self.addCleanup(polkit.end)
        process = self.open()
        self.assertEqual(self.pids(self.daemon), [])
        self.assertRefused("AccessDenied", self.sessions, self.daemon, all=True)
        polkit.start(MANAGE_TO_DAEMON)
        self.root.wait_for_owner(polkitd.NAME)
        self.assertEqual(self.pids(self.daemon, all=True), [process.pid])
        self.assertRefused("InteractiveAuthorizationRequired", self.sessions, self.games, all=True)
        self.assertEqual(self.pids(self.games), [process.pid])

    def test_the_number_of_open_sessions_is_told_to_subscribers(self):
        self.games.subscribe()
        changes = self.games.collect(PROPERTIES, "PropertiesChanged", self.token.path)
        process = self.open()
        wait_until(lambda: changes and changes[-1][1][1].get("Sessions") == 1)
        self.tell(process, wire.CLOSES)
        wait_until(lambda: changes[-1][1][1].get("Sessions") == 0)


class End(SessionsTest):
    def setUp(self):
        super().setUp()
        self.logind = FakeLogind(self.root)

    def lead(self, name="c1", **more):
        """A session that is one of logind's, too."""
        process = self.open(logind=name.encode(), **more)
        self.logind.add(name, process.pid)
        return process

    def change(self, method, client=None, **options):
        client = client or self.root
        client.call(self.token.path, TOKEN, method, "(a{sv})", vardict(**options))

    def assertEnds(self, *names):
        look_until(lambda: set(self.logind.ended) >= set(names))
        look_until(lambda: not self.pids(self.root, all=True))
        self.assertEqual(set(self.logind.ended), set(names))

    def assertGoesOn(self, *processes):
        """Nothing is under way any more: logind was asked about a later one, and has answered."""
        last = self.lead("last", token=self.root.generate("last", user="games"))
        (token,) = [row for row in self.root.list(user="games") if row["Name"] == "last"]
        path = ROOT + "/token/" + token["Id"]
        options = vardict(end_sessions=True)
        self.root.call(path, TOKEN, "Revoke", "(a{sv})", options)
        look_until(lambda: "last" in self.logind.ended)
        self.assertEqual(self.logind.ended, ["last"])
        last.wait()
        for process in processes:
            self.assertIsNone(process.poll())

    def test_each_change_ends_the_sessions_if_it_is_asked_to(self):
        changes = {
            "Revoke": lambda: self.change("Revoke", end_sessions=True),
            "Revoke of a revoked token": lambda: self.change("Revoke", end_sessions=True),
            "RevokeAll": lambda: self.root.revoke_all(user="games", end_sessions=True),
            "Disable": lambda: self.root.disable("games", end_sessions=True),
            "Disable of all": lambda: self.root.disable("", all=True, end_sessions=True),
            "Rotate": lambda: self.root.rotate(self.token, grace=0, end_sessions=True),
            "the owner's Revoke": lambda: self.change("Revoke", self.games, end_sessions=True),
        }
        for number, (case, change) in enumerate(changes.items()):
            with self.subTest(case):
                self.logind.ended.clear()
                name = f"c{number}"
                self.lead(name)
                if case == "Revoke of a revoked token":
                    self.change("Revoke")
                change()
                self.assertEnds(name)
                self.root.enable("", all=True)
                self.root.enable("games")
                if self.root.get(self.token, "State") == "revoked":
                    self.root.restore(self.token)

    def test_sessions_go_on_if_a_change_does_not_end_them(self):
        process = self.lead()
        self.change("Revoke", end_sessions=False)
        self.root.revoke_all(user="games")
        self.root.disable("games")
        self.root.enable("games")
        self.root.restore(self.token)
        self.root.rotate(self.token, grace=0)
        self.assertGoesOn(process)

    def test_sessions_of_other_tokens_go_on(self):
        other = self.lead("c7", token=self.root.generate("other", user="games"))
        self.lead("c1")
        self.change("Revoke", end_sessions=True)
        look_until(lambda: self.logind.ended == ["c1"])
        look_until(lambda: self.pids(self.root, all=True) == [other.pid])

    def test_a_rotation_with_a_grace_period_ends_no_session_and_is_refused(self):
        process = self.lead()
        for options in ({}, {"grace": 60}):
            with self.subTest(**options):
                self.assertRefused(
                    "InvalidArgs", self.root.rotate, self.token, end_sessions=True, **options
                )
        self.assertGoesOn(process)

    def test_a_session_that_another_process_leads_is_not_ended(self):
        leader = self.process()
        sudo = self.open(service=b"sudo")
        self.logind.add("c1", leader.pid, sudo.pid)
        self.change("Revoke", end_sessions=True)
        look_until(lambda: sudo.pid in self.logind.asked)
        self.assertGoesOn(leader, sudo)
        (row,) = self.sessions(self.root, all=True)
        self.assertEqual((row["Pid"], row["Ending"]), (sudo.pid, True))

    def test_a_process_without_a_session_of_logind_goes_on(self):
        process = self.open(service=b"su")
        self.change("Revoke", end_sessions=True)
        look_until(lambda: process.pid in self.logind.asked)
        self.assertGoesOn(process)
        self.assertNotIn("logind", self.patd.log())

    def test_the_end_of_a_session_is_in_the_history_with_its_process(self):
        process = self.lead("c2", rhost=b"192.0.2.7")
        self.change("Revoke", self.games, end_sessions=True)
        self.assertEnds("c2")
        (entry,) = [e for e in self.root.history(all=True) if e["Event"] == "session-ended"]
        self.assertEqual(
            [entry[key] for key in ("Token", "Name", "Service", "From", "Detail", "How")],
            [self.token.id, "laptop", "sshd", "192.0.2.7", f"session c2, pid {process.pid}",
             "owner"],
        )  # fmt: skip

    def test_a_denial_of_logind_is_logged_and_the_session_listed_as_ending(self):
        self.logind.denies = True
        self.lead()
        self.change("Revoke", end_sessions=True)
        look_until(lambda: "does not let patd-bus end sessions" in self.patd.log())
        (row,) = self.sessions(self.root, all=True)
        self.assertTrue(row["Ending"])
        self.logind.denies = False
        self.change("Revoke", end_sessions=True)
        self.assertEnds("c1")

    def test_sessions_are_ended_by_the_next_patd_bus_if_one_dies(self):
        self.logind.denies = True
        self.lead()
        self.change("Revoke", end_sessions=True)
        look_until(lambda: "does not let patd-bus end sessions" in self.patd.log())
        self.logind.denies = False
        self.front.kill()
        self.front.start()
        self.root.wait_for_owner()
        self.assertEnds("c1")

    def test_sessions_are_ended_after_the_bus_was_away(self):
        self.bus.kill()
        process = self.open(logind=b"c1")
        with requests.Connection(self.patd.root_sock) as patd:
            patd.change("revoke", self.token, end_sessions=True)
        # A machine starts logind for who asks it; here it must be there first.
        self.front.process.send_signal(signal.SIGSTOP)
        self.bus.start()
        self.root = self.client()
        self.logind = FakeLogind(self.root)
        self.logind.add("c1", process.pid)
        self.front.process.send_signal(signal.SIGCONT)
        self.root.wait_for_owner()
        self.assertEnds("c1")



class Policy(SessionsTest):
    start_patd = False

    def setUp(self):
        super(SessionsTest, self).setUp()
        os.mkdir(self.patd.conf)

    def start(self, setting):
        with open(os.path.join(self.patd.conf, "patd.conf"), "w", encoding="ascii") as conf:
            conf.write(f"[tokens]\n{setting}\n")
        self.patd.start()
        self.root = self.client()
        self.root.wait_for_owner()
        self.logind = FakeLogind(self.root)

    def test_a_revocation_ends_sessions_if_the_policy_says_so(self):
        self.start("revoke_ends_sessions = yes")
        self.token = self.root.generate("laptop", user="games")
        process = self.open()
        self.logind.add("c1", process.pid)
        self.root.revoke(self.token)
        look_until(lambda: self.logind.ended == ["c1"])

    def test_an_expiration_ends_sessions_if_the_policy_says_so(self):
        self.start("expiry_ends_sessions = yes")
        self.token = self.root.generate("laptop", user="games", lifetime=10)
        process = self.open()
        self.logind.add("c1", process.pid)
        look_until(lambda: self.logind.ended == ["c1"])
        (entry,) = [e for e in self.root.history(all=True) if e["Event"] == "session-ended"]
        self.assertEqual(entry["How"], "patd")


if __name__ == "__main__":
    tap.main()
