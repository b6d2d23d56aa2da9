#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fleet tokens on several patds, between which the test carries bytes."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import fleet
import tap
import wire
from fixture import GAMES
from fleet import Hub
from fleet_machines import MachinesTest
from requests import Refused

DAY = 24 * 3600


class Tokens(MachinesTest):
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


class Trust(MachinesTest):
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


class Revoking(MachinesTest):
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


if __name__ == "__main__":
    tap.main()
