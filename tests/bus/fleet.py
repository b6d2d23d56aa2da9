#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fleet tokens on several patds, between whose fleet.sock the test carries bytes."""
import os
import shutil
import socket
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import fleet
import tap
import wire
from fixture import DAEMON, GAMES
from fleet import Closed, Hub, Item, Link, Machine
from requests import Refused

DAY = 24 * 3600


class FleetTest(unittest.TestCase):
    """An issuer, "hq", and two members."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="patd-test.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.hub = Hub()
        self.machines = []
        self.addCleanup(self.end)
        self.hq = self.machine("hq", "[fleet]\nissuer = hq\n")
        self.hq.start()
        self.trust = f"[issuer hq]\nkey = {self.hq.key()}\n"
        self.web = self.machine("web1", "[fleet]\nhost = web1\n" + self.trust)
        self.web.start()

    def machine(self, name, conf):
        machine = Machine(self.folder, name, conf)
        self.machines.append(machine)
        return machine

    def end(self):
        for machine in self.machines:
            machine.stop()

    # --- for tests ----------------------------------------------------------------------------
    def generate(self, name="laptop", machine=None, **more):
        machine = machine or self.hq
        return machine.root.generate(name, user="games", uid=GAMES, fleet=True, **more)

    def verify(self, machine, token, uid=GAMES, user="games", **place):
        packet = wire.request(token, uid, user, **place)
        reply = wire.ask(machine.patd.root_sock, packet)
        self.assertIsNotNone(reply, machine.patd.log())
        return reply[0]

    def carry(self, *members):
        """From the issuer by way of the hub to the members, all of which are complete then."""
        self.hq.publish(self.hub)
        for member in members or (self.web,):
            self.assertEqual(member.fetch(self.hub, "hq")["complete"], 1, member.patd.log())

    def assertRefused(self, name, call, *args, **more):
        with self.assertRaises(Refused) as caught:
            call(*args, **more)
        self.assertEqual(caught.exception.name, name, caught.exception.message)
        self.assertNotEqual(caught.exception.message, "")
        return caught.exception.message

    def assertCloses(self, link):
        """patd has closed it, whatever it sent before."""
        with self.assertRaises(Closed):
            while True:
                link.receive()


class Tokens(FleetTest):
    def test_a_token_of_the_issuer_is_accepted_by_a_member_for_the_user_of_that_name(self):
        token = self.generate(services="tests")
        self.carry()
        self.assertEqual(self.verify(self.hq, token), wire.ACCEPTED)
        self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)
        self.assertEqual(self.verify(self.web, token, uid=4711), wire.ACCEPTED)
        self.assertEqual(self.verify(self.web, token, user="daemon"), wire.OTHER_USER)
        self.assertEqual(self.verify(self.web, token, service=b"su"), wire.WRONG_SERVICE)

    def test_a_local_token_stays_local(self):
        local = self.hq.root.generate("local", user="games", uid=GAMES)
        self.carry()
        self.assertEqual(self.hub.rows["hq"], {})
        self.assertEqual(self.verify(self.web, local), wire.WRONG)

    def test_a_row_says_where_the_token_is_from(self):
        token = self.generate(hosts="web*")
        self.carry()
        row = self.web.root.get(token)
        self.assertEqual(
            (row["Issuer"], row["Uid"], row["User"], row["Name"], row["Hosts"], row["State"]),
            ("hq", 0xFFFFFFFF, "games", "laptop", "web*", "active"),
        )
        self.assertEqual(self.hq.root.get(token)["Issuer"], "hq")
        self.assertEqual(self.hq.root.get(token)["Uid"], GAMES)

    def test_only_fleet_tokens_are_listed_where_that_is_asked(self):
        token = self.generate()
        local = self.web.root.generate("local", user="games", uid=GAMES)
        self.carry()
        listed = {row["Id"] for row in self.web.root.all_rows("list", all=True)}
        self.assertEqual(listed, {token.id, local.id})
        listed = {row["Id"] for row in self.web.root.all_rows("list", all=True, fleet=True)}
        self.assertEqual(listed, {token.id})

    def test_a_token_for_other_hosts_is_refused(self):
        token = self.generate(hosts="db*")
        self.carry()
        self.assertEqual(self.verify(self.web, token), wire.WRONG_HOST)

    def test_a_machine_that_is_no_issuer_generates_no_fleet_tokens(self):
        with self.assertRaises(Refused):
            self.generate(machine=self.web)

    def test_what_is_revoked_at_the_issuer_is_refused_everywhere(self):
        token = self.generate()
        self.carry()
        self.hq.root.change("revoke", token)
        self.carry()
        self.assertEqual(self.verify(self.web, token), wire.REVOKED)
        self.hq.root.change("restore", token)
        self.carry()
        self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)

    def test_a_rotated_token_has_its_new_secret_everywhere(self):
        token = self.generate()
        self.carry()
        new = self.hq.root.rotate(token, grace=0)
        self.carry()
        self.assertEqual(self.verify(self.web, new), wire.ACCEPTED)
        self.assertEqual(self.verify(self.web, token), wire.ROTATED)

    def test_a_deleted_token_is_gone_everywhere(self):
        token = self.generate()
        self.carry()
        self.hq.root.change("revoke", token)
        self.hq.root.change("delete", token)
        self.carry()
        self.assertEqual(self.verify(self.web, token), wire.WRONG)
        self.assertEqual(self.web.root.rows("list", all=True), [])

    def test_many_tokens_come_in_messages_of_32(self):
        tokens = [self.generate(f"n{n}") for n in range(100)]
        self.carry()
        for token in tokens:
            self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)

    def test_a_restart_of_either_keeps_all(self):
        token, revoked = self.generate("one"), self.generate("two")
        self.hq.root.change("revoke", revoked)
        self.carry()
        for machine in (self.hq, self.web):
            machine.restart()
            self.assertEqual(self.verify(machine, token), wire.ACCEPTED)
            self.assertEqual(self.verify(machine, revoked), wire.REVOKED)
        self.assertEqual(self.hq.rows(), self.hub.after("hq", 0))
        self.assertEqual(self.web.issuers["hq"]["complete"], 1)
        self.assertEqual(self.web.issuers["hq"]["number"], self.hub.number("hq"))


class Trust(FleetTest):
    def test_a_member_believes_no_altered_byte(self):
        self.generate(services="tests")
        self.hq.publish(self.hub)
        (row,) = self.hub.after("hq", 0)
        for place in range(len(row.bytes)):
            altered = bytearray(row.bytes)
            altered[place] ^= 1
            self.assertIsNotNone(self.web.put("hq", [row._replace(bytes=bytes(altered))]), place)
        self.assertEqual(self.web.root.rows("list", all=True), [])
        self.assertIsNone(self.web.put("hq", [row]))
        self.assertEqual(len(self.web.root.rows("list", all=True)), 1)

    def test_a_row_that_is_cut_or_longer_is_refused(self):
        self.generate()
        self.hq.publish(self.hub)
        (row,) = self.hub.after("hq", 0)
        for data in (row.bytes[:-1], row.bytes + b"\0", row.bytes[:71], b"x"):
            self.assertIsNotNone(self.web.put("hq", [row._replace(bytes=data)]))

    def test_one_wrong_row_in_a_message_undoes_all_of_it(self):
        self.generate("one")
        self.generate("two")
        self.hq.publish(self.hub)
        first, second = self.hub.after("hq", 0)
        wrong = second._replace(bytes=second.bytes[:-1] + bytes([second.bytes[-1] ^ 1]))
        self.assertIsNotNone(self.web.put("hq", [first, wrong]))
        self.assertEqual(self.web.root.rows("list", all=True), [])

    def test_rows_of_an_issuer_that_is_not_trusted_are_refused(self):
        other = self.machine("other", "[fleet]\nissuer = other\n")
        other.start()
        self.generate(machine=other)
        other.publish(self.hub)
        rows = self.hub.after("other", 0)
        self.assertIsNotNone(self.web.put("other", rows))
        self.assertIsNotNone(self.web.put("hq", rows))

    def test_an_old_row_does_not_come_back(self):
        token = self.generate()
        self.carry()
        old = self.hub.copy()
        self.hq.root.change("revoke", token)
        self.carry()
        self.assertIsNone(self.web.put("hq", old.after("hq", 0)))
        self.web.put_beat("hq", old.beats["hq"])
        self.assertEqual(self.verify(self.web, token), wire.REVOKED)

    def test_a_withheld_row_makes_all_stale_until_it_comes(self):
        token, other = self.generate("one"), self.generate("two")
        self.carry()
        self.hq.root.change("revoke", other)
        self.hq.publish(self.hub)
        self.assertEqual(self.web.put_beat("hq", self.hub.beats["hq"])["complete"], 0)
        self.assertEqual(self.verify(self.web, token), wire.STALE)
        self.assertEqual(self.web.status()["issuers"]["hq"]["standing"], "stale")
        local = self.web.root.generate("local", user="games", uid=GAMES)
        self.assertEqual(self.verify(self.web, local), wire.ACCEPTED)
        self.carry()
        self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)
        self.assertEqual(self.verify(self.web, other), wire.REVOKED)
        self.assertEqual(self.web.status()["issuers"]["hq"]["standing"], "accepted")

    def test_what_an_issuer_does_not_know_any_more_opens_nothing(self):
        known = self.generate("one")
        self.carry()
        backup = os.path.join(self.folder, "backup")
        self.hq.stop()
        shutil.copytree(self.hq.patd.state, backup)
        self.hq.start()
        lost = self.generate("lost")
        self.carry()
        # The issuer and the hub are put back to before: there was no such token.
        self.hq.stop()
        shutil.rmtree(self.hq.patd.state)
        shutil.copytree(backup, self.hq.patd.state)
        self.hq.start()
        self.hub = Hub()
        self.hq.publish(self.hub)
        self.assertEqual(self.web.fetch(self.hub, "hq")["complete"], 1)
        self.assertEqual(self.verify(self.web, lost), wire.WRONG)
        self.assertEqual(self.verify(self.web, known), wire.ACCEPTED)

    def test_an_issuer_that_patd_conf_names_no_more_opens_nothing(self):
        token = self.generate()
        self.carry()
        self.web.configure("[fleet]\nhost = web1\n")
        self.web.restart()
        self.assertEqual(self.verify(self.web, token), wire.UNKNOWN_ISSUER)
        self.web.configure("[fleet]\nhost = web1\n" + self.trust)
        self.web.restart()
        self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)

    def test_an_issuer_that_was_restored_from_a_backup_takes_its_rows_over(self):
        token, revoked = self.generate("one"), self.generate("two")
        self.carry()
        backup = os.path.join(self.folder, "backup")
        self.hq.stop()
        shutil.copytree(self.hq.patd.state, backup)
        self.hq.start()
        self.hq.root.change("revoke", revoked)
        new = self.generate("three")
        self.carry()
        self.hq.stop()
        shutil.rmtree(self.hq.patd.state)
        shutil.copytree(backup, self.hq.patd.state)
        self.hq.start()
        self.assertEqual(self.verify(self.hq, revoked), wire.ACCEPTED)
        last = self.hub.number("hq")
        self.hq.publish(self.hub)
        self.assertEqual(self.verify(self.hq, token), wire.ACCEPTED)
        self.assertEqual(self.verify(self.hq, revoked), wire.REVOKED)
        self.assertEqual(self.verify(self.hq, new), wire.ACCEPTED)
        self.assertEqual(self.hq.status()["last"], last)
        self.generate("four")
        self.carry()
        self.assertEqual(self.hub.number("hq"), last + 1)
        self.assertEqual(self.verify(self.web, new), wire.ACCEPTED)

    def test_a_new_key_is_refused_until_it_is_trusted(self):
        token = self.generate()
        self.carry()
        answer, _ = self.hq.root.call("fleet_new_key")
        key = answer.body.rstrip(b"\0").decode()
        self.assertNotEqual(key, self.trust.split()[-1])
        self.assertEqual(self.hq.key(), key)
        # It is told by a new greeting.
        with self.assertRaises(fleet.Closed):
            self.hq.link.receive()
        name = self.hq.welcome["key"]
        self.hq.connect()
        self.assertNotEqual(self.hq.welcome["key"], name)
        self.hub = Hub()
        self.hq.publish(self.hub)
        self.assertIn("why", self.web.put_beat("hq", self.hub.beats["hq"]))
        self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)
        self.web.configure(f"[fleet]\nhost = web1\n[issuer hq]\nkey = {key}\n")
        self.web.restart()
        self.carry()
        self.assertEqual(self.verify(self.web, token), wire.ACCEPTED)


class Revoking(FleetTest):
    def test_what_a_member_revokes_is_held_there_and_revoked_by_the_issuer(self):
        token = self.generate()
        self.carry()
        self.web.root.change("revoke", token, reason="lost")
        self.assertEqual(self.verify(self.web, token), wire.REVOKED)
        event = self.web.link.event(fleet.REVOKE)
        self.assertEqual((event["id"], event["host"], event["reason"]), (token.id, "", "lost"))
        # What was put before does not end it.
        self.hq.publish(self.hub)
        self.web.fetch(self.hub, "hq")
        self.assertEqual(self.verify(self.web, token), wire.REVOKED)
        self.hq.link.done(fleet.PUT_REVOCATION, fleet.revocation("web1", token.id, "lost"))
        self.assertEqual(self.verify(self.hq, token), wire.REVOKED)
        self.carry()
        row = self.web.root.get(token)
        self.assertEqual((row["State"], row["RevokedReason"]), ("revoked", "lost"))

    def test_a_hold_is_told_again_after_each_hello_until_an_issuer_has_signed_it(self):
        token = self.generate()
        self.carry()
        self.web.root.change("revoke", token)
        for _ in range(2):
            self.web.connect()
            self.assertEqual(self.web.link.event(fleet.REVOKE)["id"], token.id)
        self.web.restart()
        self.assertEqual(self.web.link.event(fleet.REVOKE)["id"], token.id)
        self.hq.link.done(fleet.PUT_REVOCATION, fleet.revocation("web1", token.id))
        self.carry()
        self.web.connect()
        self.assertFalse(self.web.link.has_event(fleet.REVOKE))

    def test_another_issuer_revokes_where_the_own_one_is_away(self):
        token = self.generate()
        second = self.machine("hq2", "[fleet]\nissuer = hq2\n" + self.trust)
        second.start()
        key = second.key()
        both = f"[fleet]\nhost = web1\n{self.trust}\n[issuer hq2]\nkey = {key}\n"
        self.web.configure(both)
        self.web.restart()
        self.carry(self.web, second)
        second.link.done(fleet.PUT_REVOCATION, fleet.revocation("web9", token.id, "stolen"))
        second.publish(self.hub)
        self.web.fetch(self.hub, "hq2")
        self.assertEqual(self.verify(self.web, token), wire.REVOKED)

    def test_a_member_changes_nothing_else(self):
        token = self.generate()
        self.carry()
        for call in (
            lambda: self.web.root.change("rename", token, name="other"),
            lambda: self.web.root.rotate(token),
            lambda: self.web.root.change("set", token, lifetime=DAY),
        ):
            with self.assertRaises(Refused) as caught:
                call()
            self.assertIn("issuer", caught.exception.message)
        self.web.root.change("revoke", token)
        for kind in ("restore", "delete"):
            with self.assertRaises(Refused):
                self.web.root.change(kind, token)


class Events(FleetTest):
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

    def test_a_local_token_is_nobody_elses_business(self):
        local = self.web.root.generate("local", user="games", uid=GAMES)
        token = self.generate()
        self.carry()
        self.verify(self.web, local)
        self.verify(self.web, token)
        self.assertEqual(self.web.link.event(fleet.USE)["id"], token.id)


class Reports(FleetTest):
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
        from requests import Connection

        with Connection(self.hq.patd.front_sock, (GAMES, 0, "games")) as front:
            for kind in ("fleet_status", "fleet_hosts", "fleet_new_key"):
                self.assertRefused("AccessDenied", front.call, kind)
        with Connection(self.hq.patd.front_sock) as front:
            self.assertRefused("AccessDenied", front.call, "fleet_new_key")


class Connections(FleetTest):
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
