#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fleet.sock: who may connect, what patd tells there, and what it is told of hub and hosts."""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import fleet
import tap
import wire
from fixture import DAEMON, GAMES
from fleet import Closed, Link
from fleet_machines import MachinesTest
from requests import Connection, Refused


class Events(MachinesTest):
    def test_an_issuer_tells_of_changes_once_until_it_is_asked(self):
        self.generate("one")
        self.assertEqual(self.hq.link.event(fleet.CHANGED), {"number": 1})
        self.generate("two")
        self.assertFalse(self.hq.link.has_event(fleet.CHANGED))
        self.assertEqual(len(self.hq.rows()), 2)
        self.generate("three")
        self.assertEqual(self.hq.link.event(fleet.CHANGED), {"number": 3})

    def test_a_use_changes_no_row(self):
        token = self.generate()
        self.hq.rows()
        self.verify(self.hq, token)
        self.assertEqual(self.hq.link.event(fleet.USE)["id"], token.id)
        self.assertFalse(self.hq.link.has_event(fleet.CHANGED))

    def test_a_use_on_a_member_gets_to_the_issuer(self):
        token = self.generate()
        self.carry()
        self.verify(self.web, token, rhost=b"192.0.2.9")
        event = self.web.link.event(fleet.USE)
        self.assertEqual(
            (event["id"], event["host"], event["uses"], event["service"], event["source"]),
            (token.id, "", 1, "tests", "192.0.2.9"),
        )
        self.hq.link.done(
            fleet.PUT_USE,
            fleet.use("web1", token.id, event["at"], event["uses"], "tests", "192.0.2.9"),
        )
        row = self.hq.root.get(token)
        self.assertEqual(row["LastUsedAt"], event["at"])
        self.assertEqual(row["LastUsedFrom"], "192.0.2.9 on web1")

    def test_many_uses_are_told_of_at_most_once_a_second(self):
        token = self.generate()
        self.carry()
        began = fleet.now()
        for _ in range(200):
            self.verify(self.web, token)
        told = 0
        while self.web.link.event(fleet.USE)["uses"] < 200:
            told += 1
        self.assertLessEqual(told, fleet.now() - began + 1)

    def test_uses_wait_for_a_patd_fleet(self):
        token = self.generate()
        self.carry()
        self.web.link.close()
        self.verify(self.web, token)
        self.verify(self.web, token)
        self.web.connect()
        while self.web.link.event(fleet.USE)["uses"] < 2:
            pass

    def test_another_patd_fleet_is_told_again_of_the_tokens_used_last(self):
        token = self.generate()
        self.carry()
        self.verify(self.web, token)
        use = self.web.link.event(fleet.USE)
        self.web.link.close()
        self.web.connect()
        self.assertEqual(self.web.link.event(fleet.USE), use)

    def test_a_local_token_is_nobody_elses_business(self):
        local = self.web.root.generate("local", user="games", uid=GAMES)
        token = self.generate()
        self.carry()
        self.verify(self.web, local)
        self.verify(self.web, token)
        self.assertEqual(self.web.link.event(fleet.USE)["id"], token.id)


