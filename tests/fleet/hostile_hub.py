#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hub whose administrator is hostile: what it can do is to have tokens refused."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fleet_hosts import FleetTest, Host

# A superuser need not obey the triggers.
FREELY = "SET session_replication_role = replica; "


class HostileHub(FleetTest):
    members = ()

    def setUp(self):
        super().setUp()
        self.token = self.alpha.generate("one")
        self.other = self.alpha.generate("other")
        self.published(2)

    def published(self, number):
        self.hub.wait("SELECT coalesce(max(number), 0) FROM patd_fleet.beat", str(number))

    def join(self):
        """A member that has nothing yet"""
        self.hub.add_host("web1")
        host = self.hosts["web1"] = Host(self.folder, "web1", self.hub)
        host.configure(**self.keys)
        host.start()
        return host

    def expect_stale_and_healed(self, verdict):
        """With alpha away, a member that joins refuses all; with it back, self.token gets that."""
        web1 = self.join()
        web1.wait(self.other, wire.STALE)
        self.assertIn(web1.verdict(self.token), (wire.STALE, wire.WRONG))
        self.alpha.fleet.start()
        web1.wait(self.other, wire.ACCEPTED, 60)
        self.assertEqual(web1.verdict(self.token), verdict)

    def test_fleet__a_row_withheld_the_member_is_stale_and_heals(self):
        self.alpha.fleet.end()
        self.hub.sql(f"DELETE FROM patd_fleet.row WHERE id = '{self.token.id}'")
        self.expect_stale_and_healed(wire.ACCEPTED)

    def test_fleet__a_row_altered_the_member_is_stale_and_heals(self):
        self.alpha.fleet.end()
        self.hub.sql(
            FREELY + "UPDATE patd_fleet.row SET bytes = set_byte(bytes, 100, get_byte(bytes, 100) # 1)"
            f" WHERE id = '{self.token.id}'"
        )
        self.expect_stale_and_healed(wire.ACCEPTED)

    def test_fleet__an_old_version_put_back_the_member_is_stale_and_heals(self):
        self.hub.sql("CREATE TABLE kept AS SELECT * FROM patd_fleet.row")
        self.alpha.patctl("revoke", self.token.id)
        self.published(3)
        self.alpha.fleet.end()
        self.hub.sql(
            FREELY + "UPDATE patd_fleet.row AS r SET number = k.number, bytes = k.bytes"
            f" FROM kept AS k WHERE r.id = k.id AND r.id = '{self.token.id}'"
        )
        self.expect_stale_and_healed(wire.REVOKED)

    def test_fleet__an_old_version_put_back_a_member_that_has_the_new_one_keeps_it(self):
        web1 = self.join()
        web1.wait(self.other, wire.ACCEPTED)
        self.hub.sql("CREATE TABLE kept AS SELECT * FROM patd_fleet.row")
        self.alpha.patctl("revoke", self.token.id)
        web1.wait(self.token, wire.REVOKED)
        self.alpha.fleet.end()
        self.hub.sql(
            FREELY + "UPDATE patd_fleet.row AS r SET bytes = k.bytes, number = 9"
            f" FROM kept AS k WHERE r.id = k.id AND r.id = '{self.token.id}'; NOTIFY patd_fleet"
        )
        web1.fleet.kill()
        web1.fleet.start()
        self.hub.wait("SELECT count(*) FROM patd_fleet.host WHERE host = 'web1'", "1")
        self.assertEqual(web1.verdict(self.token), wire.REVOKED)

    def test_fleet__a_deleted_token_put_back_comes_back_neither_at_a_member_nor_at_its_issuer(self):
        self.hub.sql("CREATE TABLE kept AS SELECT * FROM patd_fleet.row")
        self.alpha.patctl("revoke", self.token.id)
        self.alpha.patctl("delete", "--yes", self.token.id)
        self.published(4)
        self.hub.sql(
            FREELY + "UPDATE patd_fleet.row AS r SET number = k.number, bytes = k.bytes"
            f" FROM kept AS k WHERE r.id = k.id AND r.id = '{self.token.id}'"
        )
        web1 = self.join()
        web1.wait(self.other, wire.STALE)
        # It says that rows are lacking, and the issuer mends the hub.
        web1.wait(self.other, wire.ACCEPTED, 60)
        for host in (web1, self.alpha):
            self.assertEqual(host.verdict(self.token), wire.WRONG)
        self.assertEqual(self.hub.sql("SELECT id FROM patd_fleet.row NATURAL JOIN kept"), [[self.other.id]])

    def test_fleet__rows_that_are_garbage_others_get_through(self):
        self.hub.sql(
            FREELY + "INSERT INTO patd_fleet.row SELECT 'alpha', 'garbage' || n, n + 100, 'k', 'x'"
            " FROM generate_series(1, 40) AS n;"
            " INSERT INTO patd_fleet.row SELECT 'alpha', substr('zzzzzzzzzz', 1, 8) || n, n + 200,"
            " 'k', decode(repeat('00', 3000), 'hex') FROM generate_series(10, 50) AS n"
        )
        web1 = self.join()
        web1.wait(self.token, wire.ACCEPTED)
        self.assertEqual(web1.fleet.log().count("was not taken"), 1)

    def test_pages_of_rows_without_an_end_are_not_read_on_and_on(self):
        self.alpha.fleet.end()
        # What is cut of an id is all that tells these apart.
        self.hub.sql(
            "ALTER TABLE patd_fleet.row DROP CONSTRAINT row_id_check;"
            " INSERT INTO patd_fleet.row SELECT 'alpha', repeat('z', 20) || n, 9, 'k', 'x'"
            " FROM generate_series(10000, 19999) AS n"
        )
        web1 = self.join()
        said = "the hub has rows that are in no order"
        web1.wait_until(lambda: said in (web1.status()["error"] or ""), said)
        self.hub.sql("DELETE FROM patd_fleet.row WHERE number = 9")
        web1.wait(self.token, wire.ACCEPTED, 60)

    def test_a_heartbeat_that_is_none_is_refused_as_any_other(self):
        self.alpha.fleet.end()
        self.hub.sql("UPDATE patd_fleet.beat SET bytes = ''")
        web1 = self.join()
        said = "the heartbeat of the issuer alpha was not taken: it is none"
        web1.wait_until(lambda: said in web1.fleet.log(), said)
        self.alpha.fleet.start()
        web1.wait(self.token, wire.ACCEPTED, 60)
        self.assertNotIn("trying again", web1.fleet.log())

    def test_the_issuer_publishes_nothing_over_rows_that_it_has_not_signed_and_says_so(self):
        self.alpha.fleet.end()
        self.hub.sql("INSERT INTO patd_fleet.row SELECT 'alpha', 'zzzzzzzzzz', 100, 'k', 'x'")
        self.alpha.fleet.start()
        self.alpha.generate("late")
        said = "has rows in the name of this issuer that it has not signed"
        self.alpha.wait_until(lambda: said in (self.alpha.status()["error"] or ""))
        self.hub.sql("DELETE FROM patd_fleet.row WHERE number = 100")
        self.published(3)


if __name__ == "__main__":
    tap.main()
