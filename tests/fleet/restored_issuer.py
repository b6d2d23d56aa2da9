#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An issuer that was restored from a backup, and is asked to revoke tokens while it takes over what
the hub has of it: each request is answered once."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap
import wire
from fixture import GAMES, run_patd
from fleet_hosts import FleetTest
from requests import Connection

# CARRIER_ROWS and TICK_US of fleet/carry/carrier_private.h
PAGE, TICK_S = 1024, 30


class RestoredIssuer(FleetTest):
    def setUp(self):
        super().setUp()
        self.web1, self.web2 = self.all_members
        self.backup = os.path.join(self.folder, "backup")

    def restore(self):
        """The issuer goes on from the backup, without patd-fleet"""
        self.alpha.end()
        shutil.rmtree(self.alpha.patd.state)
        done = run_patd(f"--restore-backup={self.backup}", f"--state-dir={self.alpha.patd.state}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.alpha.patd.start()

    def ask_to_revoke(self, host, token):
        """The hub has the request, and no issuer"""
        host.patctl("revoke", token.id, "--reason=lost")
        asked = f"SELECT count(*) FROM patd_fleet.revocation WHERE id = '{token.id}'"
        self.hub.wait(asked, "1")

    def row_number(self, token):
        return self.hub.value(f"SELECT number FROM patd_fleet.row WHERE id = '{token.id}'")

    def wait_for_rows(self):
        """Until members have all of the hub: who holds a token that it does not know to be revoked asks
        again"""
        last = int(self.hub.value("SELECT max(number) FROM patd_fleet.row WHERE issuer = 'alpha'"))

        def has_all(host):
            (alpha,) = host.status()["issuers"]
            return alpha["complete"] and alpha["number"] >= last

        for host in self.all_members:
            host.wait_until(lambda host=host: has_all(host), "lacks rows")

    def assertAnsweredOnce(self, asked):
        """asked: {token: the host that did}.  And not again, when the hosts have greeted anew."""
        self.hub.wait("SELECT count(*) FROM patd_fleet.revocation_taken", str(len(asked)))
        requests = "SELECT host, id, number FROM patd_fleet.revocation ORDER BY number"
        taken = "SELECT host, id, number FROM patd_fleet.revocation_taken ORDER BY number"
        answered = self.hub.sql(requests)
        self.assertEqual(self.hub.sql(taken), answered)
        for token in asked:
            self.wait_all(token, wire.REVOKED)
        self.wait_for_rows()
        rows = [self.row_number(token) for token in asked]
        for host in self.all_members:
            host.fleet.end()
            host.fleet.start()
        self.wait_all(self.alpha.generate("after"), wire.ACCEPTED)
        self.assertEqual(self.hub.sql(requests), answered)
        self.assertEqual([self.row_number(token) for token in asked], rows)
        for token, host in asked.items():
            log = self.alpha.patctl("log", token.id, "--json").splitlines()
            revoked = [entry for entry in map(json.loads, log) if entry["event"] == "revoked"]
            self.assertEqual([entry["detail"] for entry in revoked], [f"{host.name}: lost"])

    def lose_one(self):
        """A token that the hub has, a member wants revoked, and the issuer does not know any more"""
        self.alpha.patctl("backup", self.backup)
        token = self.alpha.generate("one")
        self.wait_all(token, wire.ACCEPTED)
        self.alpha.fleet.end()
        self.ask_to_revoke(self.web1, token)
        self.restore()
        self.assertEqual(self.alpha.verdict(token), wire.WRONG)
        return token

    def test_a_request_about_a_token_that_it_takes_over_waits_for_that(self):
        token = self.lose_one()
        self.alpha.fleet.start()
        self.alpha.wait(token, wire.REVOKED)
        self.assertNotIn("a request to revoke", self.alpha.fleet.log())
        self.assertAnsweredOnce({token: self.web1})

    def test_a_request_that_came_while_it_could_not_take_over_is_answered_after_that(self):
        token = self.lose_one()
        self.hub.sql("REVOKE SELECT ON patd_fleet.row FROM patd_member")
        self.alpha.fleet.start()
        refused = f"a request to revoke {token.id} was not taken"
        self.alpha.wait_until(lambda: refused in self.alpha.fleet.log(), "not refused")
        self.hub.sql("GRANT SELECT ON patd_fleet.row TO patd_member")
        # Before the next tick, which would look at all requests again.
        self.alpha.wait(token, wire.REVOKED, TICK_S - 5)
        self.assertAnsweredOnce({token: self.web1})

    def test_a_request_about_a_token_of_the_backup_holds_whatever_the_hub_has_of_it(self):
        token = self.alpha.generate("one")
        self.alpha.patctl("backup", self.backup)
        for name in ("two", "three"):
            self.alpha.patctl("rename", token.id, name)
        self.hub.wait(f"SELECT number FROM patd_fleet.row WHERE id = '{token.id}'", "3")
        self.wait_all(token, wire.ACCEPTED)
        self.alpha.fleet.end()
        self.ask_to_revoke(self.web1, token)
        self.restore()
        self.assertEqual(self.alpha.verdict(token), wire.ACCEPTED)
        self.alpha.fleet.start()
        self.alpha.wait(token, wire.REVOKED)
        self.alpha.wait_until(lambda: "three" in self.alpha.patctl("show", token.id))
        self.assertEqual(self.alpha.verdict(token), wire.REVOKED)
        self.assertAnsweredOnce({token: self.web1})

    def test_a_snapshot_from_before_a_new_key_does_not_bring_the_former_key_back(self):
        token = self.alpha.generate("one")
        self.wait_all(token, wire.ACCEPTED)
        self.alpha.end()
        shutil.copytree(self.alpha.patd.state, self.backup)
        self.alpha.start()
        former = self.alpha.status()["key"]
        signed = self.hub.value("SELECT key FROM patd_fleet.row")
        self.alpha.patctl("fleet", "new-key", "--yes")
        new = self.alpha.status()["key"]
        self.assertNotEqual(new, former)
        self.hub.wait(f"SELECT count(*) FROM patd_fleet.row WHERE key = '{signed}'", "0")
        self.alpha.end()
        shutil.rmtree(self.alpha.patd.state)
        shutil.copytree(self.backup, self.alpha.patd.state)
        self.alpha.start()
        self.alpha.wait_until(lambda: self.alpha.status()["key"] == new, "the former key is back")
        for host in self.all_members:
            host.end()
            host.configure(alpha=new)
            host.start()
        self.alpha.patctl("revoke", token.id)
        self.wait_all(token, wire.REVOKED)

    def lose_many(self, n):
        """Tokens that the hub and the members have, and the backup has not"""
        self.alpha.patd.end()
        with open(os.path.join(self.alpha.patd.conf, "patd.conf"), "a", encoding="ascii") as file:
            file.write("[tokens]\nmax_tokens = unlimited\n")
        self.alpha.patd.start()
        self.alpha.patctl("backup", self.backup)
        with Connection(self.alpha.patd.root_sock) as root:
            tokens = [
                root.generate(f"t{n}", user="games", uid=GAMES, fleet=True) for n in range(n)
            ]
        self.wait_all(tokens[-1], wire.ACCEPTED)
        return tokens

    def test_a_use_of_a_token_that_it_takes_over_waits_for_that(self):
        token = self.lose_many(PAGE + 30)[-1]
        new = f"SELECT count(*) FROM patd_fleet.use WHERE id = '{token.id}' AND taken < seq"
        taken = f"SELECT count(*) FROM patd_fleet.use WHERE id = '{token.id}' AND taken = seq"
        self.hub.wait(taken, "2")
        self.alpha.fleet.end()
        self.web1.wait(token, wire.ACCEPTED)
        self.hub.wait(new, "1")
        self.restore()
        self.alpha.fleet.start()
        self.hub.wait(new, "0")
        self.assertIn(" on web1", self.alpha.patctl("show", token.id))

    def test_requests_that_come_while_it_takes_over_many_rows_are_all_answered(self):
        tokens = self.lose_many(2 * PAGE + 10)
        self.restore()
        self.alpha.fleet.start()
        asked = {
            tokens[n]: self.all_members[n % 2]
            for n in (0, PAGE + 1, 2 * PAGE, 7, PAGE + 6, 2 * PAGE + 7)
        }
        for token, host in asked.items():
            host.patctl("revoke", token.id, "--reason=lost")
        for token in asked:
            self.alpha.wait(token, wire.REVOKED)
        self.assertAnsweredOnce(asked)
        self.assertEqual(self.alpha.verdict(tokens[1]), wire.ACCEPTED)

    def test_a_revocation_that_the_backup_lacks_holds_although_its_number_was_given_again(self):
        stolen, other = self.alpha.generate("stolen"), self.alpha.generate("other")
        self.wait_all(other, wire.ACCEPTED)
        self.alpha.patctl("backup", self.backup)
        for host in (self.web1, self.web2):
            host.end()
        self.alpha.patctl("revoke", stolen.id)
        self.hub.wait("SELECT number FROM patd_fleet.beat", "3")
        self.restore()
        self.alpha.patctl("revoke", other.id)
        self.alpha.fleet.start()
        self.alpha.wait(stolen, wire.REVOKED)
        self.hub.wait("SELECT count(*) FROM patd_fleet.row WHERE number > 3", "1")
        self.alpha.patctl("rename", stolen.id, "renamed")
        for host in (self.web1, self.web2):
            host.start()
        self.wait_all(stolen, wire.REVOKED)
        self.wait_all(other, wire.REVOKED)

    def test_a_key_that_was_given_up_after_the_backup_does_not_sign_again(self):
        token = self.alpha.generate("one")
        self.alpha.patctl("backup", self.backup)
        key = self.alpha.status()["next_key"]
        name = "SELECT key FROM patd_fleet.row"
        self.hub.wait("SELECT count(*) FROM patd_fleet.row", "1")
        first = self.hub.value(name)
        for host in (self.web1, self.web2):
            host.end()
            host.configure(alpha=key)
        self.alpha.patctl("fleet", "new-key", "--yes")
        self.alpha.wait_until(lambda: self.hub.value(name) != first, "not signed anew")
        second = self.hub.value(name)
        self.restore()
        self.alpha.fleet.start()
        self.alpha.wait_until(lambda: self.alpha.status()["key"] == key, "not its latest key")
        self.hub.wait(name, second)
        for host in (self.web1, self.web2):
            host.start()
        self.wait_all(token, wire.ACCEPTED)


if __name__ == "__main__":
    tap.main()