class Reports(MachinesTest):
    def assertRefused(self, name, call, *args, **more):
        with self.assertRaises(Refused) as caught:
            call(*args, **more)
        self.assertEqual(caught.exception.name, name, caught.exception.message)
        self.assertNotEqual(caught.exception.message, "")
        return caught.exception.message

    def test_the_status_says_what_patd_knows_by_itself(self):
        status = self.hq.status()
        self.assertEqual((status["host"], status["issuer"], status["last"]), ("hq", "hq", 0))
        self.assertEqual((status["hub"], status["attached"], status["connected"]), (0, 1, 0))
        self.assertRegex(status["key"], "^[A-Za-z0-9+/]{43}=$")
        self.generate()
        self.carry()
        status = self.web.status()
        self.assertEqual((status["host"], status["issuer"], status["key"]), ("web1", "", ""))
        issuer = status["issuers"]["hq"]
        self.assertEqual(
            (issuer["number"], issuer["last"], issuer["complete"], issuer["tokens"]),
            (1, 1, True, 1),
        )
        self.assertEqual(issuer["beat_at"], self.hub.beats["hq"].at)

    def test_the_status_says_what_patd_fleet_reports(self):
        link = self.web.link
        link.done(fleet.PUT_REPORT, fleet.report(False, 7, "no route\nto \x1b[31mhost"))
        status = self.web.status()
        self.assertEqual((status["connected"], status["since"]), (0, 7))
        self.assertEqual(status["error"], "no route?to ?[31mhost")
        link.done(fleet.PUT_REPORT, fleet.report(True, 8))
        status = self.web.status()
        self.assertEqual((status["connected"], status["since"], status["error"]), (1, 8, ""))
        link.close()
        while self.web.status()["attached"]:
            pass
        self.assertEqual(self.web.status()["connected"], 0)

    def test_hosts_are_those_of_the_latest_report_that_is_whole(self):
        link = self.hq.link
        self.generate()
        self.assertEqual(self.hq.root.rows("fleet_hosts"), [])
        link.done(fleet.PUT_REPORT, fleet.report(hosts=2))
        link.done(fleet.PUT_HOST, fleet.host("web1", 5, "hq", 1))
        self.assertEqual(self.hq.root.rows("fleet_hosts"), [])
        link.done(fleet.PUT_HOST, fleet.host("web2", 6))
        hosts = self.hq.root.rows("fleet_hosts")
        self.assertEqual([tuple(host.values()) for host in hosts],
                         [("web1", 5, "hq", 1, 1), ("web2", 6, "", 0, 0)])  # fmt: skip
        link.done(fleet.PUT_REPORT, fleet.report(hosts=1))
        self.assertEqual(self.hq.root.rows("fleet_hosts"), hosts)
        link.done(fleet.PUT_REPORT, fleet.report(hosts=0))
        self.assertEqual(self.hq.root.rows("fleet_hosts"), [])

    def test_a_thousand_hosts_are_listed(self):
        self.hq.link.done(fleet.PUT_REPORT, fleet.report(hosts=1000))
        for n in range(1000):
            self.hq.link.done(fleet.PUT_HOST, fleet.host(f"h{n}", 1, "hq", 0))
        hosts = self.hq.root.rows("fleet_hosts")
        self.assertEqual([host["host"] for host in hosts], [f"h{n}" for n in range(1000)])

    def test_a_host_that_was_not_announced_or_has_no_name_is_refused(self):
        link = self.hq.link
        self.assertEqual(link.ask(fleet.PUT_HOST, fleet.host("web1")).kind, fleet.REFUSED)
        link.done(fleet.PUT_REPORT, fleet.report(hosts=1))
        for name in ("-web", "we b", "web\x1b[31m", "\u00e4"):
            self.assertEqual(link.ask(fleet.PUT_HOST, fleet.host(name)).kind, fleet.REFUSED)
        link.done(fleet.PUT_HOST, fleet.host("web1"))

    def test_only_root_asks_about_the_fleet(self):
        with Connection(self.hq.patd.front_sock, (GAMES, 0, "games")) as front:
            for kind in ("fleet_status", "fleet_hosts", "fleet_new_key"):
                self.assertRefused("AccessDenied", front.call, kind)
        with Connection(self.hq.patd.front_sock) as front:
            self.assertRefused("AccessDenied", front.call, "fleet_new_key")


