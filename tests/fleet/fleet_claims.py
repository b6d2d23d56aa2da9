#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limited tokens on many machines: the hub counts their uses, and without it there are none."""
import concurrent.futures
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fleet_hosts import FleetTest


class FleetClaims(FleetTest):
    def setUp(self):
        super().setUp()
        self.everywhere = list(self.hosts.values())

    def limited(self, uses, name="limited"):
        """A token that all hosts have, none of whose uses is taken"""
        token = self.alpha.generate(name, "games", f"--max-uses={uses}")
        self.catch_up(f"after {name}")
        return token

    def catch_up(self, name):
        """Until all hosts have what the issuer has signed.  A login by the token would use it."""
        self.wait_all(self.alpha.generate(name), wire.ACCEPTED)

    def claimed(self, token):
        return self.hub.sql(f"SELECT uses FROM patd_fleet.claim WHERE id = '{token.id}'")

    def test_limited_uses__a_token_is_good_so_often_on_all_machines_together(self):
        token = self.limited(3)
        for host in self.everywhere:
            self.assertEqual(host.verdict(token), wire.ACCEPTED)
        for host in self.everywhere:
            self.assertEqual(host.verdict(token), wire.EXHAUSTED)
        self.assertEqual(self.claimed(token), [["3"]])

    def test_limited_uses__logins_at_the_same_moment_get_no_more(self):
        token = self.limited(7)
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            logins = [pool.submit(host.verdict, token) for host in self.everywhere * 8]
            verdicts = [login.result() for login in logins]
        self.assertEqual(verdicts.count(wire.ACCEPTED), 7)
        self.assertEqual(verdicts.count(wire.EXHAUSTED), 17)

    def test_limited_uses__without_the_hub_there_are_none_at_once_and_then_again(self):
        token = self.limited(3)
        web1 = self.all_members[0]
        self.assertEqual(web1.verdict(token), wire.ACCEPTED)
        self.hub.stop()
        begun = time.monotonic()
        self.assertEqual(web1.verdict(token), wire.UNCLAIMED)
        self.assertLess(time.monotonic() - begun, 4)
        self.hub.start()
        self.assertEqual(web1.verdict(token), wire.ACCEPTED)
        self.assertEqual(self.claimed(token), [["2"]])

    def test_limited_uses__without_patd_fleet_there_are_none(self):
        token = self.limited(1)
        web1 = self.all_members[0]
        web1.fleet.kill()
        self.assertEqual(web1.verdict(token), wire.UNCLAIMED)
        self.assertEqual(self.claimed(token), [])

    def test_limited_uses__a_token_that_the_hub_does_not_have_has_none(self):
        token = self.limited(1)
        self.hub.sql(f"DELETE FROM patd_fleet.row WHERE id = '{token.id}'")
        self.assertEqual(self.all_members[0].verdict(token), wire.UNCLAIMED)

    def test_limited_uses__more_than_there_are_is_not_believed(self):
        token = self.limited(2)
        self.hub.sql(f"INSERT INTO patd_fleet.claim VALUES ('alpha', '{token.id}', 1)")
        self.hub.sql(
            "CREATE FUNCTION always() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN NEW.uses := 3; RETURN NEW; END';"
            " CREATE TRIGGER zz BEFORE UPDATE ON patd_fleet.claim"
            " FOR EACH ROW EXECUTE FUNCTION always()"
        )
        self.assertEqual(self.all_members[0].verdict(token), wire.EXHAUSTED)

    def test_a_host_that_holds_a_counter_stops_logins_by_that_token_alone(self):
        held, free = self.limited(5, "held"), self.limited(5, "free")
        web1 = self.all_members[0]
        self.assertEqual(web1.verdict(held), wire.ACCEPTED)
        hostile = self.hub.session("web2")
        hostile.stdin.write("BEGIN; UPDATE patd_fleet.claim SET uses = uses + 1; SELECT 'held';\n")
        hostile.stdin.flush()
        self.assertEqual(hostile.stdout.readline(), "held\n")
        self.assertEqual(web1.verdict(held), wire.UNCLAIMED)
        self.assertEqual(web1.verdict(free), wire.ACCEPTED)
        hostile.communicate("ROLLBACK;\n", timeout=wire.PATIENCE_S)
        self.assertEqual(web1.verdict(held), wire.ACCEPTED)
        self.assertEqual(self.claimed(held), [["2"]])

    def test_a_refused_login_takes_no_use(self):
        token = self.limited(1)
        self.alpha.patctl("revoke", token.id)
        self.catch_up("after it was revoked")
        self.assertEqual(self.all_members[0].verdict(token), wire.REVOKED)
        self.assertEqual(self.claimed(token), [])


if __name__ == "__main__":
    tap.main()