class Connections(MachinesTest):
    def assertCloses(self, link):
        """patd has closed it, whatever it sent before."""
        with self.assertRaises(Closed):
            while True:
                link.receive()

    def socket(self):
        return os.path.join(self.web.patd.run, "fleet.sock")

    def test_the_welcome_has_what_patd_fleet_needs(self):
        hub = "host=db.example.org sslmode=verify-full"
        self.web.configure(f"[fleet]\nhost = web1\nhub = {hub}\n" + self.trust)
        self.web.restart()
        welcome = self.web.welcome
        self.assertEqual((welcome["host"], welcome["issuer"], welcome["hub"]), ("web1", "", hub))
        self.assertEqual(list(self.web.issuers), ["hq"])
        self.assertEqual(self.web.issuers["hq"]["number"], 0)
        self.assertEqual(self.hq.welcome["issuer"], "hq")

    def test_another_connection_takes_the_place_of_the_first(self):
        first = self.web.link
        self.web.connect()
        self.assertCloses(first)
        self.web.link.done(fleet.PUT_REPORT, fleet.report())

    def test_another_configuration_ends_the_connection(self):
        link = self.web.link
        self.web.configure("[fleet]\nhost = web2\n" + self.trust)
        self.web.patd.process.send_signal(1)
        self.assertCloses(link)
        self.web.connect()
        self.assertEqual(self.web.welcome["host"], "web2")

    def test_malformed_messages_end_the_connection_and_hurt_no_login(self):
        token = self.generate()
        self.carry()
        rows = fleet.pack_rows("hq", self.hub.after("hq", 0))
        for kind, body, how in (
            (fleet.HELLO, b"x", {}),
            (fleet.HELLO, b"", {"magic": b"PFT2"}),
            (fleet.HELLO, b"", {"serial": 0}),
            (fleet.REFETCH + 1, b"", {}),
            (fleet.WELCOME, b"\0" * 1168, {}),
            (fleet.CHANGED, b"\0" * 8, {"serial": 0}),
            (fleet.GET_ROWS, b"", {}),
            (fleet.PUT_ROWS, rows[:-1], {}),
            (fleet.PUT_ROWS, rows + b"\0" * 8, {}),
            (fleet.PUT_ROWS, b"\xff" * len(rows), {}),
            (fleet.PUT_HOST, b"\xff" * 144, {}),
            (fleet.PUT_ROWS, b"\0" * fleet.BODY_MAX + b"\0", {}),
        ):
            with self.subTest(kind=kind, how=how):
                link = Link(self.socket())
                link.hello()
                link.send(kind, body, **how)
                self.assertCloses(link)
                self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)

    def test_a_question_before_the_hello_ends_the_connection(self):
        link = Link(self.socket())
        link.send(fleet.GET_BEAT)
        self.assertCloses(link)

    def test_a_descriptor_ends_the_connection(self):
        link = Link(self.socket())
        link.hello()
        packet = fleet.HEAD.pack(fleet.MAGIC, fleet.GET_BEAT, 7)
        try:
            socket.send_fds(link.socket, [packet], [0])
        except PermissionError:  # by a kernel that has SO_PASSRIGHTS
            return
        self.assertCloses(link)

    def test_who_is_no_issuer_has_no_rows(self):
        for kind, body in ((fleet.GET_ROWS, fleet.AFTER.pack(0)), (fleet.GET_BEAT, b"")):
            answer = self.web.link.ask(kind, body)
            self.assertEqual(answer.kind, fleet.REFUSED)
            self.assertNotEqual(fleet.members(answer)["why"], "")

    def test_questions_that_are_sent_ahead_are_answered_in_order(self):
        link = self.web.link
        for n in range(50):
            link.socket.send(
                fleet.HEAD.pack(fleet.MAGIC, fleet.PUT_REPORT, 100 + n) + fleet.report()
            )
        serials = [link.receive().serial for _ in range(50)]
        self.assertEqual(serials, list(range(100, 150)))

    def test_a_peer_that_does_not_read_is_not_read_from_and_hurts_no_login(self):
        token = self.generate()
        self.carry()
        self.hq.link.socket.setblocking(False)
        packet = fleet.HEAD.pack(fleet.MAGIC, fleet.GET_ROWS, 9) + fleet.AFTER.pack(0)
        with self.assertRaises(BlockingIOError):
            while True:
                self.hq.link.socket.send(packet)
        before = self.hq.patd.resident()
        for _ in range(200):
            self.assertEqual(self.verify(self.hq, token), wire.ACCEPTED)
        self.assertLess(self.hq.patd.resident() - before, 8 << 20)

    def test_the_socket_is_for_its_owner_alone(self):
        self.assertEqual(os.stat(self.socket()).st_mode & 0o777, 0o600)
        with wire.as_uid(DAEMON), self.assertRaises(PermissionError):
            Link(self.socket())


if __name__ == "__main__":
    tap.main()
